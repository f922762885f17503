package dev.lethe.ops;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Stops what a wrong clock would make irreversible: a clock three years ahead would destroy everything. Thread-safe; one a process,
 * asked at each {@link #check}, every {@link #CHECK_MILLIS} and before each destructive run.
 *
 * <p>The wall clock is compared with a clock that nobody can set, and with PostgreSQL's. A disagreement pauses everything that
 * writes a date or acts on one. Taking events in goes on when PostgreSQL agrees at a later check. Destroying and publishing wait for
 * somebody to confirm, or for a restart: while the process was not running, time has passed and the clock has not jumped. The
 * pause of the jobs stands in {@code registry.job}, so that every node keeps it and any can end it.
 */
public final class ClockGuard {
    /** How often {@link #check} is to be called, in milliseconds. */
    public static final long CHECK_MILLIS = 2_000;

    /** While events come in the wall clock is looked at for each: when it has moved by more than this since the last, for a jump. */
    private static final long LOOK_AGAIN_MILLIS = 1_000;

    /** How far two clocks may be apart. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * How long two clocks are compared from one common start. Both run a little wrong, at most some 500 parts in a million and
     * so 2 s an hour, which would add up to more than the limit within days.
     */
    private static final Duration COMPARED_OVER = Duration.ofHours(1);

    private static final Path UPTIME = Path.of("/proc/uptime");

    private final Clock clock;
    private final LongSupplier monotonicNanos;
    private final Supplier<Future<Instant>> postgres;
    private final Pauses pauses;
    private final AtomicReference<State> state;
    private final AtomicLong lookedAtMillis = new AtomicLong();
    private final AtomicReference<Future<Void>> underWay = new AtomicReference<>(Future.succeededFuture());

    /**
     * @param monotonicNanos a clock that cannot be set, {@link #monotonicNanos()}
     * @param postgres the database's clock, {@link #clockOf}
     */
    public ClockGuard(Clock clock, LongSupplier monotonicNanos, Supplier<Future<Instant>> postgres, Pauses pauses) {
        this.clock = clock;
        this.monotonicNanos = monotonicNanos;
        this.postgres = postgres;
        this.pauses = pauses;
        this.state = new AtomicReference<>(new State(now(), Optional.empty(), Optional.empty(), true));
    }

    /** Where the pause of the jobs is kept for all nodes. */
    public interface Pauses {
        Future<Optional<String>> read();

        Future<Void> write(String because);

        Future<Void> clear();

        /** In {@code registry.job}, with a role that may update it. Making partitions ahead destroys nothing and never pauses. */
        static Pauses inRegistry(Pool pool) {
            return new Pauses() {
                @Override
                public Future<Optional<String>> read() {
                    return pool.query("select paused_because from registry.job where job = 'retention'")
                            .execute()
                            .map(rows ->
                                    Optional.ofNullable(rows.iterator().next().getString("paused_because")));
                }

                @Override
                public Future<Void> write(String because) {
                    return pool.preparedQuery("update registry.job set paused_because = $1 where job <> 'partitions'")
                            .execute(Tuple.of(because))
                            .mapEmpty();
                }

                @Override
                public Future<Void> clear() {
                    return pool.query("update registry.job set paused_because = null where paused_because is not null")
                            .execute()
                            .mapEmpty();
                }
            };
        }
    }

    /** Both clocks at one moment. */
    private record Reading(Instant wall, long nanos) {
        /** How far the wall clock moved beyond the time that passed since. */
        private Duration jumpSince(Reading start) {
            return Duration.between(start.wall, wall).minusNanos(nanos - start.nanos);
        }

        private boolean isLaterThan(Reading start, Duration age) {
            return nanos - start.nanos > age.toNanos();
        }
    }

    /** @param saved whether the other nodes know of the jobs' pause */
    private record State(Reading since, Optional<String> ingestion, Optional<String> jobs, boolean saved) {
        private State paused(String because) {
            return new State(since, Optional.of(because), Optional.of(because), false);
        }

        private State from(Reading reading) {
            return new State(reading, ingestion, jobs, saved);
        }

        private State ingesting() {
            return new State(since, Optional.empty(), jobs, saved);
        }

        private State withJobs(Optional<String> because) {
            return new State(since, ingestion, because, true);
        }
    }

    /**
     * Whether events may be stored; if not, the answer is 503. To be asked after an event got its instant, so that none is stored under
     * a day of the future or the past: a jump is seen here and not only at the next check.
     */
    public boolean ingestionMayRun() {
        long millis = clock.millis();
        if (Math.abs(millis - lookedAtMillis.get()) > LOOK_AGAIN_MILLIS) {
            var unused = lookForJump();
            lookedAtMillis.set(millis);
        }
        return state().ingestion().isEmpty();
    }

    /** Whether anything may be destroyed or published. */
    public boolean jobsMayRun() {
        return state().jobs().isEmpty();
    }

    /** Why something is paused, for the log, the console and readiness. */
    public Optional<String> reason() {
        State now = state();
        return now.ingestion().or(now::jobs);
    }

    /** Once, when the process starts: that ends a pause, unless PostgreSQL has another time. Fails when it does not answer. */
    public Future<Void> start() {
        return compareWithPostgres().compose(disagreement -> {
            disagreement.ifPresent(this::pause);
            return disagreement.isPresent() ? share() : confirm();
        });
    }

    /**
     * Compares the clocks. Fails when the database does not answer, but has looked for a jump by then. A check that comes while
     * another still waits for the database, such as for a row that a long run of retention holds, looks for a jump and joins it.
     */
    public Future<Void> check() {
        boolean jumped = lookForJump();
        Future<Void> current = Objects.requireNonNull(underWay.get());
        if (!current.isComplete()) {
            return current;
        }
        State asked = state();
        Future<Void> check = compareWithPostgres()
                .onSuccess(disagreement -> {
                    disagreement.ifPresent(this::pause);
                    if (disagreement.isEmpty() && !jumped) {
                        // Unless a jump was seen since: PostgreSQL has agreed with the time before it.
                        state.compareAndSet(asked, asked.ingesting());
                    }
                })
                .compose(done -> share());
        underWay.set(check);
        return check;
    }

    /** Somebody has looked at the clock: jobs may run again, on every node. */
    public Future<Void> confirm() {
        return pauses.clear().onSuccess(done -> state.updateAndGet(paused -> paused.withJobs(Optional.empty())));
    }

    private boolean lookForJump() {
        Reading reading = now();
        while (true) {
            State before = state();
            Duration jump = reading.jumpSince(before.since());
            boolean jumped = jump.abs().compareTo(LIMIT) > 0;
            State after = jumped
                    ? before.paused("The clock went " + (jump.isNegative() ? "back" : "forward") + " by "
                                    + seconds(jump.abs()) + " while Lethe was running, to "
                                    + reading.wall().truncatedTo(ChronoUnit.SECONDS) + ".")
                            .from(reading)
                    : reading.isLaterThan(before.since(), COMPARED_OVER) ? before.from(reading) : before;
            if (after.equals(before) || state.compareAndSet(before, after)) {
                return jumped;
            }
        }
    }

    /** What to say when PostgreSQL's clock, read at some moment between question and answer, was too far from ours. */
    private Future<Optional<String>> compareWithPostgres() {
        Reading asked = now();
        return postgres.get().map(theirs -> {
            Instant answered = asked.wall().plusNanos(monotonicNanos.getAsLong() - asked.nanos());
            if (theirs.isBefore(asked.wall().minus(LIMIT))) {
                return Optional.of(disagreement("behind", Duration.between(theirs, asked.wall())));
            }
            if (theirs.isAfter(answered.plus(LIMIT))) {
                return Optional.of(disagreement("ahead of", Duration.between(answered, theirs)));
            }
            return Optional.empty();
        });
    }

    private static String disagreement(String where, Duration by) {
        return "PostgreSQL's clock is " + seconds(by) + " " + where + " this machine's.";
    }

    private void pause(String because) {
        state.updateAndGet(running -> running.paused(because));
    }

    /** Tells the other nodes of a pause that began here; otherwise learns what they know, a confirmation included. */
    private Future<Void> share() {
        State mine = state();
        if (!mine.saved()) {
            return pauses.write(mine.jobs().orElseThrow())
                    .onSuccess(done -> state.compareAndSet(mine, mine.withJobs(mine.jobs())));
        }
        return pauses.read()
                .onSuccess(known -> state.compareAndSet(mine, mine.withJobs(known)))
                .mapEmpty();
    }

    private State state() {
        return Objects.requireNonNull(state.get());
    }

    private Reading now() {
        return new Reading(clock.instant(), monotonicNanos.getAsLong());
    }

    private static String seconds(Duration duration) {
        return duration.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The database's clock. */
    public static Supplier<Future<Instant>> clockOf(Pool pool) {
        return () -> pool.query("select clock_timestamp() as now").execute().map(rows -> {
            Row row = rows.iterator().next();
            return row.getOffsetDateTime("now").toInstant();
        });
    }

    /**
     * Nanoseconds that pass whatever the wall clock is set to. On Linux from {@code /proc/uptime}, which goes on while the machine is
     * suspended, so that a laptop's night is no jump; elsewhere the JVM's, which may not.
     */
    public static LongSupplier monotonicNanos() {
        return Files.isReadable(UPTIME) ? ClockGuard::uptimeNanos : System::nanoTime;
    }

    /** The file's first number: seconds since the machine started, with two decimals. */
    private static long uptimeNanos() {
        try {
            String text = Files.readString(UPTIME, StandardCharsets.US_ASCII);
            String hundredths = text.substring(0, text.indexOf(' ')).replace(".", "");
            return Long.parseLong(hundredths) * 10_000_000;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
