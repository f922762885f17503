package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.ops.ClockGuard;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R17, publication: a clock that jumps publishes nothing, and nothing before its time, until somebody has confirmed it. */
class R17PublicationWithAWrongClockTest {
    private static final LocalDate DAY = LocalDate.of(2026, 6, 15);
    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");

    /** A node whose wall clock may be set, beside one that cannot. */
    private static final class Node {
        private final AtomicLong nanos = new AtomicLong();
        private final TestClock wall = TestClock.at(NOON);
        private final ClockGuard guard;
        private final PublicationJob job;

        private Node(StatisticsDatabase database, Pool pool) {
            // PostgreSQL's clock jumps along: both run on one machine.
            guard = new ClockGuard(
                    wall, nanos::get, () -> Future.succeededFuture(wall.instant()), ClockGuard.Pauses.inRegistry(pool));
            job = new PublicationJob(database.publisher(DiscreteGaussian::secure), guard, wall);
            guard.start().await();
        }

        private void pass(Duration time) {
            nanos.addAndGet(time.toNanos());
            wall.jump(time);
        }
    }

    @ParameterizedTest
    @CsvSource({"-PT1H, P0D", "PT0S, P1D", "PT0S, P3Y"})
    void publishesNothingAfterAJump(Duration hours, Period days) {
        try (StatisticsDatabase database = new StatisticsDatabase(17, "UTC", DAY)) {
            Pool pool = Database.pool(database.vertx(), database.database().options(DutyRole.RETENTION), 2);
            Node node = new Node(database, pool);
            node.job.runOnce();
            Instant jumped = node.wall
                    .instant()
                    .atZone(ZoneOffset.UTC)
                    .plus(days)
                    .plus(hours)
                    .toInstant();
            node.wall.jump(Duration.between(node.wall.instant(), jumped));
            node.job.runOnce();
            assertFalse(node.guard.jobsMayRun());
            node.pass(Duration.ofMinutes(10));
            node.job.runOnce();
            assertEquals(List.of(), database.rows("select * from stats.published"), "published while paused");

            // Somebody puts the clock right and says so.
            node.wall.jump(Duration.between(jumped, NOON));
            node.job.runOnce();
            node.guard.confirm().await();
            node.job.runOnce();
            assertTrue(node.guard.jobsMayRun());
            assertEquals(
                    List.of(), database.rows("select * from stats.published"), "published before the day was over");
            node.pass(Duration.ofHours(18));
            node.job.runOnce();
            assertEquals(List.of("2026-06-15|published"), database.rows("select period, state from stats.published"));
            pool.close().await();
        }
    }

    /** The control: time that passes is no jump, whatever its length. */
    @Test
    void publishesAfterALongTime() {
        try (StatisticsDatabase database = new StatisticsDatabase(17, "UTC", DAY)) {
            Pool pool = Database.pool(database.vertx(), database.database().options(DutyRole.RETENTION), 2);
            Node node = new Node(database, pool);
            node.pass(Duration.ofHours(18));
            node.job.runOnce();
            assertEquals(List.of("2026-06-15|published"), database.rows("select period, state from stats.published"));
            pool.close().await();
        }
    }
}
