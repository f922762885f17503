package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** P24: unique visitors of any range, from the published gaps alone, are within 1 % of exact with noise off. */
class P24UniqueRangeTest {
    private static final long SEED = 24;
    private static final int VISITORS = 4000;
    private static final LocalDate FIRST = LocalDate.of(2025, 1, 15);
    private static final int DAYS = 430;

    /** Longest time between two visits of one cookie. */
    private static final int LONGEST_GAP = 396;

    @Test
    void anyRangeIsWithinOnePercentOfExact() {
        boolean full = Boolean.getBoolean("lethe.full");
        int ranges = full ? 2000 : 200;
        try (StatisticsDatabase statistics = new StatisticsDatabase(SEED, "Europe/Paris", FIRST)) {
            List<boolean[]> histories = histories(statistics.random());
            fill(statistics, histories);
            Pool dashboards = statistics.dashboards();
            double worst = 0;
            int estimated = 0;
            for (int i = 0; i < ranges; i++) {
                int length = 1 + statistics.random().nextInt(400);
                int from = statistics.random().nextInt(DAYS - length + 1);
                long exact = distinct(histories, from, from + length - 1);
                Row row = unique(dashboards, FIRST.plusDays(from), FIRST.plusDays(from + length - 1L));
                worst = Math.max(worst, Math.abs(row.getDouble("value") - exact) / exact);
                estimated += row.getString("kind").equals("estimated") ? 1 : 0;
            }
            System.out.printf("%d of %d ranges, worst error %.3f %%%n", ranges, 2000, 100 * worst);
            assertTrue(worst <= 0.01, "worst error " + worst);
            assertTrue(estimated > ranges * 9 / 10, "most ranges are estimated");
            // The control: adding up days is far from it.
            Row sum = dashboards
                    .preparedQuery("select value from stats.range_totals($1, $2, $3) where measure = 'visitor_days'")
                    .execute(Tuple.of(StatisticsDatabase.SITE, FIRST, FIRST.plusDays(59)))
                    .await()
                    .iterator()
                    .next();
            assertTrue(sum.getDouble("value") > 1.5 * distinct(histories, 0, 59));
            readsAlignedRangesFromTheirOwnRows(dashboards);
            takesTheFormWithTheSmallerVariance(dashboards);
            dashboards.close().await();
        }
    }

    private static void readsAlignedRangesFromTheirOwnRows(Pool dashboards) {
        LocalDate monday = LocalDate.of(2025, 3, 10);
        for (LocalDate[] range : new LocalDate[][] {
            {monday, monday},
            {monday, monday.plusDays(6)},
            {monday.plusDays(3), monday.plusDays(9)},
            {monday, monday.plusDays(27)},
            {LocalDate.of(2025, 2, 1), LocalDate.of(2025, 2, 28)},
            {LocalDate.of(2025, 5, 1), LocalDate.of(2025, 5, 31)},
        }) {
            assertEquals(
                    "aligned", unique(dashboards, range[0], range[1]).getString("kind"), range[0] + " " + range[1]);
        }
        Row cut = unique(dashboards, FIRST.minusDays(50), FIRST.plusDays(9));
        assertEquals(FIRST, cut.getLocalDate("first_day"));
        assertEquals(FIRST.plusDays(9), cut.getLocalDate("last_day"));
    }

    private static void takesTheFormWithTheSmallerVariance(Pool dashboards) {
        LocalDate last = FIRST.plusDays(399);
        double variance = 0;
        for (int k = 0; k < 400; k++) {
            double near = 9.1 * 9.1 + Math.min(k, LONGEST_GAP) * 19.4 * 19.4;
            double far = (Math.max(0, LONGEST_GAP - k) + 1) * 19.4 * 19.4;
            variance += Math.min(near, far);
        }
        assertEquals(Math.sqrt(variance), unique(dashboards, FIRST, last).getDouble("sigma"), 1e-6);
    }

    private static Row unique(Pool dashboards, LocalDate from, LocalDate to) {
        return dashboards
                .preparedQuery("select * from stats.unique_visitors($1, $2, $3)")
                .execute(Tuple.of(StatisticsDatabase.SITE, from, to))
                .await()
                .iterator()
                .next();
    }

    /** Days on which each visitor came: some once, some on many days, none after a gap that a cookie does not live. */
    private static List<boolean[]> histories(Random random) {
        List<boolean[]> histories = new ArrayList<>();
        for (int visitor = 0; visitor < VISITORS; visitor++) {
            boolean[] came = new boolean[DAYS];
            int begin = random.nextInt(DAYS);
            came[begin] = true;
            double chance = Math.pow(random.nextDouble(), 6) * 0.5;
            for (int day = begin + 1; day < Math.min(DAYS, begin + LONGEST_GAP); day++) {
                came[day] = random.nextDouble() < chance;
            }
            histories.add(came);
        }
        return histories;
    }

    private static long distinct(List<boolean[]> histories, int from, int to) {
        return histories.stream()
                .filter(came -> {
                    for (int day = Math.max(0, from); day <= to; day++) {
                        if (came[day]) {
                            return true;
                        }
                    }
                    return false;
                })
                .count();
    }

    /**
     * What would be published without noise. On one of 5,000 days the first pageview is missing, corrected away, say: those after it
     * have the gap 0, which no cell of reach counts.
     */
    private static void fill(StatisticsDatabase statistics, List<boolean[]> histories) {
        List<String> published = new ArrayList<>();
        List<String> totals = new ArrayList<>();
        List<String> reach = new ArrayList<>();
        for (int day = 0; day < DAYS; day++) {
            LocalDate date = FIRST.plusDays(day);
            long visitors = 0;
            long[] gaps = new long[LONGEST_GAP + 1];
            for (boolean[] came : histories) {
                if (came[day]) {
                    visitors++;
                    int before = day - 1;
                    while (before >= 0 && !came[before]) {
                        before--;
                    }
                    if (statistics.random().nextInt(5000) > 0) {
                        gaps[before < 0 ? 0 : day - before]++;
                    }
                }
            }
            published.add(head("day", date, date.plusDays(1)));
            totals.add(total("day", date, "visitors", visitors, 9.1));
            totals.add(total("day", date, "unique_7", distinct(histories, day - 6, day), 34.2));
            totals.add(total("day", date, "unique_28", distinct(histories, day - 27, day), 59.2));
            for (int gap = 0; gap <= LONGEST_GAP; gap++) {
                reach.add("('" + StatisticsDatabase.SITE + "', '" + date + "', " + (gap == 0 ? 32767 : gap) + ", "
                        + gaps[gap] + ", 19.4)");
            }
            for (Grain grain : List.of(Grain.WEEK, Grain.MONTH)) {
                LocalDate end = grain.next(date);
                int last = (int) (end.toEpochDay() - FIRST.toEpochDay()) - 1;
                if (grain.period(date).equals(date) && last < DAYS) {
                    published.add(head(grain.label(), date, end));
                    totals.add(total(grain.label(), date, "visitors", distinct(histories, day, last), 22.4));
                }
            }
        }
        statistics
                .server()
                .execute(
                        "insert into stats.published (site, grain, period, begins, ends, time_zone, state, at, preset,"
                                + " bounds) values "
                                + String.join(", ", published),
                        "insert into stats.total (site, grain, period, measure, noisy, sigma) values "
                                + String.join(", ", totals),
                        "insert into stats.reach (site, period, gap, noisy, sigma) values " + String.join(", ", reach),
                        "analyze stats.reach");
    }

    private static String head(String grain, LocalDate from, LocalDate to) {
        return "('" + StatisticsDatabase.SITE + "', '" + grain + "', '" + from + "', '" + from + "', '" + to
                + "', 'UTC', 'published', '" + to + "', 'balanced', '{}')";
    }

    private static String total(String grain, LocalDate period, String measure, long exact, double sigma) {
        return "('" + StatisticsDatabase.SITE + "', '" + grain + "', '" + period + "', '" + measure + "', " + exact
                + ", " + sigma + ")";
    }
}
