package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.numbers.fraction.BigFraction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P23: how far published numbers are from the bounded counts beneath them, measured: traffic of a month goes through the real SQL, and
 * the noise is drawn many times. The table and the plots in {@code docs/statistics.md} come from here.
 */
@Timeout(900)
class P23AccuracyTest {
    private static final List<Integer> SIZES = List.of(100, 300, 1_000, 10_000);
    private static final List<Integer> QUICK = List.of(100, 1_000);
    private static final Path DOCUMENT = Path.of("docs/statistics.md");
    private static final String BEGIN = "<!-- accuracy:begin -->\n";
    private static final String END = "<!-- accuracy:end -->\n";
    private static final LocalDate MONTH = LocalDate.of(2026, 6, 1);
    private static final Map<Grain, LocalDate> PERIODS =
            Map.of(Grain.DAY, LocalDate.of(2026, 6, 10), Grain.WEEK, LocalDate.of(2026, 6, 8), Grain.MONTH, MONTH);
    private static final String TOP_20 = "visitors of each of the top 20 pages";

    /** One published row with its exact count. */
    private record Row(long exact, BigFraction variance, double sigma) {}

    /** A number of a report: rows that are added up. */
    private record Reading(List<Row> rows) {
        private long exact() {
            return rows.stream().mapToLong(Row::exact).sum();
        }

        private double sigma() {
            return Math.sqrt(
                    rows.stream().mapToDouble(row -> row.sigma() * row.sigma()).sum());
        }
    }

    /** What was measured of a number: half of all draws are nearer than this, and so many intervals of 95 % hold the count. */
    private record Measured(double medianError, double coverage) {}

    /** The exact rows of a month of one size. */
    private static final class Month {
        private final Map<PublishedGame.Place, Long> exact = new HashMap<>();
        private final Budget budget = Budget.of(Preset.BALANCED, Bounds.DEFAULT);
        private final List<String> topPages;

        private Month(int visitors) {
            try (StatisticsDatabase database = new StatisticsDatabase(23, "UTC", MONTH)) {
                for (LocalDate day = MONTH; day.isBefore(MONTH.plusMonths(1)); day = day.plusDays(1)) {
                    database.makeDay(day);
                }
                database.server().execute(traffic(visitors));
                database.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-07-01T06:00:00Z"));
                database.rows("""
                    select grain, period, measure, '', '', noisy from stats.total
                    union all select grain, period, dimension, key, key2, noisy from stats.breakdown
                    union all select 'day', period, 'reach', gap::text, '', noisy from stats.reach
                    """).forEach(row -> {
                    String[] columns = row.split("\\|", -1);
                    exact.put(
                            new PublishedGame.Place(
                                    Grain.ofLabel(columns[0]),
                                    columns[1],
                                    new Cell(columns[2], columns[3], columns[4])),
                            Long.parseLong(columns[5]));
                });
            }
            topPages = exact.entrySet().stream()
                    .filter(each -> each.getKey().grain() == Grain.MONTH
                            && each.getKey().cell().name().equals("page"))
                    .sorted(Map.Entry.<PublishedGame.Place, Long>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(each -> each.getKey().cell().key()))
                    .limit(20)
                    .map(each -> each.getKey().cell().key())
                    .toList();
        }

        private Row row(Grain grain, LocalDate period, String name, String key, String key2) {
            Statistic statistic = Arrays.stream(Statistic.values())
                    .filter(each -> each.grain() == grain && each.names().contains(name))
                    .findFirst()
                    .orElseThrow();
            return new Row(
                    exact.getOrDefault(
                            new PublishedGame.Place(grain, period.toString(), new Cell(name, key, key2)), 0L),
                    budget.variance(statistic),
                    budget.sigma(statistic));
        }

        private Reading own(Grain grain, String name, String key, String key2) {
            return new Reading(List.of(row(grain, PERIODS.get(grain), name, key, key2)));
        }

        private Reading own(Grain grain, String name, String key) {
            return own(grain, name, key, "");
        }

        /** Rows of each day of the period. */
        private Reading days(Grain grain, String key, String... names) {
            LocalDate first = PERIODS.get(grain);
            List<Row> rows = new ArrayList<>();
            for (LocalDate day = first; day.isBefore(grain.next(first)); day = day.plusDays(1)) {
                for (String name : names) {
                    rows.add(row(Grain.DAY, day, name, key, ""));
                }
            }
            return new Reading(rows);
        }

        private Reading pageviews(Grain grain) {
            if (grain != Grain.WEEK) {
                return days(grain, "", "visitors", "further_pageviews");
            }
            return new Reading(Stream.concat(
                            days(grain, "", "visitors").rows().stream(),
                            own(grain, "further_pageviews", "").rows().stream())
                    .toList());
        }

        /** The headline numbers at a grain; several readings where the number stands for several keys. */
        private Map<String, List<Reading>> numbers(Grain grain) {
            Map<String, List<Reading>> numbers = new LinkedHashMap<>();
            numbers.put("visitors", List.of(own(grain, "visitors", "")));
            numbers.put("visits", List.of(days(grain, "", "visitors", "further_visits")));
            numbers.put("pageviews", List.of(pageviews(grain)));
            numbers.put("first visits that bounced", List.of(days(grain, "", "first_visit_bounced")));
            numbers.put("engaged minutes", List.of(days(grain, "", "engaged_minutes")));
            numbers.put("visitors with a click", List.of(days(grain, "", "click_visitors")));
            numbers.put("new visitors", List.of(days(grain, "32767", "reach")));
            numbers.put("visitors from search (30 %)", List.of(own(grain, "channel", "search")));
            numbers.put("visitors from a smaller country (5 %)", List.of(own(grain, "country", "BE")));
            numbers.put("visitors of the first page", List.of(own(grain, "page", topPages.getFirst())));
            numbers.put(
                    TOP_20,
                    topPages.stream().map(page -> own(grain, "page", page)).toList());
            if (grain != Grain.DAY) {
                numbers.put(
                        "visitors from the first host (15 %)", List.of(own(grain, "referrer_host", "www.google.com")));
            }
            if (grain == Grain.WEEK) {
                numbers.put("visitors from search who reach a goal", List.of(own(grain, "goal", "signup", "search")));
            }
            return numbers;
        }
    }

    @Test
    void publishedNumbersAreAsGoodAsThePageSays() throws IOException {
        boolean writes = Boolean.getBoolean("lethe.write-docs");
        List<Integer> sizes = writes || Boolean.getBoolean("lethe.full") ? SIZES : QUICK;
        int draws = writes || Boolean.getBoolean("lethe.full") ? 4_000 : 1_000;
        long seed = System.nanoTime();
        Noise noise = TestNoise.seeded(seed);
        Map<Integer, Map<Grain, Map<String, Measured>>> measured = new LinkedHashMap<>();
        for (int size : sizes) {
            Month month = new Month(size);
            Map<Grain, Map<String, Measured>> grains = new LinkedHashMap<>();
            for (Grain grain : Grain.values()) {
                Map<String, Measured> numbers = new LinkedHashMap<>();
                month.numbers(grain)
                        .forEach((name, readings) ->
                                numbers.put(name, measure(noise, readings, Math.max(draws / readings.size(), 100))));
                grains.put(grain, numbers);
            }
            measured.put(size, grains);
        }
        System.out.printf(
                "P23: seed %d, %s visitors a day (in full: %s, -Dlethe.full=true), %d draws: %s%n",
                seed, sizes, SIZES, draws, measured);
        assertIsGoodEnough(measured);
        if (writes) {
            write(measured);
        }
        assertDocumentSaysThis(measured);
    }

    /** What readers see is what holds: the intervals of the views, of rows that were really published. */
    @Test
    void theIntervalsThatReadersSeeHoldTheCounts() {
        try (StatisticsDatabase database = new StatisticsDatabase(24, "UTC", MONTH)) {
            for (LocalDate day = MONTH; day.isBefore(MONTH.plusMonths(1)); day = day.plusDays(1)) {
                database.makeDay(day);
            }
            database.server().execute(traffic(300));
            database.publish(StatisticsDatabase.NO_NOISE, WEEK_IS_OVER);
            Map<String, Interval> exact = intervals(database);
            long seed = System.nanoTime();
            System.out.println("P23: seed of the published intervals " + seed);
            Noise noise = TestNoise.seeded(seed);
            Held held = held(database, exact, noise, 3);
            System.out.println("P23: published intervals: " + held);
            assertEquals(0.95, held.ofCounts(), 0.05);
            // What is cut at zero can miss a zero to one side only.
            assertEquals(0.975, held.ofZeros(), 0.01);
            // The control: noise of twice the variance that the views speak of.
            Held louder = held(database, exact, (count, variance) -> noise.add(count, variance.multiply(2)), 3);
            System.out.println("P23: with louder noise: " + louder);
            assertTrue(louder.ofCounts() < 0.9, "counts");
            assertTrue(louder.ofZeros() < 0.95, "zeros");
        }
    }

    private static final Instant WEEK_IS_OVER = Instant.parse("2026-06-08T06:00:00Z");

    private record Interval(double value, double low, double high, double sigma) {}

    /** How many intervals held the count: of counts far beyond the noise, and of zeros. */
    private record Held(double ofCounts, double ofZeros) {}

    private static Held held(StatisticsDatabase database, Map<String, Interval> exact, Noise noise, int times) {
        int[] counts = new int[2];
        int[] zeros = new int[2];
        for (int i = 0; i < times; i++) {
            database.forgetEverythingPublished();
            database.journal().names("published").forEach(database.journal()::delete);
            database.publish(() -> noise, WEEK_IS_OVER);
            intervals(database).forEach((number, published) -> {
                Interval counted = exact.get(number);
                if (counted != null && (counted.value() == 0 || counted.value() > 6 * published.sigma())) {
                    int[] kind = counted.value() == 0 ? zeros : counts;
                    kind[0]++;
                    kind[1] += published.low() <= counted.value() && counted.value() <= published.high() ? 1 : 0;
                }
            });
        }
        assertTrue(counts[0] > 200 && zeros[0] > 5_000, counts[0] + " counts, " + zeros[0] + " zeros");
        return new Held((double) counts[1] / counts[0], (double) zeros[1] / zeros[0]);
    }

    private static Map<String, Interval> intervals(StatisticsDatabase database) {
        Map<String, Interval> intervals = new HashMap<>();
        database.rows("""
            select grain || ' ' || period || ' ' || measure, value, low, high, sigma
            from stats.totals
            where value is not null
            union all
            select grain || ' ' || period || ' ' || dimension || ' ' || key || ' ' || key2, value, low, high, sigma
            from stats.breakdowns
            """).forEach(row -> {
            String[] columns = row.split("\\|");
            intervals.put(
                    columns[0],
                    new Interval(
                            Double.parseDouble(columns[1]),
                            Double.parseDouble(columns[2]),
                            Double.parseDouble(columns[3]),
                            Double.parseDouble(columns[4])));
        });
        return intervals;
    }

    private static Measured measure(Noise noise, List<Reading> readings, int draws) {
        List<Double> errors = new ArrayList<>();
        int held = 0;
        for (Reading reading : readings) {
            for (int i = 0; i < draws; i++) {
                long error = 0;
                for (Row row : reading.rows()) {
                    error += noise.add(row.exact(), row.variance()) - row.exact();
                }
                held += Math.abs(error) <= 1.96 * reading.sigma() ? 1 : 0;
                errors.add(
                        reading.exact() == 0 ? Double.POSITIVE_INFINITY : Math.abs(error) / (double) reading.exact());
            }
        }
        errors.sort(null);
        return new Measured(errors.get(errors.size() / 2), (double) held / errors.size());
    }

    private static void assertIsGoodEnough(Map<Integer, Map<Grain, Map<String, Measured>>> measured) {
        Map<Grain, Map<String, Measured>> thousand = measured.get(1_000);
        assertTrue(thousand.get(Grain.DAY).get("visitors").medianError() <= 0.02, "a day's visitors");
        assertTrue(thousand.get(Grain.MONTH).get(TOP_20).medianError() <= 0.05, "a month's top pages");
        measured.forEach((size, grains) -> grains.forEach((grain, numbers) -> numbers.forEach((name, each) ->
                assertEquals(0.95, each.coverage(), 0.03, name + " by " + grain.label() + " at " + size))));
        double all = measured.values().stream()
                .flatMap(grains -> grains.values().stream())
                .flatMap(numbers -> numbers.values().stream())
                .mapToDouble(Measured::coverage)
                .average()
                .orElseThrow();
        System.out.printf("P23: intervals of 95 %% hold %.2f %% of the counts%n", 100 * all);
        assertEquals(0.95, all, 0.02);
    }

    /** The table's figures are those of its own run; another is near them. */
    private static void assertDocumentSaysThis(Map<Integer, Map<Grain, Map<String, Measured>>> measured)
            throws IOException {
        String document = Files.readString(DOCUMENT);
        String table = document.substring(document.indexOf(BEGIN), document.indexOf(END));
        int compared = 0;
        for (String line : table.lines().filter(each -> each.startsWith("| ")).toList()) {
            String[] columns = line.split("\\|");
            for (Grain grain : Grain.values()) {
                if (columns[1].strip().equals(grain.label())) {
                    for (int i = 0; i < SIZES.size(); i++) {
                        Map<Grain, Map<String, Measured>> size = measured.get(SIZES.get(i));
                        if (size != null) {
                            double now = 100
                                    * size.get(grain).get(columns[2].strip()).medianError();
                            double said = Double.parseDouble(
                                    columns[3 + i].replace("%", "").strip());
                            assertEquals(said, now, 0.2 * said + 0.1, line);
                            compared++;
                        }
                    }
                }
            }
        }
        assertTrue(compared >= 30 * measured.size(), compared + " figures of the document compared");
    }

    private static void write(Map<Integer, Map<Grain, Map<String, Measured>>> measured) throws IOException {
        StringBuilder table = new StringBuilder("\n| By | Number |");
        SIZES.forEach(size -> table.append(String.format(Locale.ROOT, " %,d |", size)));
        table.append("\n|---|---|---|---|---|---|\n");
        for (Grain grain : Grain.values()) {
            for (String name : measured.get(1_000).get(grain).keySet()) {
                table.append("| " + grain.label() + " | " + name + " |");
                for (int size : SIZES) {
                    double percent =
                            100 * measured.get(size).get(grain).get(name).medianError();
                    table.append(String.format(Locale.ROOT, percent < 10 ? " %.2f %% |" : " %.0f %% |", percent));
                }
                table.append('\n');
            }
        }
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(
                DOCUMENT, document.substring(0, begin) + table + "\n" + document.substring(document.indexOf(END)));
        for (Grain grain : Grain.values()) {
            Files.writeString(Path.of("docs/images/accuracy-" + grain.label() + ".svg"), plot(measured, grain));
        }
    }

    /** Both axes logarithmic: a site ten times as large is ten times as accurate, which is a straight line. */
    private static String plot(Map<Integer, Map<Grain, Map<String, Measured>>> measured, Grain grain) {
        Map<String, String> colours = new LinkedHashMap<>();
        colours.put("visitors", "#0b6e4f");
        colours.put("pageviews", "#1d4ed8");
        colours.put("visitors from search (30 %)", "#b45309");
        colours.put(TOP_20, "#9d174d");
        StringBuilder svg = new StringBuilder("""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" font-family="system-ui, sans-serif" font-size="12">
            <title>Median relative error by %s, by visitors a day</title>
            <rect width="640" height="360" fill="#fff"/>
            """.formatted(grain.label()));
        for (double percent : new double[] {0.01, 0.1, 1, 10, 100}) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"60\" x2=\"400\" y1=\"%1$.0f\" y2=\"%1$.0f\" stroke=\"#ddd\"/>"
                            + "<text x=\"52\" y=\"%2$.0f\" text-anchor=\"end\">%3$s %%</text>%n",
                    y(percent),
                    y(percent) + 4,
                    percent >= 1 ? Math.round(percent) + "" : percent + ""));
        }
        for (int size : SIZES) {
            svg.append(String.format(
                    Locale.ROOT, "<text x=\"%.0f\" y=\"335\" text-anchor=\"middle\">%,d</text>%n", x(size), size));
        }
        int label = 60;
        for (Map.Entry<String, String> line : colours.entrySet()) {
            StringBuilder points = new StringBuilder();
            for (int size : SIZES) {
                double percent =
                        100 * measured.get(size).get(grain).get(line.getKey()).medianError();
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(size), y(percent)));
            }
            svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + line.getValue() + "\" points=\""
                    + points.toString().strip() + "\"/>\n<text x=\"412\" y=\"" + label + "\" fill=\""
                    + line.getValue() + "\">" + line.getKey() + "</text>\n");
            label += 22;
        }
        return svg.append("<text x=\"230\" y=\"352\" text-anchor=\"middle\">visitors a day</text>\n</svg>\n")
                .toString();
    }

    private static double x(int size) {
        return 60 + 340 * (Math.log10(size) - 2) / 2;
    }

    private static double y(double percent) {
        return 315 - 290 * (Math.log10(Math.clamp(percent, 0.01, 100)) + 2) / 4;
    }

    /**
     * A month: seven visitors in ten are new, the others return once, after one to seven days; three pages each on average, forty
     * pages by Zipf's law, and all else by simple shares.
     */
    private static String[] traffic(int visitors) {
        String columns = "received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site";
        String common = "(date '2026-06-01' + d), md5(id)::uuid, gen_random_uuid(), %d, 1, 140, 1,"
                + " case when r3 < 0.55 then 1 else 2 end, 'example.test'";
        return new String[] {
            "insert into registry.route select 'example.test', '/page-' || n from generate_series(1, 40) n",
            "insert into registry.goal values ('example.test', 'signup', 'click', 'signup')",
            "insert into registry.click values ('example.test', 'signup')",
            "select setseed(0.23)",
            """
            create unlogged table visitor as
            select d, case when n <= %1$d then 'v' || d || '.' || n
                    else 'v' || (d - 1 - (n - %1$d) %% 7) || '.' || (n - %1$d) end as id,
                case when n <= %1$d then 32767 else 1 + (n - %1$d) %% 7 end as gap,
                (date '2026-06-01' + d) + interval '20 hours' * random() as at,
                random() as r1, random() as r2, random() as r3, random() as r4, random() as r5
            from generate_series(0, 29) d, generate_series(1, %2$d) n
            """.formatted(visitors * 7 / 10, visitors),
            "insert into raw.event (" + columns + ", channel, gap_days, path, country, language, referrer_host)"
                    + " select (at + v * interval '1 minute' + case when v = 1 and r2 < 0.15 then interval '2 hours'"
                    + " else interval '0' end) at time zone 'UTC', " + common.formatted(1)
                    + ", case when r4 < 0.3 then 2 when r4 < 0.7 then 1 else 6 end, case when v = 0 then gap else 0"
                    + " end, '/page-' || floor(exp(random() * ln(41)))::int, case when r5 < 0.05 then 'BE' when r5 <"
                    + " 0.3 then 'DE' else 'FR' end, 'fr', case when r4 < 0.15 then 'www.google.com' end from visitor,"
                    + " generate_series(0, least(20, floor(-2.4 * ln(1 - r1)))::int) v",
            "insert into raw.event (" + columns + ", path, seconds) select (at + interval '50 seconds') at time zone"
                    + " 'UTC', " + common.formatted(3) + ", '/page-1', 1 + floor(-120 * ln(1 - r2))::int from visitor",
            "insert into raw.event (" + columns + ", path, click) select (at + interval '50 seconds') at time zone"
                    + " 'UTC', " + common.formatted(2)
                    + ", '/page-1', case when r5 < 0.02 then 'signup' else 'menu' end from visitor where r5 < 0.15",
            "drop table visitor",
            "analyze raw.event"
        };
    }
}
