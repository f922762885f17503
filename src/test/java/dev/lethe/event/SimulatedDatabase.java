package dev.lethe.event;

import dev.lethe.event.EventRows.BeaconKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import java.net.SocketException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What PostgreSQL does with a writer's calls, in simulated time: transactions that happen in one moment or not at all, and every way in
 * which the answer may be late, lost or wrong. Keeps the same keys as the tables, and can be told not to.
 */
final class SimulatedDatabase {
    /** The path of an event that PostgreSQL cannot hold. */
    static final String POISON = "/poison";

    private final SimulatedTime time;
    private final Random random;
    private final Duration hold;
    private final boolean keepsKeys;
    private final Map<Fate, Integer> met = new EnumMap<>(Fate.class);
    private final Set<Row> rows = new HashSet<>();
    private final Map<UUID, Integer> copies = new HashMap<>();
    private final Map<UUID, LocalDate> seen = new HashMap<>();
    private final Set<LocalDate> days = new HashSet<>();
    private final Set<UUID> objected = new HashSet<>();
    private boolean healthy;
    private long awayUntilNanos;

    private record Row(UUID pseudonym, UUID beacon, LocalDate day) {}

    /** What becomes of a call. */
    enum Fate {
        ANSWERED,
        /** Answered, when nobody may be waiting any more. */
        LATE,
        /** The connection breaks before the server has heard it. */
        UNHEARD,
        /** Another transaction was in the way (40P01). */
        DEADLOCK,
        /** It happens, and the connection breaks before the answer. */
        UNKNOWN,
        /** Nothing more is heard, though it may happen, now or much later. */
        SILENT
    }

    /** @param keepsKeys whether a row goes in once; false is a fault of ours that the simulation has to notice */
    SimulatedDatabase(SimulatedTime time, Random random, Duration hold, boolean keepsKeys) {
        this.time = time;
        this.random = random;
        this.hold = hold;
        this.keepsKeys = keepsKeys;
    }

    /** From now on every call is answered. */
    void heal() {
        healthy = true;
    }

    /** Nobody can reach it for so long. */
    void goAway(Duration duration) {
        awayUntilNanos = time.nanos() + duration.toNanos();
    }

    void object(UUID tag) {
        objected.add(tag);
    }

    /** How often this beacon is stored. */
    int copies(UUID beacon) {
        return copies.getOrDefault(beacon, 0);
    }

    /** How many calls met which fate. */
    Map<Fate, Integer> met() {
        return met;
    }

    /** @param alive whether there is still somebody whom an answer could reach */
    EventStore connect(BooleanSupplier alive) {
        return new EventStore() {
            @Override
            public Future<Integer> insert(EventRows inserted) {
                return call(alive, () -> commit(inserted));
            }

            @Override
            public Future<Set<BeaconKey>> findStored(EventRows wanted) {
                return call(alive, () -> find(wanted));
            }

            @Override
            public Future<Boolean> makeDays(List<LocalDate> wanted) {
                return call(alive, () -> days.addAll(wanted));
            }

            @Override
            public void abandon() {}

            @Override
            public Future<Void> close() {
                return Future.succeededFuture();
            }
        };
    }

    private int commit(EventRows group) {
        for (RawEvent event : group.events()) {
            if (event.path().equals(POISON)) {
                throw new PgException("invalid byte sequence", "ERROR", "22021", "");
            }
            if (!days.contains(event.day())) {
                throw new PgException("no partition of relation", "ERROR", "23514", "");
            }
        }
        int inserted = 0;
        for (RawEvent event : group.events()) {
            if (objected.contains(event.tag())) {
                continue;
            }
            if (event.nearMidnight()) {
                seen.putIfAbsent(event.beaconId(), event.day());
                if (keepsKeys && !event.day().equals(seen.get(event.beaconId()))) {
                    continue;
                }
            }
            if (rows.add(row(event)) || !keepsKeys) {
                copies.merge(event.beaconId(), 1, Integer::sum);
                inserted++;
            }
        }
        return inserted;
    }

    private Set<BeaconKey> find(EventRows wanted) {
        Set<BeaconKey> found = new HashSet<>();
        for (RawEvent event : wanted.events()) {
            LocalDate counted = seen.get(event.beaconId());
            if (rows.contains(row(event)) || counted != null && !counted.equals(event.day())) {
                found.add(BeaconKey.of(event));
            }
        }
        return found;
    }

    private static Row row(RawEvent event) {
        return new Row(event.pseudonym().value(), event.beaconId(), event.day());
    }

    private <T> Future<T> call(BooleanSupplier alive, Supplier<T> work) {
        Promise<T> heard = Promise.promise();
        Promise<T> answer = Promise.promise();
        answer.future().onComplete(answered -> {
            if (alive.getAsBoolean()) {
                heard.complete(answered.result(), answered.cause());
            }
        });
        Fate fate = time.nanos() < awayUntilNanos ? Fate.UNHEARD : fate();
        met.merge(fate, 1, Integer::sum);
        time.after(way(), () -> {
            switch (fate) {
                case ANSWERED -> answer(answer, work, way());
                case LATE -> answer(answer, work, Duration.ofMillis(random.nextLong(2 * hold.toMillis())));
                case UNHEARD -> answer.fail(new SocketException("cut before the call"));
                case DEADLOCK -> answer.fail(new PgException("deadlock detected", "ERROR", "40P01", ""));
                case UNKNOWN -> {
                    answer(Promise.promise(), work, way());
                    time.after(way(), () -> answer.fail(new SocketException("cut after the call")));
                }
                case SILENT -> {
                    if (random.nextBoolean()) {
                        Duration later = Duration.ofMillis(random.nextLong(hold.toMillis()));
                        time.after(later, () -> answer(Promise.promise(), work, way()));
                    }
                }
            }
        });
        return heard.future();
    }

    /** It happens now; the answer takes its way. */
    private <T> void answer(Promise<T> answer, Supplier<T> work, Duration way) {
        try {
            T result = work.get();
            time.after(way, () -> answer.complete(result));
        } catch (PgException refused) {
            time.after(way, () -> answer.fail(refused));
        }
    }

    private Fate fate() {
        if (healthy || random.nextInt(100) < 60) {
            return Fate.ANSWERED;
        }
        return Fate.values()[random.nextInt(Fate.values().length)];
    }

    private Duration way() {
        return Duration.ofNanos(random.nextLong(healthy ? 5_000_000 : 50_000_000));
    }
}
