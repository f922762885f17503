package dev.lethe.retention;

import dev.lethe.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * When a day's raw events are destroyed: before they are 25 calendar months old anywhere on Earth, copies in backups included.
 * Immutable and pure; one an installation, from {@code retention.raw} and {@code retention.backup-days}.
 *
 * <p>The rule adds to the day and never subtracts from now, because {@code now.minusMonths(25)} is not its inverse: 31 January
 * 2025 turns 25 months old on 28 February 2027, and 28 February 2027 minus 25 months is 28 January 2025.
 *
 * @param raw how long raw events may live, counted from their day: at most 25 months for every day of the calendar
 * @param backupDays how many days a backup of the database may live, and so how much earlier the original has to go; not negative
 */
public record RetentionPolicy(Period raw, int backupDays) {
    /** The longest that raw events may live (CNIL, guidelines and recommendation on cookies, audience measurement). */
    public static final Period LONGEST = Period.ofMonths(25);

    /** Where a day begins first. */
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    /** Where a day ends last. */
    private static final ZoneOffset LATEST = ZoneOffset.ofHours(-12);

    /** So that a run that fails has a day for another try. */
    private static final Duration MARGIN = Duration.ofHours(24);

    /** Two hourly runs. */
    private static final Duration GRACE = Duration.ofHours(2);

    /** The calendar repeats its lengths of months every four years, but for the century years, which are shorter. */
    private static final LocalDate SAMPLE_FROM = LocalDate.of(2024, 1, 1);

    private static final LocalDate SAMPLE_TO = LocalDate.of(2028, 1, 1);

    /** Without backups outside of Lethe. Last, because making it needs all of the above. */
    public static final RetentionPolicy DEFAULT = new RetentionPolicy(LONGEST, 0);

    public RetentionPolicy {
        if (raw.isNegative() || backupDays < 0) {
            throw new IllegalArgumentException("retention.raw and retention.backup-days cannot be negative");
        }
        Period period = raw;
        if (SAMPLE_FROM.datesUntil(SAMPLE_TO).anyMatch(day -> day.plus(period).isAfter(day.plus(LONGEST)))) {
            throw new IllegalArgumentException(
                    "retention.raw is " + raw + ", and raw events may live for at most 25 months (P25M)");
        }
        if (SAMPLE_FROM
                .datesUntil(SAMPLE_TO)
                .anyMatch(day -> drop(day, period, backupDays).isBefore(endEverywhere(day)))) {
            throw new IllegalArgumentException("retention.raw " + raw + " minus " + backupDays
                    + " backup days would destroy a day before it is over everywhere");
        }
    }

    /** What the operator has set. */
    public static RetentionPolicy of(Settings settings) {
        return new RetentionPolicy(
                settings.retention().raw(), settings.retention().backupDays());
    }

    /** The first instant at which a run drops the day. One second earlier it stands. */
    public Instant dropsAt(LocalDate day) {
        return drop(day, raw, backupDays);
    }

    /** Whether a run at this instant drops the day. */
    public boolean isExpired(LocalDate day, Instant now) {
        return !now.isBefore(dropsAt(day));
    }

    /** The first instant at which a run has dropped every day of the month; its keys go with the last one. */
    public Instant monthDropsAt(YearMonth month) {
        Instant latest = Instant.MIN;
        // The 28th of February can be dropped later than the 29th with a period in months: ask every day.
        for (LocalDate day = month.atDay(1); !day.isAfter(month.atEndOfMonth()); day = day.plusDays(1)) {
            Instant drops = dropsAt(day);
            latest = drops.isAfter(latest) ? drops : latest;
        }
        return latest;
    }

    /** Whether everything of a month has to be gone by the calendar: its days, its keys, and whatever else its pseudonyms stand in. */
    public boolean isMonthOver(YearMonth month, Instant now) {
        return isOverEverywhere(month, now) && !now.isBefore(monthDropsAt(month));
    }

    /** Whether the day should have been dropped two hourly runs ago: an alarm 22 hours before the promise would be broken. */
    public boolean isOverdue(LocalDate day, Instant now) {
        return isExpired(day, now.minus(GRACE));
    }

    /** Whether the month is over for every site, whatever its zone: no event can be added to it. */
    public static boolean isOverEverywhere(YearMonth month, Instant now) {
        return !now.isBefore(endEverywhere(month.atEndOfMonth()));
    }

    private static Instant drop(LocalDate day, Period raw, int backupDays) {
        return day.plus(raw)
                .minusDays(backupDays)
                .atStartOfDay(EARLIEST)
                .toInstant()
                .minus(MARGIN);
    }

    private static Instant endEverywhere(LocalDate day) {
        return day.plusDays(1).atStartOfDay(LATEST).toInstant();
    }
}
