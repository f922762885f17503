package dev.lethe.statistics;

import dev.lethe.ops.ClockGuard;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes at start, every ten minutes, and when asked to. One a process, on a virtual thread of its own from {@link #start} to
 * {@link #stop}; what it knows may be asked from any thread.
 */
public final class PublicationJob {
    private static final Logger LOG = LoggerFactory.getLogger(PublicationJob.class);
    private static final Duration BETWEEN = Duration.ofMinutes(10);
    /** A period is overdue when it was due for this long. */
    private static final Duration LATE = Duration.ofHours(2);

    private final Publisher publisher;
    private final ClockGuard guard;
    private final Clock clock;
    private final Semaphore wanted = new Semaphore(0);
    private volatile boolean stopping;
    private volatile int overdue;
    private volatile Optional<Instant> lastSuccess = Optional.empty();
    private volatile @Nullable Thread thread;

    public PublicationJob(Publisher publisher, ClockGuard guard, Clock clock) {
        this.publisher = publisher;
        this.guard = guard;
        this.clock = clock;
    }

    /** Starts running. Once. */
    public void start() {
        thread = Thread.ofVirtual().name("publication").start(this::runUntilStopped);
    }

    /** Lets a period that is under way end for so long; killing it harms nothing. True when it has ended. */
    public boolean stop(Duration patience) throws InterruptedException {
        stopping = true;
        wanted.release();
        Thread running = thread;
        return running == null || running.join(patience);
    }

    /** Asks for a run at once: something has become due. */
    public void wake() {
        wanted.release();
    }

    private void runUntilStopped() {
        try {
            while (!stopping) {
                try {
                    runOnce();
                } catch (Exception e) {
                    // Also what no signature names: a future that is awaited throws its cause, such as a
                    // SocketException.
                    LOG.warn("Publication failed and is tried again in ten minutes: {}", e.toString());
                }
                var asked = wanted.tryAcquire(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
                if (asked) {
                    wanted.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One run, now. Blocking. The instant is taken before the clock is checked: a jump after the check does not reach the run. */
    public void runOnce() {
        Instant now = clock.instant();
        guard.check().await();
        if (guard.jobsMayRun()) {
            Publisher.Report report = publisher.publish(now, () -> !stopping, this::tell);
            if (report.lost() > 0) {
                LOG.warn("{} periods are lost: their raw events or the noise drawn for them are gone", report.lost());
            }
            if (report.published() > 0) {
                LOG.info("Published {} periods", report.published());
            }
            if (!report.isBusy() && !stopping) {
                publisher.succeeded(now);
            }
        }
        refresh();
    }

    private void tell(int left) {
        if (left > 0 && left % 50 == 0) {
            LOG.info("{} periods are still to be published", left);
        }
    }

    /** Reads how things stand. Blocking. */
    public void refresh() {
        overdue = publisher.countDue(clock.instant().minus(LATE));
        lastSuccess = publisher.lastSuccess();
    }

    /** {@code lethe_publish_last_success_timestamp_seconds}: Unix time; 0 when there was none. */
    public double lastSuccessTimestampSeconds() {
        return lastSuccess.map(at -> (double) at.getEpochSecond()).orElse(0.0);
    }

    /** {@code lethe_publish_overdue_periods}: periods that ended long enough ago and are not published. */
    public double overduePeriods() {
        return overdue;
    }
}
