package dev.lethe;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that runs like the real one from an instant of the test's choice, and jumps when told. Thread-safe. */
public final class TestClock extends Clock {
    private final AtomicReference<Duration> ahead;
    private final ThreadLocal<Instant> lastRead = ThreadLocal.withInitial(this::runningNow);

    private TestClock(Duration ahead) {
        this.ahead = new AtomicReference<>(ahead);
    }

    /** Agrees with the machine's clock until it is moved. */
    public static TestClock now() {
        return new TestClock(Duration.ZERO);
    }

    public static TestClock at(Instant start) {
        return new TestClock(Duration.between(Instant.now(), start));
    }

    public void jump(Duration by) {
        ahead.updateAndGet(before -> before.plus(by));
    }

    public void jumpTo(Instant instant) {
        ahead.set(Duration.between(Instant.now(), instant));
    }

    @Override
    public Instant instant() {
        Instant now = runningNow();
        lastRead.set(now);
        return now;
    }

    private Instant runningNow() {
        return Instant.now().plus(ahead.get());
    }

    /**
     * Time that passes as this clock says: at the instant that the calling thread read last, so that a jump between the two readings
     * is none of this clock beside the time that passed.
     */
    public long passedNanos() {
        return lastRead.get().toEpochMilli() * 1_000_000;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
