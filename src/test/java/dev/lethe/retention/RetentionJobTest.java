package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.ops.ClockGuard;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetentionJobTest {
    private static final RetentionPolicy POLICY = RetentionPolicy.DEFAULT;
    private static final LocalDate DAY = LocalDate.of(2025, 3, 10);
    private static final Instant BEFORE = POLICY.dropsAt(DAY).minus(Duration.ofMinutes(30));

    @TempDir
    private Path keysDir;

    private final RetentionDatabase database = new RetentionDatabase();
    private final Pool pool = database.as("retention");
    /** What the world agrees on, PostgreSQL included; the machine's clock follows it until it jumps. */
    private final SettableClock world = new SettableClock(BEFORE);

    private final SettableClock clock = new SettableClock(BEFORE);

    @AfterEach
    void close() {
        database.close();
    }

    private void pass(Duration time) {
        world.advance(time);
        clock.advance(time);
    }

    private ClockGuard guard() {
        return new ClockGuard(
                clock,
                () -> Duration.between(BEFORE, world.instant()).toNanos(),
                () -> Future.succeededFuture(world.instant()),
                ClockGuard.Pauses.inRegistry(pool));
    }

    private Retention retention(Clock at) {
        return new Retention(
                POLICY,
                pool,
                new StoredMonthKeys(pool, KeyDirectory.open(keysDir.resolve("keys"), new SecureRandom()), month -> {}),
                List.of(Expiry.seen(pool)),
                () -> Future.succeededFuture(),
                at);
    }

    private void makeDays() {
        database.makeDay(DAY, 3);
        database.makeDay(DAY.plusDays(1), 3);
        database.makeDay(LocalDate.of(2027, 4, 7), 3);
    }

    @Test
    void publishesWhatStandsAndWhenItLastSucceeded() {
        makeDays();
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        assertInstanceOf(Report.Done.class, job.runOnce());
        assertEquals(Optional.of(DAY), job.oldestDay());
        assertEquals(BEFORE.getEpochSecond(), job.lastSuccessTimestampSeconds());
        assertEquals(0, job.overduePartitions());
        Instant begun = DAY.atStartOfDay(ZoneOffset.ofHours(14)).toInstant();
        assertEquals(Duration.between(begun, BEFORE).toSeconds(), job.oldestEventAgeSeconds());
        assertEquals(Duration.ofMinutes(30), job.untilNext(), "exactly when the next day is due");

        pass(Duration.ofMinutes(30));
        assertEquals(
                List.of(DAY), assertInstanceOf(Report.Done.class, job.runOnce()).days());
        assertEquals(Duration.ofHours(1), job.untilNext());
        assertEquals(Optional.empty(), job.alarm());
    }

    /** Days are made ahead, and many of a quiet site stay empty. */
    @Test
    void theAgeOfTheOldestEventIsNotThatOfAnEmptyDay() {
        database.execute("select raw.make_day('" + DAY + "')");
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        job.refresh();
        assertEquals(0, job.oldestEventAgeSeconds());
        LocalDate later = DAY.plusDays(3);
        database.makeDay(later, 1);
        job.refresh();
        assertEquals(Optional.of(DAY), job.oldestDay(), "what is dropped next");
        Instant begun = later.atStartOfDay(ZoneOffset.ofHours(14)).toInstant();
        assertEquals(Duration.between(begun, BEFORE).toSeconds(), job.oldestEventAgeSeconds());
    }

    @Test
    void runsAtStartAndStops() throws InterruptedException {
        makeDays();
        clock.set(POLICY.dropsAt(DAY));
        world.set(POLICY.dropsAt(DAY));
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        job.start();
        assertTrue(job.stop(Duration.ofSeconds(30)));
        assertEquals(List.of(DAY.plusDays(1), LocalDate.of(2027, 4, 7)), database.tables());
        assertEquals(Optional.of(DAY.plusDays(1)), job.oldestDay());
    }

    /** P12: retention stopped for 37 hours is an alarm. */
    @Test
    void p12RetentionThatStoppedIsAnAlarm() {
        database.makeDay(LocalDate.of(2027, 4, 7), 1);
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        job.runOnce();
        pass(Duration.ofHours(36));
        assertEquals(Optional.empty(), job.alarm());
        pass(Duration.ofHours(1));
        assertEquals(Optional.of("Retention has had no success since " + BEFORE + "."), job.alarm());
        job.runOnce();
        assertEquals(Optional.empty(), job.alarm());
    }

    @Test
    void p12RetentionThatNeverSucceededIsAnAlarm() {
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        assertEquals(Optional.empty(), job.alarm());
        pass(Duration.ofHours(37));
        assertTrue(job.alarm().orElseThrow().contains("no success"));
    }

    @Test
    void aDayThatStandsTwoHoursTooLongIsAnAlarm() {
        makeDays();
        RetentionJob job = new RetentionJob(retention(clock), guard(), clock);
        job.runOnce();
        pass(Duration.ofMinutes(30).plusHours(2).minusSeconds(1));
        assertEquals(0, job.overduePartitions());
        pass(Duration.ofSeconds(1));
        assertEquals(1, job.overduePartitions());
        assertEquals(Optional.of("Raw events of 1 days should be gone, the oldest of 2025-03-10."), job.alarm());
        assertTrue(
                clock.instant()
                        .isBefore(DAY.plusMonths(25)
                                .atStartOfDay(ZoneOffset.ofHours(14))
                                .toInstant()),
                "the alarm comes before the promise is broken");
    }

    /** R17: a clock that jumps destroys nothing, and Lethe says why it waits. */
    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P1D", "P1095D"})
    void r17AClockThatJumpsDestroysNothing(Duration jump) {
        makeDays();
        List<LocalDate> all = database.tables();
        ClockGuard guard = guard();
        guard.start().await();
        RetentionJob job = new RetentionJob(retention(clock), guard, clock);
        assertInstanceOf(Report.Done.class, job.runOnce());
        pass(Duration.ofSeconds(10));

        clock.advance(jump);
        Report.Paused paused = assertInstanceOf(Report.Paused.class, job.runOnce());
        assertEquals(all, database.tables());
        assertFalse(guard.ingestionMayRun());
        assertFalse(guard.jobsMayRun());
        assertEquals(guard.reason(), Optional.of(paused.because()));
        assertTrue(paused.because().contains("clock"), paused::because);

        // Another process, on whose machine no clock jumped, does not work either.
        assertInstanceOf(Report.Paused.class, retention(world).run(world.instant(), false, false));

        // Set right again: events first, destruction only when somebody has looked.
        clock.set(world.instant());
        job.runOnce();
        pass(Duration.ofSeconds(10));
        assertInstanceOf(Report.Paused.class, job.runOnce());
        assertTrue(guard.ingestionMayRun());
        assertEquals(all, database.tables());

        // `lethe retention --confirm` in a process of its own.
        assertInstanceOf(Report.Done.class, retention(world).run(world.instant(), false, true));
        assertInstanceOf(Report.Done.class, job.runOnce());
        assertTrue(guard.jobsMayRun());
        assertEquals(all, database.tables());
    }

    /** The control: without the guard the same clock destroys days that are not due. */
    @ParameterizedTest
    @ValueSource(strings = {"P1D", "P1095D"})
    void r17WithoutTheGuardAJumpDestroys(Duration jump) {
        makeDays();
        clock.advance(jump);
        Report.Done done = assertInstanceOf(Report.Done.class, retention(clock).run(clock.instant(), false, false));
        assertTrue(done.days().contains(DAY) && !POLICY.isExpired(DAY, world.instant()));
    }
}
