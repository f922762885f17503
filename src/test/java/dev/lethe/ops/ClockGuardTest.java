package dev.lethe.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.retention.SettableClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockGuardTest {
    private static final Instant START = Instant.parse("2027-02-20T12:00:00Z");

    private final SettableClock wall = new SettableClock(START);
    private final SettableClock postgres = new SettableClock(START);
    private final SharedPause pause = new SharedPause();
    private long nanos;
    private boolean postgresAnswers = true;
    private Optional<Future<Instant>> slowAnswer = Optional.empty();
    private final ClockGuard guard = another();

    private ClockGuard another() {
        return new ClockGuard(
                wall,
                () -> nanos,
                () -> slowAnswer.orElseGet(() -> postgresAnswers
                        ? Future.succeededFuture(postgres.instant())
                        : Future.failedFuture(new IllegalStateException("no database"))),
                pause);
    }

    /** Time goes by for everybody. */
    private void pass(Duration time) {
        wall.advance(time);
        postgres.advance(time);
        nanos += time.toNanos();
    }

    private void setMachinesClock(Duration by) {
        wall.advance(by);
        postgres.advance(by);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P1D", "P1095D", "PT61S", "PT-61S"})
    void aJumpPausesEverythingAndSaysWhy(Duration jump) {
        guard.start().await();
        pass(Duration.ofSeconds(10));
        guard.check().await();
        assertTrue(guard.ingestionMayRun() && guard.jobsMayRun());

        setMachinesClock(jump);
        guard.check().await();
        assertFalse(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
        String because = guard.reason().orElseThrow();
        assertTrue(because.contains(jump.abs().toString()), because);
        assertTrue(because.contains(jump.isNegative() ? "back" : "forward"), because);
        assertEquals(Optional.of(because), pause.read().await());
    }

    @Test
    void ingestionResumesWhenPostgresAgreesAndJobsWaitForConfirmation() {
        guard.start().await();
        wall.advance(Duration.ofDays(1));
        guard.check().await();
        pass(Duration.ofSeconds(10));
        guard.check().await();
        assertFalse(guard.ingestionMayRun(), "PostgreSQL still has another time");

        wall.advance(Duration.ofDays(-1));
        guard.check().await();
        assertFalse(guard.ingestionMayRun(), "going back was a jump, too");
        pass(Duration.ofSeconds(10));
        guard.check().await();
        assertTrue(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());

        guard.confirm().await();
        assertTrue(guard.jobsMayRun());
        assertEquals(Optional.empty(), guard.reason());
    }

    @Test
    void aDisagreementWithPostgresPausesWithoutAnyJump() {
        guard.start().await();
        postgres.advance(Duration.ofSeconds(61));
        guard.check().await();
        assertFalse(guard.ingestionMayRun());
        assertEquals(Optional.of("PostgreSQL's clock is PT1M1S ahead of this machine's."), guard.reason());
        postgres.advance(Duration.ofSeconds(-1));
        guard.check().await();
        assertTrue(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
    }

    @Test
    void smallDifferencesAreNone() {
        guard.start().await();
        postgres.advance(Duration.ofSeconds(59));
        wall.advance(Duration.ofSeconds(1));
        guard.check().await();
        assertTrue(guard.ingestionMayRun() && guard.jobsMayRun());
    }

    /** 500 parts in a million are 43 s a day. */
    @Test
    void clocksThatRunALittleWrongNeverAddUpToAJump() {
        guard.start().await();
        for (int check = 0; check < 40 * 8_640; check++) {
            pass(Duration.ofSeconds(10));
            setMachinesClock(Duration.ofMillis(5));
            guard.check().await();
        }
        assertTrue(guard.ingestionMayRun() && guard.jobsMayRun());
    }

    @Test
    void downtimeIsNoJumpAndARestartEndsThePause() {
        guard.start().await();
        setMachinesClock(Duration.ofDays(1));
        guard.check().await();
        assertFalse(guard.jobsMayRun());

        setMachinesClock(Duration.ofDays(400));
        ClockGuard restarted = another();
        restarted.start().await();
        restarted.check().await();
        assertTrue(restarted.ingestionMayRun() && restarted.jobsMayRun());
    }

    @Test
    void aRestartWhilePostgresDisagreesStaysPaused() {
        wall.advance(Duration.ofDays(1));
        ClockGuard restarted = another();
        restarted.start().await();
        assertFalse(restarted.ingestionMayRun());
        assertFalse(restarted.jobsMayRun());
    }

    @Test
    void otherNodesKeepThePauseOfJobsAndAConfirmationAnywhereEndsIt() {
        guard.start().await();
        ClockGuard other = another();
        other.start().await();
        pause.write("another node's clock jumped").await();
        guard.check().await();
        assertTrue(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
        assertEquals(Optional.of("another node's clock jumped"), guard.reason());

        other.confirm().await();
        guard.check().await();
        assertTrue(guard.jobsMayRun());
    }

    @Test
    void aJumpIsSeenAndKeptWithoutTheDatabase() {
        guard.start().await();
        postgresAnswers = false;
        setMachinesClock(Duration.ofDays(1));
        assertThrows(IllegalStateException.class, () -> guard.check().await());
        assertFalse(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
        assertThrows(IllegalStateException.class, () -> guard.check().await());
        assertFalse(guard.ingestionMayRun(), "nobody has agreed");

        postgresAnswers = true;
        guard.check().await();
        assertTrue(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
        assertTrue(pause.read().await().isPresent());
    }

    /** The database is slow, and the clock jumps between its answer's beginning and end. */
    @Test
    void anAnswerFromBeforeAJumpDoesNotEndItsPause() {
        guard.start().await();
        Promise<Instant> slow = Promise.promise();
        slowAnswer = Optional.of(slow.future());
        Future<Void> waiting = guard.check();
        setMachinesClock(Duration.ofDays(1));
        Future<Void> joined = guard.check();
        assertFalse(guard.ingestionMayRun(), "the jump is seen without the database");
        slow.complete(START);
        waiting.await();
        joined.await();
        assertFalse(guard.ingestionMayRun());
        slowAnswer = Optional.empty();
        guard.check().await();
        assertTrue(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
    }

    @Test
    void theMachinesMonotonicClockAdvances() {
        long first = ClockGuard.monotonicNanos().getAsLong();
        assertTrue(first > 0);
        assertTrue(ClockGuard.monotonicNanos().getAsLong() >= first);
    }

    private static final class SharedPause implements ClockGuard.Pauses {
        private final AtomicReference<Optional<String>> because = new AtomicReference<>(Optional.empty());

        @Override
        public Future<Optional<String>> read() {
            return Future.succeededFuture(because.get());
        }

        @Override
        public Future<Void> write(String text) {
            because.set(Optional.of(text));
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> clear() {
            because.set(Optional.empty());
            return Future.succeededFuture();
        }
    }
}
