package dev.lethe.rights;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * When a request has to be answered: 30 days after it came in, or a month where that is shorter (GDPR Art. 12(3)). The clock stands
 * still while the requester is asked for what is missing, and runs on when she has sent it. Pure and stateless; days are the
 * site's.
 */
public final class Deadline {
    private static final int DAYS = 30;
    private static final int SOON_DAYS = 7;
    private static final int URGENT_DAYS = 2;

    private Deadline() {}

    /**
     * Days on which the clock stands still.
     *
     * @param from the first such day
     * @param resumed the first day on which it runs again; empty while it stands still
     */
    public record Suspension(LocalDate from, Optional<LocalDate> resumed) {
        public Suspension {
            if (resumed.isPresent() && resumed.get().isBefore(from)) {
                throw new IllegalArgumentException("a request is resumed after it was suspended");
            }
        }
    }

    /** How urgent a request is. In this order a later one is worse; {@link #SUSPENDED} is nobody's turn but the requester's. */
    public enum Urgency {
        SUSPENDED,
        IN_TIME,
        SOON,
        URGENT,
        OVERDUE
    }

    /**
     * The last day on which the answer is in time; empty while the clock stands still.
     *
     * @param suspensions in their order, none beginning before the one before has ended
     */
    public static Optional<LocalDate> due(LocalDate received, List<Suspension> suspensions) {
        LocalDate due = earlier(received.plusDays(DAYS), received.plusMonths(1));
        for (Suspension suspension : suspensions) {
            if (suspension.from().isAfter(due)) {
                // What was late already does not become less late by asking.
                continue;
            }
            if (suspension.resumed().isEmpty()) {
                return Optional.empty();
            }
            due = due.plusDays(ChronoUnit.DAYS.between(
                    suspension.from(), suspension.resumed().get()));
        }
        return Optional.of(due);
    }

    private static LocalDate earlier(LocalDate one, LocalDate other) {
        return one.isBefore(other) ? one : other;
    }

    /** How urgent it is today. A reminder is due when this has become worse: 7 days before, 2 days before, and after the due day. */
    public static Urgency urgency(Optional<LocalDate> due, LocalDate today) {
        if (due.isEmpty()) {
            return Urgency.SUSPENDED;
        }
        long left = ChronoUnit.DAYS.between(today, due.get());
        if (left < 0) {
            return Urgency.OVERDUE;
        }
        if (left <= URGENT_DAYS) {
            return Urgency.URGENT;
        }
        return left <= SOON_DAYS ? Urgency.SOON : Urgency.IN_TIME;
    }
}
