package dev.lethe.retention;

import dev.lethe.ops.ClockGuard;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs retention at start, every hour, and exactly when the next day is due, and knows whether the promise is being kept. One a
 * process, on a virtual thread of its own from {@link #start} to {@link #stop}; what it knows may be asked from any thread.
 */
public final class RetentionJob {
    /** Without a success for this long the alarm goes off. */
    public static final Duration SILENCE = Duration.ofHours(36);

    private static final Logger LOG = LoggerFactory.getLogger(RetentionJob.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration AT_LEAST = Duration.ofSeconds(1);

    private final Retention retention;
    private final ClockGuard guard;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Instant since;
    private volatile Known known = new Known(List.of(), Optional.empty(), Optional.empty());
    private @Nullable Thread thread;

    public RetentionJob(Retention retention, ClockGuard guard, Clock clock) {
        this.retention = retention;
        this.guard = guard;
        this.clock = clock;
        this.since = clock.instant();
    }

    /** What the database said last: the days that stand, oldest first, which has events, and the last success on any node. */
    private record Known(List<LocalDate> days, Optional<LocalDate> oldestWithEvents, Optional<Instant> lastSuccess) {}

    /** Starts running. Once. */
    public void start() {
        thread = Thread.ofVirtual().name("retention").start(this::runUntilStopped);
    }

    /** Lets a run that is under way end for so long; killing it harms nothing. True when it has ended. */
    public boolean stop(Duration patience) throws InterruptedException {
        stopping.countDown();
        Thread running = thread;
        return running == null || running.join(patience);
    }

    private void runUntilStopped() {
        try {
            do {
                tryOnce();
            } while (!stopping.await(untilNext().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryOnce() {
        try {
            switch (runOnce()) {
                case Report.Done done -> {
                    if (!done.days().isEmpty() || !done.keys().isEmpty()) {
                        LOG.info(
                                "Retention destroyed the raw events of {} and the keys of {}",
                                done.days(),
                                done.keys());
                    }
                }
                case Report.Incomplete incomplete -> LOG.warn("Retention is not complete: {}", incomplete.problem());
                case Report.Paused paused ->
                    LOG.warn(
                            "Retention is paused: {} If the clock is right, run `lethe retention --confirm`",
                            paused.because());
                case Report.Refused refused -> LOG.warn("Retention did not run: {}", refused.because());
                case Report.Busy busy -> LOG.debug("Retention runs on another node");
                case Report.Planned planned -> LOG.debug("Retention was only planned");
            }
        } catch (Exception e) {
            LOG.warn("Retention failed and runs again in an hour at the latest: {}", e.toString());
        }
    }

    /** One run, now. Blocking. The instant is taken before the clock is checked: a jump after the check does not reach the run. */
    public Report runOnce() {
        Instant now = clock.instant();
        guard.check().await();
        if (!guard.jobsMayRun()) {
            refresh();
            return new Report.Paused(guard.reason().orElse("The clock is being checked."));
        }
        Report report = retention.run(now, false, false);
        refresh();
        return report;
    }

    /** Reads how things stand. Blocking. */
    public void refresh() {
        known = new Known(retention.days(), retention.oldestDayWithEvents(), retention.lastSuccess());
    }

    /** How long to wait for the next run: an hour, or until the oldest day is due. */
    Duration untilNext() {
        Instant now = clock.instant();
        Duration untilDue = known.days().stream()
                .findFirst()
                .map(day -> Duration.between(now, retention.policy().dropsAt(day)))
                // Due and still there: a try has just failed, or another node is at it.
                .filter(due -> due.isPositive())
                .orElse(HOUR);
        if (untilDue.compareTo(AT_LEAST) < 0) {
            return AT_LEAST;
        }
        return untilDue.compareTo(HOUR) < 0 ? untilDue : HOUR;
    }

    /** The oldest day that may have raw events. */
    public Optional<LocalDate> oldestDay() {
        return known.days().stream().findFirst();
    }

    /** {@code lethe_raw_oldest_event_age_seconds}: since the oldest day with events began anywhere on Earth; 0 without events. */
    public double oldestEventAgeSeconds() {
        return known.oldestWithEvents()
                .map(day -> day.atStartOfDay(ZoneOffset.ofHours(14)).toInstant())
                .map(begun ->
                        Math.max(0, Duration.between(begun, clock.instant()).toMillis() / 1000.0))
                .orElse(0.0);
    }

    /** {@code lethe_retention_last_success_timestamp_seconds}: Unix time; 0 when there was none. */
    public double lastSuccessTimestampSeconds() {
        return known.lastSuccess().map(at -> (double) at.getEpochSecond()).orElse(0.0);
    }

    /** {@code lethe_retention_overdue_partitions}: days that stand although two hourly runs should have dropped them. */
    public double overduePartitions() {
        Instant now = clock.instant();
        return known.days().stream()
                .filter(day -> retention.policy().isOverdue(day, now))
                .count();
    }

    /** Why readiness fails, in a sentence; empty while the promise is being kept. */
    public Optional<String> alarm() {
        Known current = known;
        long overdue = Math.round(overduePartitions());
        if (overdue > 0) {
            return Optional.of("Raw events of " + overdue + " days should be gone, the oldest of "
                    + current.days().getFirst() + ".");
        }
        Instant last = current.lastSuccess().orElse(since);
        if (Duration.between(last, clock.instant()).compareTo(SILENCE) > 0) {
            return Optional.of("Retention has had no success since " + last + ".");
        }
        return Optional.empty();
    }
}
