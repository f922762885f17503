package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.Journal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * P20: the mean of many draws is the exact count, so there is one draw: whatever happens to the process, the database and the
 * settings, every look at a period sees the same numbers.
 */
class P20AveragingTest {
    private static final int FULL = 1_000;
    private static final LocalDate DAY = LocalDate.of(2026, 6, 15);
    private static final Instant DUE = Instant.parse("2026-06-16T06:00:00Z");
    private static final int VISITORS = 7;
    private static final String EVERYTHING = """
        select 'total', measure, '', '', noisy, sigma from stats.total
        union all select 'breakdown', dimension, key, key2, noisy, sigma from stats.breakdown
        union all select 'reach', gap::text, '', '', noisy, sigma from stats.reach
        order by 1, 2, 3, 4
        """;
    private static final String FORGET =
            "set session_replication_role = replica; delete from stats.total; delete from stats.breakdown;"
                    + " delete from stats.reach; delete from stats.published; delete from registry.draw;"
                    + " set session_replication_role = origin";

    @Test
    void everyLookAtAPeriodSeesTheSameDraw() throws InterruptedException {
        try (StatisticsDatabase database = database(20)) {
            Set<List<String>> seen = new HashSet<>();
            int looks = 0;
            publishAtOnce(database, 8);
            seen.add(database.rows(EVERYTHING));
            List<Runnable> events = List.of(
                    // A run again, as every ten minutes; a restart, on this node or another.
                    () -> database.publish(DiscreteGaussian::secure, DUE.plusSeconds(600)),
                    () -> restart(database),
                    // The database is lost, and restored from a dump from before the publication.
                    () -> {
                        database.server().execute(FORGET);
                        restart(database);
                    },
                    // Other settings make no other numbers of what is published.
                    () -> database.server().execute("update registry.site set preset = 'light'"),
                    () -> database.server().execute("update registry.site set bounds = '{\"further_pageviews\": 30}'"),
                    () -> database.server().execute("update registry.site set preset = 'strict', bounds = '{}'"),
                    // Nor do late events, or one that is taken away.
                    () -> database.event(database.uuid(), "2026-06-15T22:00:00").store(),
                    () -> database.server()
                            .execute("delete from raw.event where pseudonym ="
                                    + " (select min(pseudonym::text)::uuid from raw.event)"));
            for (int i = 0; i < 3 * events.size(); i++) {
                events.get(i % events.size()).run();
                publishAtOnce(database, 3);
                seen.add(database.rows(EVERYTHING));
                looks++;
            }
            System.out.printf("P20: %d looks, %d different%n", looks, seen.size());
            assertEquals(1, seen.size());
            assertTrue(seen.iterator().next().size() > 500, "every row of a day was looked at");
        }
    }

    /** The control: a publisher that forgets and draws again gives the exact count away. */
    @Test
    void drawingAgainWouldGiveTheCountAway() {
        int draws = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        try (StatisticsDatabase database = database(21)) {
            long sum = 0;
            for (int i = 0; i < draws; i++) {
                publishDeaf(database);
                sum += database.total(Grain.DAY, DAY, "visitors");
                database.server().execute(FORGET);
            }
            double mean = (double) sum / draws;
            double sigma = 9.13 / Math.sqrt(draws);
            System.out.printf(
                    "P20 control: the mean of %d draws (in full: %d, -Dlethe.full=true) is %.2f ± %.2f, exact: %d%n",
                    draws, FULL, mean, sigma, VISITORS);
            assertEquals(VISITORS, mean, 4.5 * sigma);
        }
    }

    private static StatisticsDatabase database(long seed) {
        StatisticsDatabase database = new StatisticsDatabase(seed, "UTC", DAY);
        for (int i = 0; i < VISITORS; i++) {
            database.event(database.uuid(), DAY + "T10:00:00").store();
        }
        return database;
    }

    private static void restart(StatisticsDatabase database) {
        Publisher started = database.publisher(DiscreteGaussian::secure);
        started.restore();
        started.publish(DUE.plusSeconds(3_600), () -> true, left -> {});
    }

    /** Several nodes at the same time. */
    private static void publishAtOnce(StatisticsDatabase database, int nodes) throws InterruptedException {
        Supplier<Noise> secure = DiscreteGaussian::secure;
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            Publisher publisher = database.publisher(secure);
            running.add(Thread.ofVirtual().start(() -> publisher.publish(DUE, () -> true, left -> {})));
        }
        for (Thread each : running) {
            each.join();
        }
    }

    /** With a journal that is thrown away. */
    private static void publishDeaf(StatisticsDatabase database) {
        Journal journal = database.journal();
        journal.names("published").forEach(journal::delete);
        database.publish(DiscreteGaussian::secure, DUE);
    }
}
