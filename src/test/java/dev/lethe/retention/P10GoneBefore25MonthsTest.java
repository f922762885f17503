package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** P10: every day of five years as today. */
class P10GoneBefore25MonthsTest {
    private static final ZoneOffset FIRST_TO_BEGIN = ZoneOffset.ofHours(14);
    private static final LocalDate FROM = LocalDate.of(2026, 1, 1);
    private static final LocalDate TO = FROM.plusYears(5);

    private static final RetentionPolicy POLICY = new RetentionPolicy(Period.ofMonths(25), 0);

    private interface Rule {
        boolean isExpired(LocalDate day, Instant now);
    }

    /**
     * What is wrong with a rule: for every today, a day that turns 25 months old tomorrow anywhere on Earth must have been dropped
     * by the run at today's first instant, and a day that does so the day after tomorrow must stand one second before that.
     */
    private static List<String> violations(Rule rule) {
        List<String> found = new ArrayList<>();
        FROM.datesUntil(TO).forEach(today -> {
            Instant begins = today.atStartOfDay(FIRST_TO_BEGIN).toInstant();
            LocalDate tomorrow = today.plusDays(1);
            // Wider than any length of 25 months, so that no day escapes by the calendar's irregularity.
            today.minusMonths(25)
                    .minusDays(10)
                    .datesUntil(today.minusMonths(25).plusDays(10))
                    .forEach(day -> {
                        boolean tooOldTomorrow = !day.plusMonths(25).isAfter(tomorrow);
                        if (tooOldTomorrow && !rule.isExpired(day, begins)) {
                            found.add(day + " stands at the first instant of " + today);
                        }
                        boolean tooOldLater = !day.plusMonths(25).isBefore(tomorrow);
                        if (tooOldLater && rule.isExpired(day, begins.minusSeconds(1))) {
                            found.add(day + " is gone too early, before " + today);
                        }
                    });
        });
        return found;
    }

    @Test
    void everyDayIsGoneBeforeItTurns25MonthsOldAnywhereAndStandsOneSecondEarlier() {
        assertEquals(List.of(), violations(POLICY::isExpired));
    }

    /** The control: the property notices the rule that everybody writes first. */
    @Test
    void subtractingMonthsFromNowIsNotTheInverse() {
        Rule mutant = (day, now) -> !day.isAfter(
                now.atOffset(FIRST_TO_BEGIN).toLocalDate().plusDays(1).minusMonths(25));
        assertTrue(
                violations(mutant).contains("2025-01-31 stands at the first instant of 2027-02-27"),
                () -> violations(mutant).toString());
        Instant lastChance =
                LocalDate.of(2027, 2, 27).atStartOfDay(FIRST_TO_BEGIN).toInstant();
        assertFalse(mutant.isExpired(LocalDate.of(2025, 1, 31), lastChance));
        assertTrue(POLICY.isExpired(LocalDate.of(2025, 1, 31), lastChance));
    }

    @Test
    void controlNoticesARuleThatIsOneSecondOff() {
        assertFalse(violations((day, now) -> POLICY.isExpired(day, now.minusSeconds(1)))
                .isEmpty());
        assertFalse(violations((day, now) -> POLICY.isExpired(day, now.plusSeconds(1)))
                .isEmpty());
    }

    @Test
    void backupDaysAreSubtracted() {
        for (int backupDays : IntStream.of(0, 1, 7, 30, 90).toArray()) {
            RetentionPolicy policy = new RetentionPolicy(Period.ofMonths(25), backupDays);
            FROM.datesUntil(TO)
                    .forEach(day -> assertEquals(
                            day.plusMonths(25)
                                    .minusDays(backupDays + 1L)
                                    .atStartOfDay(FIRST_TO_BEGIN)
                                    .toInstant(),
                            policy.dropsAt(day)));
        }
    }
}
