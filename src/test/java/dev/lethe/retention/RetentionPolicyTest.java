package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionPolicyTest {
    @ParameterizedTest
    @CsvSource({
        "2024-01-31, 2026-02-26T10:00:00Z",
        "2025-01-28, 2027-02-26T10:00:00Z",
        "2025-01-31, 2027-02-26T10:00:00Z",
        "2024-02-29, 2026-03-27T10:00:00Z",
        "2026-01-29, 2028-02-27T10:00:00Z",
        "2025-12-31, 2028-01-29T10:00:00Z",
    })
    void dropsADayOneDayBeforeItTurns25MonthsOldWhereDaysBeginFirst(LocalDate day, Instant expected) {
        assertEquals(expected, RetentionPolicy.DEFAULT.dropsAt(day));
        assertTrue(RetentionPolicy.DEFAULT.isExpired(day, expected));
        assertFalse(RetentionPolicy.DEFAULT.isExpired(day, expected.minusNanos(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"P25M1D", "P26M", "P2Y2M", "P24M31D", "P759D", "P3Y"})
    void refusesMoreThan25Months(String period) {
        assertThrows(IllegalArgumentException.class, () -> new RetentionPolicy(Period.parse(period), 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"P25M", "P2Y1M", "P24M28D", "P13M", "P758D", "P30D"})
    void acceptsAtMost25Months(String period) {
        assertEquals(Period.parse(period), new RetentionPolicy(Period.parse(period), 0).raw());
    }

    @Test
    void refusesToDestroyADayThatIsNotOver() {
        assertThrows(IllegalArgumentException.class, () -> new RetentionPolicy(Period.ofDays(3), 0));
        assertThrows(IllegalArgumentException.class, () -> new RetentionPolicy(Period.ofMonths(1), 25));
        assertThrows(IllegalArgumentException.class, () -> new RetentionPolicy(Period.ofMonths(25), -1));
        assertEquals(0, new RetentionPolicy(Period.ofDays(4), 0).backupDays());
    }

    @Test
    void aMonthIsDroppedWithItsLastDay() {
        YearMonth january = YearMonth.of(2025, 1);
        Instant whole = RetentionPolicy.DEFAULT.monthDropsAt(january);
        for (int day = 1; day <= january.lengthOfMonth(); day++) {
            assertTrue(RetentionPolicy.DEFAULT.isExpired(january.atDay(day), whole));
        }
        assertFalse(RetentionPolicy.DEFAULT.isExpired(january.atDay(31), whole.minusSeconds(1)));
    }

    @Test
    void aMonthIsOverWhenItIsOverInTheLastZone() {
        YearMonth january = YearMonth.of(2025, 1);
        Instant end = Instant.parse("2025-02-01T12:00:00Z");
        assertTrue(RetentionPolicy.isOverEverywhere(january, end));
        assertFalse(RetentionPolicy.isOverEverywhere(january, end.minusSeconds(1)));
    }
}
