package dev.lethe.statistics;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** How long the period of a published row is. Periods are named by their first day; weeks are those of ISO 8601. */
public enum Grain {
    DAY,
    WEEK,
    MONTH;

    /** As in the database: {@code day}, {@code week}, {@code month}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a grain by its label.
     *
     * @throws IllegalArgumentException naming the three labels
     */
    public static Grain ofLabel(String label) {
        for (Grain grain : values()) {
            if (grain.label().equals(label)) {
                return grain;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is not a grain; there are day, week and month");
    }

    /** The first day of the period that holds {@code day}: itself, its Monday, or the first of its month. */
    public LocalDate period(LocalDate day) {
        return switch (this) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }

    /** The period after {@code period}, which is also the first day that no longer belongs to it. */
    public LocalDate next(LocalDate period) {
        LocalDate start = period(period);
        return switch (this) {
            case DAY -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> start.plusMonths(1);
        };
    }
}
