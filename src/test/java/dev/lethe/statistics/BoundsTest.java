package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.statistics.Bounds.Bound;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BoundsTest {
    @Test
    void readsWhatItWrites() {
        assertEquals("{}", Bounds.DEFAULT.toJson());
        assertEquals(Bounds.DEFAULT, Bounds.parse("{}"));
        Bounds application = Bounds.parse("{\"further_pageviews\": 30, \"clicks\":10}");
        assertEquals(30, application.furtherPageviews());
        assertEquals(10, application.clicks());
        assertEquals(8, application.pages());
        assertEquals("{\"further_pageviews\":30,\"clicks\":10}", application.toJson());
        assertEquals(application, Bounds.parse(application.toJson()));
    }

    @ParameterizedTest
    @EnumSource(Bound.class)
    void everyBoundHasItsRange(Bound bound) {
        for (int value : new int[] {1, bound.maximum()}) {
            Bounds bounds = Bounds.DEFAULT.with(bound, value);
            assertEquals(value, bounds.of(bound));
            assertEquals(bounds, Bounds.parse(bounds.toJson()));
        }
        for (int value : new int[] {-1, 0, bound.maximum() + 1}) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> Bounds.DEFAULT.with(bound, value));
            assertTrue(refusal.getMessage().contains(bound.label()), refusal::getMessage);
            assertTrue(refusal.getMessage().contains("between 1 and " + bound.maximum()), refusal::getMessage);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"pageviews\": 3} | is not a bound; there are further_visits",
                "{\"pages\": 3, \"pages\": 4} | not valid JSON",
                "{\"pages\": \"3\"} | not a whole number",
                "{\"pages\": 3.5} | not a whole number",
                "{\"pages\": 99999999999999} | too large",
                "{\"pages\": 0} | between 1 and 100",
                "[] | an object",
                "{} {} | an object",
                "{\"pages\": 3 | not valid JSON",
                "'' | an object"
            })
    void refusesWhatItDoesNotKnow(String json, String why) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> Bounds.parse(json));
        assertTrue(refusal.getMessage().contains(why), refusal::getMessage);
    }
}
