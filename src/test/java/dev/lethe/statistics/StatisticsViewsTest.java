package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Channel;
import dev.lethe.site.Preset;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The views for readers, read as the dashboards role: empty, after one day, and after 25 months. */
class StatisticsViewsTest {
    private static final List<String> VIEWS = List.of(
            "day_counts",
            "summed_counts",
            "counts",
            "totals",
            "breakdowns",
            "hour_of_week",
            "vital_buckets",
            "vitals",
            "sites",
            "overdue_periods",
            "operations");
    private static final LocalDate UNTIL = StatisticsDatabase.HISTORY_UNTIL;
    private static final LocalDate DAY = LocalDate.of(2026, 3, 10);

    private static StatisticsDatabase full;
    private static Pool dashboards;

    @BeforeAll
    static void open() {
        full = StatisticsDatabase.withHistory();
        dashboards = full.dashboards();
    }

    @AfterAll
    static void close() {
        dashboards.close().await();
    }

    @Test
    void everyViewAnswersBeforeAnythingIsPublishedAndAfterOneDay() {
        try (StatisticsDatabase statistics = new StatisticsDatabase(7, "Europe/Paris", DAY)) {
            Pool reader = statistics.dashboards();
            for (String view : VIEWS) {
                List<Row> rows = rows(reader, "select * from stats." + view);
                assertTrue(
                        rows.isEmpty()
                                || List.of("sites", "operations", "overdue_periods")
                                        .contains(view),
                        view);
            }
            assertEquals(
                    List.of(), rows(reader, "select * from stats.compare('example.test', '2026-01-01', '2026-12-31')"));
            assertEquals(
                    List.of(),
                    rows(reader, "select * from stats.unique_visitors('example.test', '2026-01-01', '2026-12-31')"));

            for (int visitor = 0; visitor < 40; visitor++) {
                var who = statistics.uuid();
                statistics
                        .event(who, DAY + "T10:00:00")
                        .from(visitor < 30 ? Channel.SEARCH : Channel.DIRECT)
                        .store();
                if (visitor < 10) {
                    statistics.event(who, DAY + "T10:01:00").page("/b").store();
                }
            }
            statistics.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-03-11T06:00:00Z"));
            Map<String, Double> day =
                    values(reader, "select measure as name, value from stats.totals where grain = 'day'");
            assertEquals(40.0, day.get("visitors"));
            assertEquals(40.0, day.get("visits"));
            assertEquals(50.0, day.get("pageviews"));
            assertEquals(40.0, day.get("new_visitors"));
            assertEquals(0.0, day.get("returning_visitors"));
            assertEquals(0.75, day.get("bounce_rate"));
            assertNull(day.get("views_per_visit"), "40 visits are below their noise");
            Map<String, Double> channels = values(
                    reader,
                    "select key as name, share as value from stats.breakdowns where dimension = 'channel' and value"
                            + " > 0");
            assertEquals(Map.of("search", 0.75, "direct", 0.25), channels);
            Row begins = rows(reader, "select time from stats.totals limit 1").getFirst();
            assertEquals(
                    Instant.parse("2026-03-09T23:00:00Z"),
                    begins.getOffsetDateTime("time").toInstant());
            reader.close().await();
        }
    }

    @Test
    void derivedNumbersAddUpAndCarryTheirVariance() {
        Row row = rows(dashboards, """
            select
                max(value) filter (where measure = 'visits') - max(value) filter (where measure = 'visitors') as further,
                max(value) filter (where measure = 'further_visits') as further_visits,
                max(sigma) filter (where measure = 'visits') as sigma,
                max(value) filter (where measure = 'visitors') as visitors,
                max(value) filter (where measure = 'new_visitors') + max(value) filter (where measure = 'returning_visitors') as both,
                max(low) filter (where measure = 'visits') as low,
                max(value) filter (where measure = 'visits') as visits
            from stats.totals
            where site = 'example.test' and grain = 'day' and period = '2026-11-17'
            """).getFirst();
        assertEquals(row.getDouble("further_visits"), row.getDouble("further"), 1e-9);
        assertEquals(row.getDouble("visitors"), row.getDouble("both"), 1e-9);
        assertEquals(Math.hypot(9.1, 25.8), row.getDouble("sigma"), 1e-9);
        assertEquals(row.getDouble("visits") - 1.959964 * row.getDouble("sigma"), row.getDouble("low"), 1e-6);
    }

    @Test
    void aWeeksPageviewsAreItsDaysVisitorsAndItsOwnFurtherPageviews() {
        Row row = rows(dashboards, """
            select w.noisy as week, w.sigma, f.noisy + (
                select sum(noisy)
                from stats.total
                where grain = 'day' and measure = 'visitors' and period between '2026-11-09' and '2026-11-15') as sum
            from stats.totals w
            join stats.total f on f.grain = 'week' and f.period = w.period and f.measure = 'further_pageviews'
            where w.grain = 'week' and w.period = '2026-11-09' and w.measure = 'pageviews'
            """).getFirst();
        assertEquals(row.getNumeric("sum").longValue(), row.getLong("week"));
        assertEquals(Math.sqrt(7 * 9.1 * 9.1 + 142 * 142), row.getDouble("sigma"), 1e-6);
    }

    @Test
    void aDenominatorBelowTheNoiseGivesNoQuotient() {
        assertEquals(List.of(), rows(dashboards, "select * from stats.ratio(10, 100, 29, 100, 0, 1)"));
        Row capped = rows(dashboards, "select * from stats.ratio(95, 100, 100, 100, 0, 1)")
                .getFirst();
        assertTrue(capped.getDouble("high") <= 1 && capped.getDouble("low") < 0.95);
        assertNull(rows(dashboards, "select stats.change(10, 1, null, null)")
                .getFirst()
                .getString(0));
    }

    @Test
    void intervalsOfQuotientsHoldTheTrueOneInNineteenOfTwentyCases() {
        double coverage = share("""
            with gauss as (
                select
                    sqrt(-2 * ln(1 - random())) as radius, 6.283185307179586 * random() as angle
                from generate_series(1, 40000)
            )
            select avg((r.low <= 0.5 and 0.5 <= r.high)::int)::float8 as share
            from gauss
            cross join lateral stats.ratio(100 + 16 * radius * cos(angle), 256, 200 + 30 * radius * sin(angle), 900, 0, null) r
            """);
        System.out.printf(Locale.ROOT, "coverage of the ratio's interval: %.4f%n", coverage);
        assertEquals(0.95, coverage, 0.006);
    }

    @Test
    void marksAreAsOftenWrongAsTheySay() {
        Map<String, Double> marks = values(dashboards, """
            with gauss as (
                select sqrt(-2 * ln(1 - random())) as radius, 6.283185307179586 * random() as angle
                from generate_series(1, 200000)
            )
            select
                stats.change(1000 + 20 * radius * cos(angle), 20, 1000 + 30 * radius * sin(angle), 30) as name,
                count(*)::float8 / 200000 as value
            from gauss
            group by 1
            """);
        System.out.println("marks of numbers that did not change: " + marks);
        assertEquals(0.0027, marks.get("real"), 0.0008);
        assertEquals(0.0473, marks.get("perhaps"), 0.003);
        // The control: a difference of 5 sigma is found.
        assertEquals(
                "real",
                rows(dashboards, "select stats.change(1000, 20, 1180, 30)")
                        .getFirst()
                        .getString(0));
    }

    @Test
    void comparesWithAsManyDaysBefore() {
        List<Row> rows = rows(dashboards, "select * from stats.compare('example.test', '2026-10-26', '2027-01-31')");
        assertEquals(12, rows.size());
        for (Row row : rows) {
            assertEquals(UNTIL, row.getLocalDate("last_day"));
            assertEquals(LocalDate.of(2026, 9, 28), row.getLocalDate("previous_first_day"));
            assertNotNull(row.getDouble("previous"));
            assertTrue(List.of("real", "perhaps", "within noise").contains(row.getString("mark")));
        }
        // Without as many days before, nothing is compared.
        for (Row row : rows(dashboards, "select * from stats.compare('example.test', '2025-01-01', '2026-11-22')")) {
            assertNull(row.getDouble("previous"));
            assertNull(row.getString("mark"));
        }
    }

    @Test
    void theVisitorsOfTheLastDaysAreThoseOfTheirReport() {
        SiteReports reports = new SiteReports(dashboards);
        for (int days : List.of(7, 28, 90)) {
            SiteReport report = assertInstanceOf(
                            SiteReports.Answer.Found.class, reports.readLast(StatisticsDatabase.SITE, days))
                    .report();
            assertEquals(UNTIL.minusDays(days - 1L), report.from());
            assertTrue(report.headline("visitors").orElseThrow().mark().isPresent());
            assertEquals(report.headline("visitors"), reports.visitors(StatisticsDatabase.SITE, days));
        }
        assertEquals(Optional.empty(), reports.visitors("unknown.test", 7));
    }

    @Test
    void vitalsSayGoodAndPoorAndP75WhereItIsKnown() {
        Row all = rows(dashboards, """
            select *
            from stats.vitals
            where period = '2026-11-09' and metric = 'LCP' and device = '(all)'
            """).getFirst();
        assertEquals(0.72, all.getDouble("good"), 0.06);
        assertEquals(1.0, all.getDouble("good") + all.getDouble("needs_improvement") + all.getDouble("poor"), 0.02);
        assertEquals(2690, all.getDouble("p75"), 400);
        Row rare = rows(
                        dashboards,
                        "select * from stats.vitals where period = '2026-11-09' and metric = 'LCP' and device = 'tv'")
                .getFirst();
        assertTrue(rare.getBoolean("below_noise"));
        assertNull(rare.getDouble("p75"));
        assertNull(rare.getDouble("good"));
    }

    @Test
    void allDevicesAreThoseThatStandOut() {
        String week = "from stats.vitals where period = '2026-11-09' and metric = 'LCP' and device ";
        Row all =
                rows(dashboards, "select visitors, sigma " + week + "= '(all)'").getFirst();
        Row present = rows(
                        dashboards,
                        "select sum(visitors) as visitors, sqrt(sum(sigma * sigma)) as sigma, count(*) as devices "
                                + week + "<> '(all)' and not below_noise")
                .getFirst();
        assertTrue(present.getLong("devices") < 7, "nobody uses a games console");
        assertEquals(present.getDouble("visitors"), all.getDouble("visitors"), 1e-9);
        assertEquals(present.getDouble("sigma"), all.getDouble("sigma"), 1e-9);
    }

    @Test
    void weeksOfVitalsAddUp() {
        // The devices that stand out differ from week to week; one that always does is the same everywhere.
        Row together = rows(
                        dashboards,
                        "select * from stats.vitals_of('example.test', '2026-10-19', '2026-11-09') where metric = 'INP'"
                                + " and device = 'mobile'")
                .getFirst();
        Row apart = rows(dashboards, """
            select
                sum(visitors) as visitors, sqrt(sum(sigma * sigma)) as sigma, sum(good * visitors) / sum(visitors) as good,
                count(*) as weeks
            from stats.vitals
            where metric = 'INP' and device = 'mobile' and period between '2026-10-19' and '2026-11-09'
            """).getFirst();
        assertEquals(4, apart.getLong("weeks"));
        assertEquals(apart.getDouble("visitors"), together.getDouble("visitors"), 1e-6);
        assertEquals(apart.getDouble("sigma"), together.getDouble("sigma"), 1e-9);
        assertEquals(apart.getDouble("good"), together.getDouble("good"), 1e-9);
        assertTrue(together.getDouble("good_high") - together.getDouble("good_low") < 0.06);
        // One week by itself is what the view says of it.
        for (Row row : rows(dashboards, "select * from stats.vitals_of('example.test', '2026-11-09', '2026-11-09')")) {
            Row same = rows(
                            dashboards,
                            "select visitors, p75 from stats.vitals where period = '2026-11-09' and metric = '"
                                    + row.getString("metric") + "' and device = '" + row.getString("device") + "'")
                    .getFirst();
            assertEquals(same.getDouble("visitors"), row.getDouble("visitors"));
            assertEquals(same.getDouble("p75"), row.getDouble("p75"));
        }
    }

    @Test
    void dimensionsOfMoreThanAThousandKeysNeedFourSigma() {
        int hosts =
                KnownKeys.MOST_KEYS + dev.lethe.classify.Referrers.listedHosts().size();
        Map<String, Integer> most = Map.of(
                "problem",
                2 * (KnownKeys.MOST_KEYS + 1),
                "referrer_host",
                hosts,
                "outbound_host",
                hosts,
                "landing",
                (KnownKeys.MOST_LANDING_PAGES + 1) * Channel.values().length,
                "page",
                KnownKeys.MOST_KEYS);
        String view = rows(dashboards, "select pg_get_viewdef('stats.breakdowns'::regclass)")
                .getFirst()
                .getString(0);
        most.forEach((dimension, keys) ->
                assertEquals(keys > 1000, view.contains("'" + dimension + "'"), dimension + " " + keys));
    }

    @Test
    void theGuaranteeIsThatOfTheCode() {
        for (Preset preset : Preset.values()) {
            full.server().execute("update registry.site set preset = '" + preset.label() + "'");
            Row row = rows(dashboards, "select rho, guess_points from stats.sites")
                    .getFirst();
            // Everything published has the noise of balanced, and a stronger preset does not change it.
            Preset promised = Preset.weaker(preset, Preset.BALANCED);
            assertEquals(Budget.cap(promised).doubleValue(), row.getDouble("rho"), 1e-12);
            assertEquals(Math.round(100 * Budget.of(promised, Bounds.DEFAULT).guessAdvantage(1)), (long)
                    row.getInteger("guess_points"));
        }
        full.server().execute("update registry.site set preset = 'balanced'");
    }

    @Test
    void aSiteIsShownWithTheZoneAndPresetThatHoldToday() {
        String today = "select time_zone, preset, weakest_preset from stats.sites";
        full.server()
                .execute("update registry.site set next_time_zone = 'Asia/Tokyo', next_preset = 'light',"
                        + " next_time_zone_from = current_date + 40, next_preset_from = current_date + 40");
        assertEquals(List.of("Europe/Paris|balanced|balanced"), full.rows(today));
        full.server()
                .execute("update registry.site set next_time_zone_from = current_date - 40,"
                        + " next_preset_from = current_date - 40");
        assertEquals(List.of("Asia/Tokyo|light|light"), full.rows(today));
        full.server()
                .execute("update registry.site set next_time_zone = null, next_preset = null,"
                        + " next_time_zone_from = null, next_preset_from = null");
    }

    @Test
    void aMonthKeepsItsSumsWhenTheNextHasAnotherZone() {
        LocalDate monday = LocalDate.of(2026, 6, 29);
        for (String zone : List.of("Asia/Tokyo", "America/Los_Angeles")) {
            try (StatisticsDatabase statistics = new StatisticsDatabase(8, "Europe/Paris", monday)) {
                statistics
                        .server()
                        .execute("update registry.site set next_time_zone = '" + zone
                                + "', next_time_zone_from = '2026-07-01'");
                statistics.event(statistics.uuid(), "2026-06-29T10:00:00").store();
                statistics.event(statistics.uuid(), "2026-06-30T10:00:00").store();
                assertEquals(
                        3,
                        statistics
                                .publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-07-01T13:00:00Z"))
                                .published());
                assertEquals(
                        List.of("month|visitor_days|2", "month|visits|2"),
                        statistics.rows("select grain, measure, noisy from stats.summed_counts"
                                + " where measure in ('visitor_days', 'visits') order by 2"),
                        zone);
            }
        }
    }

    @Test
    void aRangeWithALostDayIsComparedWithNothing() {
        LocalDate monday = LocalDate.of(2026, 6, 15);
        try (StatisticsDatabase statistics = new StatisticsDatabase(9, "UTC", monday)) {
            for (int day = 0; day < 4; day++) {
                for (int visitor = 0; visitor < 100; visitor++) {
                    statistics
                            .event(statistics.uuid(), monday.plusDays(day) + "T10:00:00")
                            .store();
                }
            }
            statistics.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-06-17T06:00:00Z"));
            statistics.server().execute("""
                insert into stats.published
                select site, grain, '2026-06-17', '2026-06-17', '2026-06-18', time_zone, 'lost', at, preset, bounds
                from stats.published
                where period = '2026-06-15'
                """);
            statistics.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-06-19T06:00:00Z"));
            Pool reader = statistics.dashboards();
            String compare = "select * from stats.compare('example.test', '%s', '%s') where measure = 'pageviews'";
            Row lost =
                    rows(reader, compare.formatted("2026-06-17", "2026-06-18")).getFirst();
            assertEquals(100.0, lost.getDouble("value"));
            assertEquals(200.0, lost.getDouble("previous"));
            assertNull(lost.getDouble("difference"));
            assertNull(lost.getDouble("relative"));
            assertNull(lost.getString("mark"));
            // The control: a whole range is compared.
            Row whole =
                    rows(reader, compare.formatted("2026-06-16", "2026-06-16")).getFirst();
            assertEquals("within noise", whole.getString("mark"));
            reader.close().await();
        }
    }

    @Test
    void operationsNameEveryFact() {
        List<String> names = rows(dashboards, "select distinct name from stats.operations").stream()
                .map(row -> row.getString("name"))
                .toList();
        assertTrue(
                names.containsAll(List.of(
                        "retention_last_success",
                        "publication_last_success",
                        "raw_oldest_day",
                        "raw_partitions_overdue",
                        "periods_published",
                        "periods_overdue",
                        "budget_rho",
                        "guess_points",
                        "consent_granted_share",
                        "requests_open",
                        "requests_due",
                        "requests_overdue",
                        "month_keys_destroyed")),
                names.toString());
    }

    @Test
    void readersReadNothingElse() {
        for (String query :
                List.of("select * from raw.event", "select * from registry.site", "select * from registry.ledger")) {
            PgException denied = assertThrows(PgException.class, () -> rows(dashboards, query));
            assertEquals("42501", denied.getSqlState());
        }
        assertThrows(
                PgException.class,
                () -> rows(dashboards, "insert into stats.total values ('a', 'day', '2026-01-01', 'b', 1, 1)"));
    }

    @Test
    void everyViewIsFastOverTwentyFiveMonths() {
        List<String> slow = new ArrayList<>();
        ViewQueries.millis(dashboards, 3).forEach((name, best) -> {
            System.out.printf(Locale.ROOT, "| %s | %.0f ms |%n", name, Math.ceil(best));
            if (best > 1000) {
                slow.add(name + ": " + best);
            }
        });
        assertEquals(List.of(), slow);
    }

    private static double share(String query) {
        return rows(dashboards, query).getFirst().getDouble("share");
    }

    private static Map<String, Double> values(Pool reader, String query) {
        return rows(reader, query).stream()
                .filter(row -> row.getDouble("value") != null)
                .collect(Collectors.toMap(row -> row.getString("name"), row -> row.getDouble("value")));
    }

    private static List<Row> rows(Pool reader, String query) {
        List<Row> rows = new ArrayList<>();
        reader.query(query).execute().await().forEach(rows::add);
        return rows;
    }
}
