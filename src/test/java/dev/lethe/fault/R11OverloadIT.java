package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.EventWriter.Overloaded;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * R11: five times what the database can take. What is taken does not fall far below its capacity, the rest is turned away, and nothing
 * acknowledged is lost. Each answer of the database is slowed by a fixed time, so that capacity is the database's and the load, on the same
 * processors, does not decide it.
 */
class R11OverloadIT {
    private static final long SEED = 11;
    private static final int TOGETHER = 50;
    private static final int MOST_WAITING = 4_000;
    private static final long SLOWED_MILLIS = 100;
    private static final int CAPACITY_SECONDS = 5;

    @Test
    void takesWhatItCanAndTurnsTheRestAway() throws Exception {
        int seconds = Full.seconds(60, 6);
        try (WriterDatabase database = new WriterDatabase(SEED);
                FaultProxy proxy = FaultProxy.to(
                        database.server().host(), database.server().port())) {
            Writer writer = database.writer(database.options(proxy.port()), MOST_WAITING, Duration.ofSeconds(8));
            Load load = new Load(database, writer);
            WriterDatabase.await(load.offer());
            proxy.delay(SLOWED_MILLIS);
            // As much as there is room for, always: the capacity.
            long capacity = load.run(CAPACITY_SECONDS, () -> database.waitingRows() + TOGETHER < MOST_WAITING ? 20 : 0);
            long turnedAwayBefore = load.turnedAway.get();
            // Five times as much, whatever becomes of it.
            long started = System.nanoTime();
            long[] offered = {0};
            long accepted = load.run(seconds, () -> {
                long due = (long) ((System.nanoTime() - started) / 1e9 * 5 * capacity / TOGETHER);
                int now = (int) Math.min(500, due - offered[0]);
                offered[0] += now;
                return now;
            });
            proxy.delay(0);
            load.settle();
            assertTrue(
                    accepted >= 0.9 * capacity, () -> "accepted " + accepted + " rows a second, capacity " + capacity);
            assertTrue(offered[0] * TOGETHER >= 4L * capacity * seconds, "the load itself fell behind");
            assertTrue(load.turnedAway.get() > turnedAwayBefore, "nothing was turned away");
            Set<UUID> lost = new HashSet<>(load.acknowledged);
            lost.removeAll(load.stored());
            assertEquals(Set.of(), lost);
            System.out.printf(
                    "R11 (seed %d): %d s (in full: 60, -Dlethe.full=true): capacity %d rows/s, offered %d rows/s,"
                            + " accepted %d rows/s (%.0f %%), turned away %d requests, %d rows acknowledged, 0 lost%n",
                    SEED,
                    seconds,
                    capacity,
                    offered[0] * TOGETHER / seconds,
                    accepted,
                    100.0 * accepted / capacity,
                    load.turnedAway.get() - turnedAwayBefore,
                    load.acknowledged.size());
            WriterDatabase.await(writer.close());
        }
    }

    /** How many requests to offer now. */
    private interface Pace {
        int now();
    }

    /** Requests of so many beacons, and what became of them. */
    private static final class Load {
        private final WriterDatabase database;
        private final Writer writer;
        private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicLong turnedAway = new AtomicLong();
        private final AtomicInteger open = new AtomicInteger();

        private Load(WriterDatabase database, Writer writer) {
            this.database = database;
            this.writer = writer;
        }

        io.vertx.core.Future<Outcome> offer() {
            List<RawEvent> events = database.events(TOGETHER);
            open.incrementAndGet();
            return writer.write(events.toArray(RawEvent[]::new)).onComplete(done -> {
                open.decrementAndGet();
                if (done.result() instanceof Stored) {
                    events.forEach(event -> acknowledged.add(event.beaconId()));
                } else if (done.result() instanceof Overloaded) {
                    turnedAway.incrementAndGet();
                }
            });
        }

        /** Rows a second that were acknowledged meanwhile. */
        long run(int seconds, Pace pace) {
            long before = acknowledged.size();
            long began = System.nanoTime();
            while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
                for (int i = pace.now(); i > 0; i--) {
                    var unused = offer();
                }
                LockSupport.parkNanos(2_000_000);
            }
            return (long) ((acknowledged.size() - before) / ((System.nanoTime() - began) / 1e9));
        }

        void settle() {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (open.get() > 0) {
                assertTrue(System.nanoTime() < deadline, "never answered");
                LockSupport.parkNanos(5_000_000);
            }
        }

        Set<UUID> stored() throws Exception {
            Set<UUID> stored = new HashSet<>();
            try (var connection = database.server().connect();
                    var rows = connection.createStatement().executeQuery("select beacon_id from raw.event")) {
                while (rows.next()) {
                    stored.add(rows.getObject(1, UUID.class));
                }
            }
            return stored;
        }
    }
}
