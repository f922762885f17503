package dev.lethe.statistics;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Figures of this machine, printed and not asserted: how long a day of so many events takes to publish, its week and month with it, and how
 * much memory Lethe's own process needs for it. Run by hand: {@code main}, with the numbers of events as arguments.
 */
final class PublishingMeasurement {
    private static final LocalDate DAY = LocalDate.of(2026, 5, 31);
    private static final int EVENTS_OF_A_VISITOR = 5;

    private PublishingMeasurement() {}

    public static void main(String[] sizes) {
        for (String size : sizes.length == 0 ? new String[] {"100000", "1000000", "10000000"} : sizes) {
            measure(Integer.parseInt(size));
        }
        System.exit(0);
    }

    private static void measure(int events) {
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
            System.out.printf(
                    "%,d events: day %.1f s, week %.1f s, month %.1f s; %d published, heap +%d MiB%n",
                    events,
                    (ended[0] - began) / 1e9,
                    (ended[1] - ended[0]) / 1e9,
                    (ended[2] - ended[1]) / 1e9,
                    report.published(),
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
