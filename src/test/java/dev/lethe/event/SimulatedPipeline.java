package dev.lethe.event;

import dev.lethe.database.Timers;
import dev.lethe.event.EventWriter.OptedOut;
import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.EventWriter.Overloaded;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.EventWriter.Unstorable;
import dev.lethe.ops.Meters;
import dev.lethe.ops.RecentMinutes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One history of senders, two nodes of two writers each and a database, in simulated time, all drawn from one seed: what is sent when,
 * what becomes of each call, when a node is killed or stopped, when a visitor objects, and when midnight comes. The writers are the
 * real ones. One thread, one run.
 */
final class SimulatedPipeline {
    /** The end of a month: a beacon that is sent again later has another day and another pseudonym. */
    private static final Instant MIDNIGHT = Instant.parse("2026-07-01T00:00:00Z");

    private static final Meters METERS = new Meters(new RecentMinutes(Clock.systemUTC()));
    private static final Duration WRITER_LOOKS_EVERY = Duration.ofMillis(250);
    private static final int MOST_TRIES = 6;
    private static final int WRITERS = 2;

    /** What is wrong on purpose: each has to be noticed. */
    enum Fault {
        NONE,
        ACKNOWLEDGES_EARLY,
        STORES_AGAIN,
        WAITS_WITHOUT_BOUND,
        FORGETS_TO_ANSWER
    }

    private final Random random;
    private final Fault fault;
    private final SimulatedTime time = new SimulatedTime();
    private final SimulatedDatabase database;
    private final Duration hold;
    private final Instant start;
    private final int mostWaitingRows;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> stopped = new ArrayList<>();
    private final List<Sending> sendings = new ArrayList<>();
    private final Tally tally = new Tally();

    /** What a run met, to show that it met it. */
    static final class Tally {
        int acknowledged;
        int refused;
        int optedOut;
        int unstorable;
        int lostAnswers;
        int givenUp;

        void add(Tally other) {
            acknowledged += other.acknowledged;
            refused += other.refused;
            optedOut += other.optedOut;
            unstorable += other.unstorable;
            lostAnswers += other.lostAnswers;
            givenUp += other.givenUp;
        }
    }

    /** A promise was broken; the message says which. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    /** A process: what waits is counted over its writers, and all of it ends with a kill. */
    private final class Node {
        private final AtomicInteger waitingRows = new AtomicInteger();
        private final List<EventWriter> writers = new ArrayList<>();
        private boolean alive = true;

        Node() {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new EventWriter(
                        database.connect(() -> alive),
                        timersWhileAlive(),
                        METERS,
                        fault == Fault.WAITS_WITHOUT_BOUND ? Integer.MAX_VALUE : mostWaitingRows,
                        hold,
                        waitingRows));
            }
        }

        private Timers timersWhileAlive() {
            return new Timers() {
                @Override
                public long nanos() {
                    return time.nanos();
                }

                @Override
                public Runnable after(Duration wait, Runnable what) {
                    return time.after(wait, () -> {
                        if (alive) {
                            what.run();
                        }
                    });
                }
            };
        }
    }

    /** One request of a tracker, and what it was told. */
    private static final class Sending {
        private final List<UUID> beacons = new ArrayList<>();
        private final UUID tag;
        private final UUID pseudonym;
        private final UUID nextMonths;
        private final String path;
        private int tries;
        private boolean acknowledged;
        private boolean refusedForGood;

        Sending(Random random, int size, String path) {
            for (int i = 0; i < size; i++) {
                beacons.add(uuid(random));
            }
            tag = uuid(random);
            pseudonym = uuid(random);
            nextMonths = uuid(random);
            this.path = path;
        }
    }

    SimulatedPipeline(long seed, Fault fault) {
        this.random = new Random(seed);
        this.fault = fault;
        hold = Duration.ofMillis(1_000 + random.nextInt(7_000));
        mostWaitingRows = 20 + random.nextInt(200);
        // Half of the histories see midnight come, the others are at noon.
        start = random.nextBoolean() ? MIDNIGHT.minusSeconds(random.nextInt(60)) : MIDNIGHT.minusSeconds(43_200);
        database = new SimulatedDatabase(time, random, hold, fault != Fault.STORES_AGAIN);
        nodes.add(new Node());
        nodes.add(new Node());
    }

    /** @throws Broken when a promise is */
    Tally run() {
        Duration length = Duration.ofSeconds(5 + random.nextInt(30));
        int requests = 20 + random.nextInt(60);
        for (int i = 0; i < requests; i++) {
            Sending sending = new Sending(
                    random,
                    random.nextInt(10) == 0 ? 50 : 1 + random.nextInt(5),
                    random.nextInt(30) == 0 ? SimulatedDatabase.POISON : "/docs");
            sendings.add(sending);
            // Bursts: some moments are drawn again and again.
            Duration at =
                    Duration.ofMillis(random.nextInt((int) length.toMillis()) / 2_000 * 2_000 + random.nextInt(100));
            time.after(at, () -> send(sending));
            if (random.nextInt(10) == 0) {
                time.after(at.plusMillis(random.nextInt(1_000)), () -> send(sending));
            }
            if (random.nextInt(10) == 0) {
                time.after(within(length), () -> database.object(sending.tag));
            }
        }
        if (random.nextInt(3) == 0) {
            time.after(within(length), () -> database.goAway(within(hold.multipliedBy(2))));
        }
        if (random.nextInt(3) == 0) {
            time.after(within(length), this::killOne);
        }
        if (random.nextInt(3) == 0) {
            time.after(within(length), () -> {
                stop(nodes.removeFirst());
                nodes.add(new Node());
            });
        }
        pass(length);
        database.heal();
        pass(hold.multipliedBy(MOST_TRIES).plusSeconds(30));
        goesOn();
        nodes.forEach(this::stop);
        pass(hold.plusSeconds(3));
        judge();
        return tally;
    }

    SimulatedDatabase database() {
        return database;
    }

    private Duration within(Duration length) {
        return Duration.ofMillis(1 + random.nextInt((int) length.toMillis()));
    }

    private void pass(Duration duration) {
        time.pass(duration, () -> {
            for (Node node : nodes) {
                int rows = node.waitingRows.get();
                check(rows >= 0 && rows <= mostWaitingRows, rows + " rows wait, of " + mostWaitingRows);
            }
        });
    }

    private void send(Sending sending) {
        if (sending.acknowledged || sending.refusedForGood) {
            return;
        }
        if (sending.tries++ >= MOST_TRIES) {
            tally.givenUp++;
            return;
        }
        Node node = nodes.get(random.nextInt(nodes.size()));
        EventWriter writer = node.writers.get(random.nextInt(WRITERS));
        Future<Outcome> answer = write(writer, events(sending));
        int[] answers = {0};
        answer.onComplete(outcome -> {
            check(++answers[0] == 1, "answered twice");
            check(outcome.succeeded(), "failed: " + outcome.cause());
            take(sending, outcome.result());
        });
        time.after(hold.plus(WRITER_LOOKS_EVERY).plusMillis(1), () -> {
            if (!answer.isComplete()) {
                check(!node.alive, "not answered within " + hold);
                tally.lostAnswers++;
                send(sending);
            }
        });
    }

    private Future<Outcome> write(EventWriter writer, List<RawEvent> events) {
        Future<Outcome> answer = writer.write(events);
        return switch (fault) {
            case NONE, STORES_AGAIN, WAITS_WITHOUT_BOUND -> answer;
            case ACKNOWLEDGES_EARLY -> Future.succeededFuture(new Stored());
            case FORGETS_TO_ANSWER ->
                answer.compose(outcome -> outcome instanceof Overloaded
                        ? Promise.<Outcome>promise().future()
                        : Future.succeededFuture(outcome));
        };
    }

    /** As the handler makes them at this moment. */
    private List<RawEvent> events(Sending sending) {
        Instant now = start.plusNanos(time.nanos());
        UUID pseudonym = now.isBefore(MIDNIGHT) ? sending.pseudonym : sending.nextMonths;
        return sending.beacons.stream()
                .map(beacon ->
                        WriterDatabase.event(WriterDatabase.SITE, now, pseudonym, beacon, sending.tag, sending.path))
                .toList();
    }

    private void take(Sending sending, Outcome outcome) {
        switch (outcome) {
            case Stored stored -> {
                tally.acknowledged++;
                sending.acknowledged = true;
            }
            case OptedOut optedOut -> {
                tally.optedOut++;
                sending.refusedForGood = true;
            }
            case Unstorable unstorable -> {
                tally.unstorable++;
                check(sending.path.equals(SimulatedDatabase.POISON), "refused without a reason");
                sending.refusedForGood = true;
            }
            case Overloaded overloaded -> {
                tally.refused++;
                check(!overloaded.retryAfter().isNegative(), "come again, but when?");
                time.after(overloaded.retryAfter().plusMillis(random.nextInt(1_000)), () -> send(sending));
            }
        }
    }

    /** Nothing more of it runs; what it had asked of the database may happen. Another takes its place. */
    private void killOne() {
        nodes.removeFirst().alive = false;
        nodes.add(new Node());
    }

    private void stop(Node node) {
        stopped.add(node);
        for (EventWriter writer : node.writers) {
            Future<Void> closed = writer.close();
            time.after(hold.plusSeconds(2), () -> check(closed.isComplete(), "does not stop"));
        }
    }

    /** A database that answers again is written to again, by every writer. */
    private void goesOn() {
        for (Node node : List.copyOf(nodes)) {
            for (EventWriter writer : node.writers) {
                Sending sending = new Sending(random, 1, "/docs");
                Future<Outcome> answer = writer.write(events(sending));
                pass(Duration.ofSeconds(1));
                check(
                        answer.result() instanceof Stored && database.copies(sending.beacons.getFirst()) > 0,
                        "does not write again: " + answer.result());
            }
        }
    }

    private void judge() {
        for (Sending sending : sendings) {
            int stored = 0;
            for (UUID beacon : sending.beacons) {
                int copies = database.copies(beacon);
                check(copies <= 1, "stored " + copies + " times");
                stored += copies;
            }
            int size = sending.beacons.size();
            check(stored == 0 || stored == size, "of " + size + " beacons of a request " + stored + " are stored");
            check(stored == size || !sending.acknowledged, "acknowledged and not stored");
            check(stored == 0 || !sending.refusedForGood, "refused for good and stored");
        }
        for (Node node : stopped) {
            check(node.waitingRows.get() == 0, node.waitingRows + " rows are counted that nobody waits for");
        }
    }

    private static void check(boolean kept, String otherwise) {
        if (!kept) {
            throw new Broken(otherwise);
        }
    }

    private static UUID uuid(Random random) {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
