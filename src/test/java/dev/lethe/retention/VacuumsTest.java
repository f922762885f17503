package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Erasures' vacuums: each touched day, never two at once, and a thousand requests are not a thousand vacuums. */
class VacuumsTest {
    private static final LocalDate DAY = LocalDate.of(2027, 3, 1);
    private static final LocalDate NEXT = DAY.plusDays(1);

    @Test
    void vacuumsEachDayAFewTimesHoweverOftenItIsAsked() {
        try (RetentionDatabase database = new RetentionDatabase()) {
            database.makeDay(DAY, 100);
            database.makeDay(NEXT, 100);
            Vacuums vacuums = new Vacuums(database.as("retention"));
            // Holds the first vacuum up, so that the others come meanwhile.
            SqlConnection reader = database.owner().getConnection().await();
            reader.query("begin; lock table raw.event_20270301 in share mode")
                    .execute()
                    .await();
            for (int i = 0; i < 1_000; i++) {
                vacuums.request(Set.of(DAY, NEXT));
            }
            reader.query("commit").execute().await();
            reader.close().await();
            TestClock clock = TestClock.now();
            var deadline = clock.instant().plus(Duration.ofSeconds(20));
            while (vacuumed(database, "event_20270301") < 1 || vacuumed(database, "event_20270302") < 1) {
                assertTrue(clock.instant().isBefore(deadline), "never vacuumed");
                LockSupport.parkNanos(20_000_000);
            }
            assertTrue(vacuumed(database, "event_20270301") <= 2, "the one under way and one for all that followed");
            assertTrue(vacuumed(database, "event_20270302") <= 2);
            assertEquals(100, database.count("raw.event_20270301"));
        }
    }

    private static long vacuumed(RetentionDatabase database, String table) {
        database.list("select pg_stat_clear_snapshot()::text as value", String.class);
        return database.list(
                        "select coalesce(sum(vacuum_count), 0)::bigint as value from pg_stat_all_tables where relname"
                                + " = '"
                                + table + "'",
                        Long.class)
                .getFirst();
    }
}
