package dev.lethe.statistics;

import java.time.Instant;
import java.time.LocalDate;

/**
 * What publishing a day takes, its week and month with it, on a database with nothing else.
 *
 * @param heapMebibytes by how much the heap of Lethe's process grew: the rows stay in the database
 */
public record PublishingCost(double daySeconds, double weekSeconds, double monthSeconds, long heapMebibytes) {
    private static final LocalDate DAY = LocalDate.of(2026, 5, 31);
    private static final int EVENTS_OF_A_VISITOR = 5;

    /** Makes a day of so many events, and publishes it. */
    public static PublishingCost measure(int events) {
        try (StatisticsDatabase database = new StatisticsDatabase(25, "UTC", DAY)) {
            database.server().execute(traffic(events), "analyze raw.event");
            Publisher publisher = database.publisher(DiscreteGaussian::secure);
            Runtime runtime = Runtime.getRuntime();
            System.gc();
            long before = runtime.totalMemory() - runtime.freeMemory();
            long began = System.nanoTime();
            // The day, and the week and the month that end with it and hold nothing else.
            long[] ended = new long[3];
            Publisher.Report report = publisher.publish(
                    Instant.parse("2026-06-01T06:00:00Z"), () -> true, left -> ended[2 - left] = System.nanoTime());
            long after = runtime.totalMemory() - runtime.freeMemory();
            if (report.published() != ended.length) {
                throw new IllegalStateException("published " + report.published() + " periods");
            }
            return new PublishingCost(
                    (ended[0] - began) / 1e9,
                    (ended[1] - ended[0]) / 1e9,
                    (ended[2] - ended[1]) / 1e9,
                    Math.max(0, after - before) >> 20);
        }
    }

    /** Each visitor with four pageviews and one engagement. */
    private static String traffic(int events) {
        return """
            insert into raw.event (received_at, day, pseudonym, beacon_id, type, channel, gap_days, browser, browser_major, system,
                device, site, path, country, language, seconds)
            select
                '2026-05-31 08:00Z'::timestamptz + (n / %2$d %% 40000) * interval '1 second' + n %% %2$d * interval '50 seconds',
                '2026-05-31', md5((n / %2$d)::text)::uuid, gen_random_uuid(),
                case when n %% %2$d = 4 then 3 else 1 end,
                case when n %% %2$d = 4 then null else 1 + n / %2$d %% 7 end,
                case when n %% %2$d = 4 then null when n %% %2$d > 0 then 0 when n %% 3 = 0 then 7 else 32767 end,
                1, 140, 1, 1 + n / %2$d %% 3, 'example.test', '/page-' || n %% 10000 * 7919 %% 300, 'FR', 'fr',
                case when n %% %2$d = 4 then 40 end
            from generate_series(0, %1$d - 1) n
            """.formatted(events, EVENTS_OF_A_VISITOR);
    }
}
