package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.Database;
import dev.lethe.database.Journal;
import dev.lethe.database.TestDirectories;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** P14, statistics: an erasure changes what is not yet published, and nothing that is. The noise is off, so that one visitor shows. */
class P14ErasureAndStatisticsTest {
    @Test
    void erasureChangesUnpublishedPeriodsOnly() {
        TestClock clock = TestClock.at(Instant.parse("2026-06-15T10:00:00Z"));
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(clock)) {
            lethe.database().execute("update registry.site set first_day = '2026-06-15'");
            Pool pool = Database.pool(
                    vertx, PgConnectOptions.fromUri(lethe.database().url().reveal()), 4);
            Publisher publisher = new Publisher(
                    pool,
                    Journal.open(TestDirectories.fresh("erasure").resolve("journal")),
                    new SecureRandom(),
                    StatisticsDatabase.NO_NOISE);
            Visitor leaves = lethe.visitor();
            Visitor stays = lethe.visitor();
            for (Visitor visitor : List.of(leaves, stays)) {
                visitor.grant();
                visitor.view("/");
            }
            clock.jump(Duration.ofDays(1));
            leaves.view("/");
            stays.view("/");
            publisher.publish(clock.instant(), () -> true, left -> {});
            List<String> first = visitors(lethe);

            leaves.refuse();
            clock.jump(Duration.ofDays(1));
            publisher.publish(clock.instant(), () -> true, left -> {});

            assertEquals(List.of("2026-06-15|2"), first);
            assertEquals(List.of("2026-06-15|2", "2026-06-16|1"), visitors(lethe));
            pool.close().await();
        } finally {
            vertx.close().await();
        }
    }

    private static List<String> visitors(TestLethe lethe) {
        return lethe.rows("select period, noisy from stats.total where site = 'example.test' and grain = 'day'"
                + " and measure = 'visitors' order by 1");
    }
}
