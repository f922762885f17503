package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PartitionsAheadTest {
    @Test
    void makesTheDaysAroundNowForEveryZoneOnce() {
        // 11:30 UTC: still the 9th at UTC-12, already the 11th at UTC+14.
        Clock clock = Clock.fixed(Instant.parse("2027-03-10T11:30:00Z"), ZoneOffset.UTC);
        try (RetentionDatabase database = new RetentionDatabase()) {
            Pool collector = database.as("collector");
            PartitionsAhead ahead = new PartitionsAhead(collector, clock);
            assertEquals(11, ahead.make().await());
            List<LocalDate> expected = LocalDate.of(2027, 3, 8)
                    .datesUntil(LocalDate.of(2027, 3, 19))
                    .toList();
            assertEquals(expected, database.tables());
            assertEquals(0, ahead.make().await());

            for (LocalDate day : expected) {
                collector.query(RetentionDatabase.events(day, 1, "/")).execute().await();
            }
            assertEquals(expected.size(), database.count("raw.event"));
            assertEquals(
                    List.of(clock.instant()),
                    database
                            .list(
                                    "select last_success as value from registry.job where job = 'partitions'",
                                    OffsetDateTime.class)
                            .stream()
                            .map(OffsetDateTime::toInstant)
                            .toList());
        }
    }
}
