package dev.lethe.statistics;

import dev.lethe.ops.ClockGuard;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps what went on at each site in the last 48 hours and 30 minutes, for those who run it: rounded to tens, hidden below ten, and
 * outside the guarantee of the published statistics. Thread-safe, one a process; the row {@code registry.job('live')} lets one of
 * several nodes work.
 */
public final class LivePlane {
    /** How often {@link #refresh} is to be called, in milliseconds. */
    public static final long REFRESH_MILLIS = 60_000;

    private static final Duration KEPT = Duration.ofDays(2);
    private static final Duration WINDOW = Duration.ofMinutes(30);

    /** What another node refreshed more recently is fresh enough; less than {@link #REFRESH_MILLIS}, because timers are not exact. */
    private static final Duration FRESH = Duration.ofSeconds(50);

    /** Events that were received before the last refresh and committed after it are counted with the next. */
    private static final Duration UNDER_WAY = Duration.ofMinutes(1);

    private static final String COUNT = SqlFile.read("live.sql");

    private final Pool pool;
    private final Sites sites;
    private final ClockGuard guard;
    private final Clock clock;
    private final AtomicReference<Future<Boolean>> underWay = new AtomicReference<>(Future.succeededFuture(false));

    /** @param pool logs in as the publisher role and gives up connections that are silent */
    public LivePlane(Pool pool, Sites sites, ClockGuard guard, Clock clock) {
        this.pool = pool;
        this.sites = sites;
        this.guard = guard;
        this.clock = clock;
    }

    /** From when on a site's hours are counted again. */
    private record Window(Site site, Instant since) {
        private LocalDate firstDay(Instant now) {
            Instant recent = now.minus(WINDOW);
            return site.dayOf(since.isBefore(recent) ? since : recent);
        }
    }

    /**
     * Counts again what may have changed since the last time. A call that comes while another waits for the database joins it. True
     * when this node did it; false while clocks disagree, and when another node is at it or has just been.
     */
    public Future<Boolean> refresh() {
        // The tables keep whole seconds. A half second rounded up would lie in the future, and be forgotten as soon as
        // it is written.
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Future<Boolean> current = Objects.requireNonNull(underWay.get());
        if (!current.isComplete()) {
            return current;
        }
        if (!guard.jobsMayRun()) {
            return Future.succeededFuture(false);
        }
        Future<Boolean> mine = pool.withTransaction(connection -> refresh(connection, now));
        underWay.set(mine);
        return mine;
    }

    private Future<Boolean> refresh(SqlConnection connection, Instant now) {
        return claim(connection, now).compose(claimed -> {
            if (!claimed) {
                return Future.succeededFuture(false);
            }
            return windows(connection, now)
                    .compose(windows -> count(connection, windows, now))
                    .compose(done -> forget(connection, now))
                    .compose(done -> connection
                            .preparedQuery("update registry.job set last_success = $1 where job = 'live'")
                            .execute(Tuple.of(utc(now))))
                    .map(true);
        });
    }

    /** Nobody else does it while this transaction is open, nor needs to afterwards. */
    private static Future<Boolean> claim(SqlConnection connection, Instant now) {
        return connection
                .query("select last_success from registry.job where job = 'live' for update skip locked")
                .execute()
                .map(rows -> rows.size() > 0
                        && Optional.ofNullable(rows.iterator().next().getOffsetDateTime("last_success"))
                                .map(OffsetDateTime::toInstant)
                                .filter(last -> last.isAfter(now.minus(FRESH)) && !last.isAfter(now))
                                .isEmpty());
    }

    private Future<List<Window>> windows(SqlConnection connection, Instant now) {
        return connection.query("select site, at from live.half_hour").execute().map(rows -> {
            Map<String, Instant> last = lastBySite(rows);
            return sites.list().stream()
                    .map(site -> new Window(
                            site,
                            since(site, Optional.ofNullable(last.get(site.id().value())), now)))
                    .toList();
        });
    }

    private static Map<String, Instant> lastBySite(RowSet<Row> rows) {
        Map<String, Instant> last = new HashMap<>();
        rows.forEach(row ->
                last.put(row.getString("site"), row.getOffsetDateTime("at").toInstant()));
        return last;
    }

    /**
     * An hour that is over does not change, so today's partition is all that is read; around midnight and after a pause, yesterday's
     * too. Where nothing is known, and where the clock was set back, the whole day is counted; of a synthetic site, whose past may
     * have been invented a moment ago, everything that is kept.
     */
    private static Instant since(Site site, Optional<Instant> last, Instant now) {
        LocalDate today = site.dayOf(now);
        Instant yesterday = site.startOf(today.minusDays(1));
        return last.filter(at -> !at.isAfter(now))
                .map(at -> at.minus(UNDER_WAY))
                .map(at -> at.isBefore(yesterday) ? yesterday : at)
                .orElseGet(() -> site.startOf(site.synthetic() ? today.minusDays(2) : today));
    }

    /** Lets the next refresh count a site's hours from the beginning: events of earlier hours were written. */
    public Future<Void> recount(SiteId site) {
        return recount(pool, site);
    }

    /** The same for whoever has no plane of its own, such as a command. */
    public static Future<Void> recount(Pool pool, SiteId site) {
        // A refresh under way, on any node, would write the row again that says from when on to count.
        return pool.withTransaction(connection -> connection
                .query("select from registry.job where job = 'live' for update")
                .execute()
                .compose(alone -> connection
                        .preparedQuery("delete from live.half_hour where site = $1")
                        .execute(Tuple.of(site.value())))
                .mapEmpty());
    }

    private static Future<Void> count(SqlConnection connection, List<Window> windows, Instant now) {
        if (windows.isEmpty()) {
            return Future.succeededFuture();
        }
        LocalDate first = windows.stream()
                .map(window -> window.firstDay(now))
                .min(LocalDate::compareTo)
                .orElseThrow();
        LocalDate last = windows.stream()
                .map(window -> window.site().dayOf(now))
                .max(LocalDate::compareTo)
                .orElseThrow();
        return connection
                .preparedQuery(COUNT)
                .execute(Tuple.of(
                        windows.stream()
                                .map(window -> window.site().id().value())
                                .toArray(String[]::new),
                        windows.stream()
                                .map(window -> window.site()
                                        .zoneOn(window.site().dayOf(now))
                                        .getId())
                                .toArray(String[]::new),
                        windows.stream()
                                .map(window -> window.site().synthetic())
                                .toArray(Boolean[]::new),
                        windows.stream().map(window -> utc(window.since())).toArray(OffsetDateTime[]::new),
                        utc(now),
                        first,
                        last))
                .mapEmpty();
    }

    /** What is too old, and what a clock that was set back left in the future. */
    private static Future<Void> forget(SqlConnection connection, Instant now) {
        Tuple kept = Tuple.of(utc(now.minus(KEPT)), utc(now));
        return connection
                .preparedQuery("delete from live.hour where begins <= $1 or begins > $2")
                .execute(kept)
                .compose(done -> connection
                        .preparedQuery("delete from live.half_hour where at <= $1 or at > $2")
                        .execute(kept))
                .mapEmpty();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
