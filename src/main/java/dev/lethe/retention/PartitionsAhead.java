package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Makes the partitions of the days around now before anybody writes into them, for every zone on Earth. Thread-safe; any number
 * of nodes may call it at once.
 */
public final class PartitionsAhead {
    /** How often {@link #make} is to be called, in milliseconds. */
    public static final long EVERY_MILLIS = 3_600_000;

    private static final int DAYS_BACK = 1;
    private static final int DAYS_AHEAD = 7;

    private final Pool collector;
    private final Clock clock;

    /** @param collector logs in as the collector role, which may call {@code raw.make_day} */
    public PartitionsAhead(Pool collector, Clock clock) {
        this.collector = collector;
        this.clock = clock;
    }

    /**
     * Makes what is missing from yesterday, where days begin last, to a week from today, where they begin first; how many were
     * missing. A statement each: the locks of one are gone before the next begins.
     */
    public Future<Integer> make() {
        Instant now = clock.instant();
        LocalDate first = now.atOffset(ZoneOffset.ofHours(-12)).toLocalDate().minusDays(DAYS_BACK);
        LocalDate last = now.atOffset(ZoneOffset.ofHours(14)).toLocalDate().plusDays(DAYS_AHEAD);
        Future<Integer> made = Future.succeededFuture(0);
        for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
            LocalDate each = day;
            made = made.compose(count -> makeDay(each).map(isNew -> isNew ? count + 1 : count));
        }
        return made.compose(count -> collector
                .preparedQuery("update registry.job set last_success = $1 where job = 'partitions'")
                .execute(Tuple.of(now.atOffset(ZoneOffset.UTC)))
                .map(count));
    }

    /** Makes one day's partition; whether it was missing. */
    public Future<Boolean> makeDay(LocalDate day) {
        return collector
                .preparedQuery("select raw.make_day($1) as made")
                .execute(Tuple.of(day))
                .map(rows -> rows.iterator().next().getBoolean("made"));
    }
}
