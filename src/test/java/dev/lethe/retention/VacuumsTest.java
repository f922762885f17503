package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
            vacuums.idle().timeout(20, TimeUnit.SECONDS).await();
            assertBetween(
                    1, 2, vacuumed(database, "event_20270301"), "the one under way and one for all that followed");
            assertBetween(1, 2, vacuumed(database, "event_20270302"), "the other day likewise");
            assertEquals(100, database.count("raw.event_20270301"));
        }
    }

    private static void assertBetween(long least, long most, long found, String what) {
        assertTrue(least <= found && found <= most, () -> what + ": " + found);
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
