package dev.lethe.statistics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much one browser's day may count for, on one site. A larger bound cuts less and needs more noise: an application, where
 * people open many pages a day, wants more of it than a website. A value, valid once made.
 *
 * @param furtherVisits visits of a day after its first
 * @param furtherPageviews pageviews of a day after its first
 * @param engagedMinutes minutes engaged in a day
 * @param pages different pages of a day
 * @param clicks different named clicks, outbound hosts and kinds of downloads of a day, taken together
 * @param goals different goals of a day
 * @param problems different problems of a day
 */
public record Bounds(
        int furtherVisits, int furtherPageviews, int engagedMinutes, int pages, int clicks, int goals, int problems) {

    public static final Bounds DEFAULT = new Bounds(2, 11, 10, 8, 3, 2, 2);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Takes bounds of at least 1 and at most their {@link Bound#maximum()}.
     *
     * @throws IllegalArgumentException naming the bound and its range
     */
    public Bounds {
        Bound.FURTHER_VISITS.check(furtherVisits);
        Bound.FURTHER_PAGEVIEWS.check(furtherPageviews);
        Bound.ENGAGED_MINUTES.check(engagedMinutes);
        Bound.PAGES.check(pages);
        Bound.CLICKS.check(clicks);
        Bound.GOALS.check(goals);
        Bound.PROBLEMS.check(problems);
    }

    /** What of a day is bounded. The maxima keep a slip of the keyboard from drowning every number in noise. */
    public enum Bound {
        FURTHER_VISITS("further_visits", 50),
        FURTHER_PAGEVIEWS("further_pageviews", 1_000),
        ENGAGED_MINUTES("engaged_minutes", 1_440),
        PAGES("pages", 100),
        CLICKS("clicks", 100),
        GOALS("goals", 20),
        PROBLEMS("problems", 20);

        private final String label;
        private final int maximum;

        Bound(String label, int maximum) {
            this.label = label;
            this.maximum = maximum;
        }

        /** Its name in {@code registry.site.bounds} and on the command line. */
        public String label() {
            return label;
        }

        public int maximum() {
            return maximum;
        }

        private void check(int value) {
            if (value < 1 || value > maximum) {
                throw new IllegalArgumentException(
                        "the bound " + label + " is " + value + "; it lies between 1 and " + maximum);
            }
        }

        static Bound ofLabel(String label) {
            for (Bound bound : values()) {
                if (bound.label.equals(label)) {
                    return bound;
                }
            }
            throw new IllegalArgumentException("'" + label + "' is not a bound; there are "
                    + Arrays.stream(values()).map(Bound::label).collect(Collectors.joining(", ")));
        }
    }

    /** The value of one bound. */
    public int of(Bound bound) {
        return switch (bound) {
            case FURTHER_VISITS -> furtherVisits;
            case FURTHER_PAGEVIEWS -> furtherPageviews;
            case ENGAGED_MINUTES -> engagedMinutes;
            case PAGES -> pages;
            case CLICKS -> clicks;
            case GOALS -> goals;
            case PROBLEMS -> problems;
        };
    }

    /**
     * Reads what {@link #toJson()} writes: an object of bounds that differ from {@link #DEFAULT}, such as
     * {@code {"further_pageviews": 30}}.
     *
     * @throws IllegalArgumentException when it is not such an object, when a name is unknown or given twice, or a value is not a
     *     whole number in its range
     */
    public static Bounds parse(String json) {
        Map<Bound, Integer> given = new EnumMap<>(Bound.class);
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw notAnObject(json);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                Bound bound = Bound.ofLabel(parser.currentName());
                if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                    throw new IllegalArgumentException("the bound " + bound.label() + " is not a whole number");
                }
                given.put(bound, parser.getIntValue());
            }
            if (parser.nextToken() != null) {
                throw notAnObject(json);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "bounds are not valid JSON, or hold a number that is too large: " + json, e);
        }
        Bounds result = DEFAULT;
        for (Map.Entry<Bound, Integer> each : given.entrySet()) {
            result = result.with(each.getKey(), each.getValue());
        }
        return result;
    }

    private static IllegalArgumentException notAnObject(String json) {
        return new IllegalArgumentException("bounds are an object such as {\"further_pageviews\": 30}, not " + json);
    }

    /** The same bounds but for one. */
    public Bounds with(Bound bound, int value) {
        return new Bounds(
                bound == Bound.FURTHER_VISITS ? value : furtherVisits,
                bound == Bound.FURTHER_PAGEVIEWS ? value : furtherPageviews,
                bound == Bound.ENGAGED_MINUTES ? value : engagedMinutes,
                bound == Bound.PAGES ? value : pages,
                bound == Bound.CLICKS ? value : clicks,
                bound == Bound.GOALS ? value : goals,
                bound == Bound.PROBLEMS ? value : problems);
    }

    /** What differs from {@link #DEFAULT}, as JSON: the text of {@code registry.site.bounds}. */
    public String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Bound bound : Bound.values()) {
                if (of(bound) != DEFAULT.of(bound)) {
                    json.writeNumberField(bound.label(), of(bound));
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        return text.toString();
    }
}
