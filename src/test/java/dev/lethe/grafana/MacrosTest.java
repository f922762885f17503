package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expander against the examples of Grafana's documentation. */
class MacrosTest {
    private static final Macros.Range FIVE_MINUTES =
            new Macros.Range(Instant.parse("2018-04-12T18:00:00Z"), Instant.parse("2018-04-12T18:05:00Z"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "$__timeFilter(c) | c BETWEEN '2018-04-12T18:00:00Z' AND '2018-04-12T18:05:00Z'",
                "$__timeFrom() | '2018-04-12T18:00:00Z'",
                "c < $__timeTo() | c < '2018-04-12T18:05:00Z'",
                "$__time(c) | c AS \"\"time\"\"",
                "$__timeGroup(c,'5m') | floor(extract(epoch from c)/300)*300",
                "$__timeGroup(c,'5m'), n | floor(extract(epoch from c)/300)*300 AS \"\"time\"\", n",
                "$__timeGroupAlias(c, 1h) | floor(extract(epoch from c)/3600)*3600 AS \"\"time\"\"",
                "'$site' | 'it''s'",
                "'${site}' | 'it''s'",
                "'[[site]]' | 'it''s'",
            })
    void expandsAsDocumented(String query, String expected) {
        String result = Macros.expand(query, Map.of("site", "it's"), FIVE_MINUTES);
        assertEquals(expected.replace("\"\"", "\""), result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"$__timeRoundUp(c)", "$__timeFilter(date_trunc('day', c))", "$other", "$__unixEpochFilter(c)"})
    void refusesWhatGrafanaWouldSendBroken(String query) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Macros.expand(query, Map.of("site", "a"), FIVE_MINUTES));
        assertTrue(
                refused.getMessage().contains("macro") || refused.getMessage().contains("variable"));
    }
}
