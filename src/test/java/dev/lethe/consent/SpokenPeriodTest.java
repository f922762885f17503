package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Period;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpokenPeriodTest {
    @ParameterizedTest
    @CsvSource({
        "P13M, 13 months, 13 mois",
        "P1Y1M, 13 months, 13 mois",
        "P1M, 1 month, 1 mois",
        "P90D, 90 days, 90 jours",
        "P1D, 1 day, 1 jour",
        "P2M10D, 2 months and 10 days, 2 mois et 10 jours"
    })
    void speaksBothLanguages(Period period, String english, String french) {
        assertEquals(english, SpokenPeriod.of(period, "en"));
        assertEquals(french, SpokenPeriod.of(period, "fr"));
    }
}
