package dev.lethe.config;

import java.time.LocalDate;
import java.time.Period;

/**
 * Compares periods by the calendar: months have 28 to 31 days, so a period in days is longer than one in months from some dates
 * and shorter from others.
 */
final class CalendarPeriods {
    /** The first day of four years that hold one leap day; the limits are 25 months at most, so two leap days never fit. */
    private static final LocalDate CYCLE = LocalDate.of(2021, 1, 1);

    private static final int CYCLE_DAYS = 1461;

    private CalendarPeriods() {}

    /** Whether {@code period} ends no later than {@code limit} from whichever day both begin. */
    static boolean neverExceeds(Period period, Period limit) {
        for (int day = 0; day < CYCLE_DAYS; day++) {
            LocalDate start = CYCLE.plusDays(day);
            if (start.plus(period).isAfter(start.plus(limit))) {
                return false;
            }
        }
        return true;
    }
}
