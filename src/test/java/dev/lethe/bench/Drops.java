package dev.lethe.bench;

import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.retention.WriteAheadLog;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** What it takes to destroy a day that is 25 months old, by its number of events, and whether beacons notice. */
final class Drops {
    private static final int UNDER_LOAD = 1_000_000;
    private static final int SECONDS = 8;
    private static final int CONNECTIONS = 256;

    private Drops() {}

    /** Until the rows are gone, and until the database's log has forgotten them too. */
    private record Taken(double gone, double forgotten) {}

    static void measure(Workshop workshop, Findings findings) throws Exception {
        ServedLethe lethe = workshop.lethe();
        int rate = (int) (workshop.capacity() / 2);
        Vertx vertx = Vertx.vertx();
        List<List<String>> rows = new ArrayList<>();
        try (Database database = lethe.database();
                Connection owner = database.connectAsOwner();
                ExecutorService beside = Executors.newSingleThreadExecutor()) {
            Pool retention = Database.pool(vertx, database.options(DutyRole.RETENTION), 4);
            Pool ownerPool = Database.pool(vertx, database.ownerOptions(), 1);
            AtomicLong goneNanos = new AtomicLong();
            Retention rule = new Retention(
                    RetentionPolicy.DEFAULT,
                    retention,
                    new StoredMonthKeys(retention, lethe.keys(), month -> {}),
                    List.of(),
                    () -> {
                        goneNanos.set(System.nanoTime());
                        return WriteAheadLog.forget(ownerPool);
                    },
                    Clock.systemUTC());
            // The first run also makes the log forget what the last process may have left.
            drop(rule, goneNanos);
            List<Integer> sizes = Bench.isFull()
                    ? List.of(10_000, 100_000, 1_000_000, 10_000_000)
                    : List.of(10_000, 100_000, 1_000_000);
            for (int events : sizes) {
                fill(owner, events);
                Taken taken = drop(rule, goneNanos);
                workshop.say("a day of %,d events: gone after %.2f s", events, taken.gone());
                rows.add(row(events, "no", taken));
            }

            fill(owner, UNDER_LOAD);
            Order order = Order.open(lethe.address(), CONNECTIONS, SECONDS, rate);
            Answers before = workshop.run(order);
            Future<Answers> during = beside.submit(() -> workshop.run(order));
            LockSupport.parkNanos(2_000_000_000L);
            Taken taken = drop(rule, goneNanos);
            Answers meanwhile = during.get();
            rows.add(row(UNDER_LOAD, Findings.text("%,d beacons a second", rate), taken));
            findings.atMost("Dropping a day of 1,000,000 events while beacons come", "%.2f s", taken.gone(), 1);
            findings.plain(
                    "p99 of these beacons without the drop, and with it",
                    Findings.text("%.1f ms, %.1f ms", before.millisAt(99), meanwhile.millisAt(99)));
            workshop.say(
                    "under load: gone after %.2f s; p99 %.1f ms before, %.1f ms meanwhile",
                    taken.gone(), before.millisAt(99), meanwhile.millisAt(99));
        } finally {
            vertx.close().await();
        }
        findings.table(
                "Destroying a day",
                "Until its rows are gone, and until the write-ahead log and the planner's statistics have forgotten"
                        + " them.",
                List.of("Events of the day", "Load meanwhile", "Gone after", "Forgotten after"),
                rows);
    }

    private static List<String> row(int events, String load, Taken taken) {
        return List.of(
                Findings.text("%,d", events),
                load,
                Findings.text("%.2f s", taken.gone()),
                Findings.text("%.2f s", taken.forgotten()));
    }

    /** A day whose time has come, as it lies there after 25 months: written out long ago. */
    private static void fill(Connection owner, int events) throws Exception {
        LocalDate day = LocalDate.now(ZoneOffset.UTC).minusMonths(25).minusDays(2);
        try (Statement statement = owner.createStatement()) {
            statement.execute("select raw.make_day('" + day + "')");
            statement.execute("""
                insert into raw.event (received_at, day, pseudonym, beacon_id, type, channel, gap_days, browser, browser_major, system,
                    device, screen, site, path, country, language)
                select
                    '%1$s 08:00Z'::timestamptz + n %% 40000 * interval '1 second', '%1$s', md5((n / 5)::text)::uuid,
                    gen_random_uuid(), 1, 1, 0, 1, 140, 1, 1, 4, 'gone.example', '/page-' || n %% 300, 'FR', 'fr'
                from generate_series(0, %2$d - 1) n
                """.formatted(day, events));
            statement.execute("checkpoint");
        }
    }

    private static Taken drop(Retention rule, AtomicLong goneNanos) {
        while (true) {
            long began = System.nanoTime();
            Report report = rule.run(Clock.systemUTC().instant(), false, false);
            double ended = (System.nanoTime() - began) / 1e9;
            if (report instanceof Report.Done) {
                return new Taken((goneNanos.get() - began) / 1e9, ended);
            }
            // The node's own hourly run holds the job's row for a moment.
            if (!(report instanceof Report.Busy)) {
                throw new IllegalStateException("retention did not run: " + report);
            }
            LockSupport.parkNanos(100_000_000);
        }
    }
}
