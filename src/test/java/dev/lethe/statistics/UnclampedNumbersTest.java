package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is published is signed: cut off at zero, each empty cell would add to every sum. */
class UnclampedNumbersTest {
    @Test
    void anEmptyDayAddsUpToNothing() {
        try (StatisticsDatabase database = new StatisticsDatabase(24, "UTC", LocalDate.of(2026, 6, 15))) {
            database.publish(() -> TestNoise.seeded(24), Instant.parse("2026-06-16T06:00:00Z"));
            List<Long> reach = database.rows("select noisy from stats.reach").stream()
                    .map(Long::parseLong)
                    .toList();
            assertEquals(397, reach.size());
            double sigma = 19.4;
            double mean = reach.stream().mapToLong(each -> each).average().orElseThrow();
            double negative = reach.stream().filter(each -> each < 0).count() / 397.0;
            assertEquals(0, mean, 4.5 * sigma / Math.sqrt(397));
            assertEquals(0.5, negative, 0.15);
        }
    }
}
