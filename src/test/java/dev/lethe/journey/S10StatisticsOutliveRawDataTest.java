package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.statistics.StatisticsDatabase;
import dev.lethe.statistics.TestNoise;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** S10: anonymised statistics are kept: the same, to the digit, when everything they were made of is gone; and they hold no id. */
class S10StatisticsOutliveRawDataTest {
    private static final LocalDate DAY = LocalDate.of(2026, 6, 15);
    private static final List<String> STATISTICS = List.of(
            "select * from stats.published order by 1, 2, 3",
            "select * from stats.total order by 1, 2, 3, 4",
            "select * from stats.breakdown order by 1, 2, 3, 4, 5, 6",
            "select * from stats.reach order by 1, 2, 3");

    @Test
    void publishedNumbersAreTheSameWithoutTheEventsBeneathThem() {
        try (StatisticsDatabase database = new StatisticsDatabase(10, "UTC", DAY)) {
            UUID visitor = database.uuid();
            database.event(visitor, DAY + "T10:00:00").store();
            database.event(visitor, DAY + "T10:01:00").page("/b").after(0).store();
            database.publish(() -> TestNoise.seeded(10), Instant.parse("2026-06-22T06:00:00Z"));
            List<List<String>> before = STATISTICS.stream().map(database::rows).toList();
            assertTrue(before.get(2).size() > 1_000, "a week and its days are published");

            // What retention does with days and keys that are too old.
            for (int day = 15; day <= 21; day++) {
                database.server().execute("drop table if exists raw.event_202606" + day);
            }
            database.server().execute("delete from keys.month");
            database.publish(() -> TestNoise.seeded(11), Instant.parse("2026-06-22T07:00:00Z"));

            assertEquals(List.of("0"), database.rows("select count(*) from raw.event"));
            assertEquals(before, STATISTICS.stream().map(database::rows).toList());
            // No column could hold a pseudonym, and none holds this one.
            assertEquals(List.of(), database.rows("""
                select table_name || '.' || column_name from information_schema.columns
                where table_schema = 'stats' and data_type in ('uuid', 'bytea', 'inet')
                """));
            assertTrue(before.stream().flatMap(List::stream).noneMatch(row -> row.contains(visitor.toString())));
        }
    }
}
