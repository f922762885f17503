package dev.lethe.beacon;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.lethe.classify.Screen;
import dev.lethe.event.Metric;
import dev.lethe.event.ProblemKind;
import dev.lethe.site.Site;
import java.io.IOException;
import java.net.IDN;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads one beacon or an array of at most 50, strictly: valid UTF-8, no unknown, doubled, missing or misplaced field, nothing after
 * the end. Streaming, so that a hostile body costs no more than its length. Stateless and thread-safe.
 */
final class BeaconParser {
    /** Beacons of one request. */
    static final int MOST_BEACONS = 50;

    static final int MOST_SECONDS = 3_600;
    static final int MOST_SCROLL = 100;
    /** Ten minutes in milliseconds: no page paints or answers later than that. */
    static final float MOST_VITAL = 600_000;

    private static final int LONGEST_STRING = 8_192;
    private static final int LONGEST_TAG = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(3)
                    .maxStringLength(LONGEST_STRING)
                    .maxNameLength(64)
                    .maxNumberLength(32)
                    .build())
            .build();

    /** Scheme, host with port, and the rest; a user or password before the host makes it no address of a page. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?i)(https?)://([^/?#@\\\\\\s]+)(?:[/?#].*)?", Pattern.DOTALL);

    private BeaconParser() {}

    /** Valid beacons, or the first reason why not. */
    sealed interface Result permits Beacons, Rejection {}

    record Beacons(List<Beacon> beacons, boolean inArray) implements Result {
        Beacons {
            beacons = List.copyOf(beacons);
        }
    }

    private enum Field {
        ID(JsonToken.VALUE_STRING),
        TYPE(JsonToken.VALUE_STRING),
        SITE(JsonToken.VALUE_STRING),
        URL(JsonToken.VALUE_STRING),
        REFERRER(JsonToken.VALUE_STRING),
        SCREEN(JsonToken.VALUE_STRING),
        LANGUAGE(JsonToken.VALUE_STRING),
        NAME(JsonToken.VALUE_STRING),
        TARGET(JsonToken.VALUE_STRING),
        SECONDS(JsonToken.VALUE_NUMBER_INT),
        SCROLL(JsonToken.VALUE_NUMBER_INT),
        METRIC(JsonToken.VALUE_STRING),
        VALUE(JsonToken.VALUE_NUMBER_FLOAT),
        KIND(JsonToken.VALUE_STRING);

        private static final Map<String, Field> BY_LABEL =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Field::label, field -> field));

        private final JsonToken token;
        private final String label = name().toLowerCase(Locale.ROOT);

        Field(JsonToken token) {
            this.token = token;
        }

        static Optional<Field> find(String label) {
            return Optional.ofNullable(BY_LABEL.get(label));
        }

        String label() {
            return label;
        }

        boolean takes(JsonToken value) {
            return value == token || (this == VALUE && value == JsonToken.VALUE_NUMBER_INT);
        }

        String kind() {
            return switch (token) {
                case VALUE_STRING -> "a string";
                case VALUE_NUMBER_INT -> "a whole number";
                default -> "a number";
            };
        }
    }

    private static final Set<Field> COMMON =
            EnumSet.of(Field.ID, Field.TYPE, Field.SITE, Field.URL, Field.REFERRER, Field.SCREEN, Field.LANGUAGE);

    /** Carries a rejection out of the depth of parsing; caught in {@link #parse}. */
    private static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Rejection rejection;

        Rejected(String field, String detail) {
            super(detail, null, false, false);
            this.rejection = new Rejection(field, detail);
        }
    }

    static Result parse(byte[] body, Site site) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            return new Rejection("", "The body is not valid UTF-8.");
        }
        try (JsonParser parser = JSON.createParser(text)) {
            List<Beacon> beacons = new ArrayList<>();
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                beacons.add(beacon(parser, "", site));
            } else if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    String place = "[" + beacons.size() + "]";
                    if (beacons.size() == MOST_BEACONS) {
                        throw new Rejected(place, "A request holds at most " + MOST_BEACONS + " beacons.");
                    }
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        throw new Rejected(place, "A beacon is a JSON object.");
                    }
                    beacons.add(beacon(parser, place + ".", site));
                }
                if (beacons.isEmpty()) {
                    throw new Rejected("", "The array holds no beacon.");
                }
            } else {
                throw new Rejected("", "The body is one beacon, a JSON object, or an array of them.");
            }
            if (parser.nextToken() != null) {
                throw new Rejected("", "There is something after the end of the beacons.");
            }
            return new Beacons(beacons, first == JsonToken.START_ARRAY);
        } catch (Rejected rejected) {
            return rejected.rejection;
        } catch (IOException e) {
            return new Rejection(
                    "", "The body is not valid JSON, or a name, text or number in it is too long or nested too deep.");
        }
    }

    /** Reads one object; {@code place} stands before each field's name in a rejection. */
    private static Beacon beacon(JsonParser parser, String place, Site site) throws IOException, Rejected {
        Map<Field, String> given = new EnumMap<>(Field.class);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Field field = field(parser.currentName(), place);
            JsonToken value = parser.nextToken();
            if (!field.takes(value)) {
                throw new Rejected(place + field.label(), "This field is " + field.kind() + ".");
            }
            given.put(field, parser.getText());
        }
        Fields fields = new Fields(given, place);
        String type = fields.need(Field.TYPE);
        Beacon.Page page = page(fields, site);
        Beacon beacon = switch (type) {
            case "pageview" -> {
                fields.allowOnly(type);
                yield new Beacon.Pageview(page);
            }
            case "click" -> click(fields, page);
            case "engagement" -> {
                fields.allowOnly(type, Field.SECONDS, Field.SCROLL);
                yield new Beacon.Engagement(
                        page, fields.number(Field.SECONDS, MOST_SECONDS), fields.number(Field.SCROLL, MOST_SCROLL));
            }
            case "vital" -> {
                fields.allowOnly(type, Field.METRIC, Field.VALUE);
                Metric metric = Metric.ofLabel(fields.need(Field.METRIC))
                        .orElseThrow(() -> fields.wrong(Field.METRIC, "The metric is LCP, INP or CLS."));
                yield new Beacon.Vital(page, metric, value(fields));
            }
            case "problem" -> {
                fields.allowOnly(type, Field.KIND);
                ProblemKind kind = ProblemKind.ofLabel(fields.need(Field.KIND))
                        .orElseThrow(() -> fields.wrong(Field.KIND, "The kind is not_found or script_error."));
                yield new Beacon.Problem(page, kind);
            }
            default -> throw fields.wrong(Field.TYPE, "The type is pageview, click, engagement, vital or problem.");
        };
        return beacon;
    }

    private static Field field(String name, String place) throws Rejected {
        return Field.find(name)
                .orElseThrow(() -> new Rejected(
                        place.isEmpty() ? "" : place.substring(0, place.length() - 1),
                        "There is a field that no beacon has; docs/api.md lists the known ones."));
    }

    private static Beacon.Page page(Fields fields, Site site) throws Rejected {
        UUID id = id(fields.need(Field.ID))
                .orElseThrow(() -> fields.wrong(
                        Field.ID, "The id is 128 random bits in base64url without padding: 22 characters."));
        Optional<String> repeated = fields.find(Field.SITE);
        if (repeated.isPresent() && !repeated.get().equals(site.id().value())) {
            throw fields.wrong(Field.SITE, "The body names another site than the request.");
        }
        String url = fields.need(Field.URL);
        if (!originOf(url).map(site::hasOrigin).orElse(false)) {
            throw fields.wrong(Field.URL, "The URL is not absolute, or not of an origin of this site.");
        }
        Optional<Screen> screen = Optional.empty();
        if (fields.find(Field.SCREEN).isPresent()) {
            screen = Optional.of(Screen.ofLabel(fields.need(Field.SCREEN))
                    .orElseThrow(() -> fields.wrong(Field.SCREEN, "The screen is xs, sm, md, lg, xl or xxl.")));
        }
        Optional<String> language = fields.find(Field.LANGUAGE);
        if (language.isPresent() && language.get().length() > LONGEST_TAG) {
            throw fields.wrong(Field.LANGUAGE, "The language is a tag such as fr or pt-BR.");
        }
        return new Beacon.Page(id, url, fields.find(Field.REFERRER), screen, language);
    }

    private static Beacon click(Fields fields, Beacon.Page page) throws Rejected {
        fields.allowOnly("click", Field.NAME, Field.TARGET);
        Optional<String> name = fields.find(Field.NAME);
        Optional<String> target = fields.find(Field.TARGET);
        if (name.isPresent() == target.isPresent()) {
            throw fields.wrong(Field.NAME, "A click has either a name or a target.");
        }
        return name.<Beacon>map(given -> new Beacon.NamedClick(page, given))
                .orElseGet(() -> new Beacon.TargetClick(page, target.orElseThrow()));
    }

    private static float value(Fields fields) throws Rejected {
        float value = Float.parseFloat(fields.need(Field.VALUE));
        if (!(value >= 0 && value <= MOST_VITAL)) {
            throw fields.wrong(Field.VALUE, "The value is milliseconds from 0 to 600000, or the score of CLS.");
        }
        return value;
    }

    private static Optional<UUID> id(String text) {
        if (text.length() != 22) {
            return Optional.empty();
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            return Optional.of(new UUID(bytes.getLong(), bytes.getLong()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The origin of an absolute URL, as {@link dev.lethe.site.Origin} writes it. */
    private static Optional<String> originOf(String url) {
        Matcher address = ADDRESS.matcher(url);
        if (!address.matches()) {
            return Optional.empty();
        }
        String scheme = address.group(1).toLowerCase(Locale.ROOT);
        String host = address.group(2).toLowerCase(Locale.ROOT);
        String ownPort = scheme.equals("https") ? ":443" : ":80";
        if (host.endsWith(ownPort)) {
            host = host.substring(0, host.length() - ownPort.length());
        }
        try {
            return Optional.of(scheme + "://" + (isAscii(host) ? host : IDN.toASCII(host)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    /** The fields of one beacon, and where it stands in the body. */
    private record Fields(Map<Field, String> given, String place) {

        Optional<String> find(Field field) {
            return Optional.ofNullable(given.get(field));
        }

        String need(Field field) throws Rejected {
            String text = given.get(field);
            if (text == null) {
                throw wrong(field, "This field is missing.");
            }
            return text;
        }

        short number(Field field, int most) throws Rejected {
            String text = need(field);
            if (text.length() > 5 || Integer.parseInt(text) < 0 || Integer.parseInt(text) > most) {
                throw wrong(field, "This is a whole number from 0 to " + most + ".");
            }
            return Short.parseShort(text);
        }

        void allowOnly(String type, Field... own) throws Rejected {
            Set<Field> known = EnumSet.copyOf(COMMON);
            known.addAll(List.of(own));
            for (Field field : given.keySet()) {
                if (!known.contains(field)) {
                    throw wrong(field, "No beacon of type " + type + " has this field.");
                }
            }
        }

        Rejected wrong(Field field, String detail) {
            return new Rejected(place + field.label(), detail);
        }
    }
}
