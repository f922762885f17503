package dev.lethe.consent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.lethe.http.Problem;
import dev.lethe.site.SiteId;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /api/consent}, parsed strictly: an unknown, doubled or missing field is an error that names it. Immutable.
 *
 * @param notice the version of the notice that was shown
 * @param at when the person chose, if a consent tool says so
 * @param scriptSha256 the collecting script, if the page knows it
 * @param erase whether a withdrawal erases what was collected
 */
record ConsentRequest(
        SiteId site,
        boolean granted,
        int notice,
        Receipts.Method method,
        Optional<Instant> at,
        Optional<byte[]> scriptSha256,
        boolean erase) {

    static final int LIMIT_BYTES = 2_048;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2)
                    .maxStringLength(512)
                    .maxNameLength(32)
                    .maxNumberLength(16)
                    .build())
            .build();

    private enum Field {
        SITE,
        CHOICE,
        NOTICE,
        METHOD,
        AT,
        SCRIPT,
        ERASE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A body that is not a consent request. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Invalid(String field, String detail) {
            super(detail, null, false, false);
            this.problem = Problem.badField(field, detail);
        }

        Problem problem() {
            return problem;
        }
    }

    static ConsentRequest parse(byte[] body) throws Invalid {
        Map<Field, String> texts = new EnumMap<>(Field.class);
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Invalid("", "The body must be one JSON object.");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                Field field = field(parser.currentName());
                JsonToken value = parser.nextToken();
                boolean rightKind = switch (field) {
                    case NOTICE -> value == JsonToken.VALUE_NUMBER_INT;
                    case ERASE -> value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE;
                    case SITE, CHOICE, METHOD, AT, SCRIPT -> value == JsonToken.VALUE_STRING;
                };
                if (!rightKind) {
                    throw new Invalid(field.label(), "This field has the wrong kind of value.");
                }
                texts.put(field, parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new Invalid("", "The body must be one JSON object and nothing after it.");
            }
        } catch (IOException e) {
            throw new Invalid("", "The body is not valid JSON.");
        }
        return new ConsentRequest(
                SiteId.tryParse(need(texts, Field.SITE)).orElseThrow(() -> new Invalid("site", "Not a site's name.")),
                granted(need(texts, Field.CHOICE)),
                notice(need(texts, Field.NOTICE)),
                method(need(texts, Field.METHOD)),
                at(texts),
                script(texts),
                !"false".equals(texts.get(Field.ERASE)));
    }

    private static Field field(String name) throws Invalid {
        for (Field field : Field.values()) {
            if (field.label().equals(name)) {
                return field;
            }
        }
        throw new Invalid(
                "",
                "There is a field that no consent request has; known are site, choice, notice, method, at, script,"
                        + " erase.");
    }

    private static String need(Map<Field, String> texts, Field field) throws Invalid {
        String text = texts.get(field);
        if (text == null) {
            throw new Invalid(field.label(), "This field is missing.");
        }
        return text;
    }

    private static boolean granted(String choice) throws Invalid {
        return switch (choice) {
            case "granted" -> true;
            case "refused" -> false;
            default -> throw new Invalid("choice", "The choice is 'granted' or 'refused'.");
        };
    }

    private static int notice(String version) throws Invalid {
        try {
            return Integer.parseInt(version);
        } catch (NumberFormatException e) {
            throw new Invalid("notice", "The notice is the number that GET /api/consent gave.");
        }
    }

    private static Receipts.Method method(String label) throws Invalid {
        return Receipts.Method.ofLabel(label)
                .filter(method -> method != Receipts.Method.PAGE)
                .orElseThrow(() -> new Invalid("method", "The method is 'banner', 'cmp' or 'api'."));
    }

    private static Optional<Instant> at(Map<Field, String> texts) throws Invalid {
        String text = texts.get(Field.AT);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            throw new Invalid("at", "A time such as 2026-11-23T10:15:30Z.");
        }
    }

    /** Hexadecimal, or base64 as in an integrity attribute with or without its {@code sha256-}. */
    private static Optional<byte[]> script(Map<Field, String> texts) throws Invalid {
        String text = texts.get(Field.SCRIPT);
        if (text == null) {
            return Optional.empty();
        }
        try {
            byte[] hash = text.length() == 64
                    ? HexFormat.of().parseHex(text)
                    : Base64.getDecoder().decode(text.startsWith("sha256-") ? text.substring(7) : text);
            if (hash.length == 32) {
                return Optional.of(hash);
            }
        } catch (IllegalArgumentException e) {
            // Said below, with the right form.
        }
        throw new Invalid("script", "The SHA-256 of the collecting script, in hexadecimal or base64.");
    }
}
