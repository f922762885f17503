package dev.lethe.statistics;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import java.util.LinkedHashMap;
import java.util.Map;

/** What readers ask of the views, each question over as long a time as it is asked, on an invented history of 25 months. */
public final class ViewQueries {
    private ViewQueries() {}

    private static Map<String, String> all() {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("totals, visitors by day", totals("visitors", "day"));
        queries.put("totals, visits by day", totals("visits", "day"));
        queries.put("totals, bounce rate by day", totals("bounce_rate", "day"));
        queries.put("totals, pageviews by week", totals("pageviews", "week"));
        queries.put("totals, views per visit by month", totals("views_per_visit", "month"));
        queries.put("breakdowns, channels by day", breakdown("channel", "day", "2024-10-01"));
        queries.put("breakdowns, pages by day, 30 days", breakdown("page", "day", "2026-10-24"));
        queries.put("breakdowns, pages by week, 13 months", breakdown("page", "week", "2025-10-24"));
        queries.put("breakdowns, pages by month", breakdown("page", "month", "2024-10-01"));
        queries.put("breakdowns, landing pages by week, 13 months", breakdown("landing", "week", "2025-10-24"));
        queries.put("vitals, one metric", "select * from stats.vitals where site = 'example.test' and metric = 'LCP'");
        queries.put("vitals, everything", "select * from stats.vitals where site = 'example.test'");
        queries.put(
                "vitals_of, 25 months", "select * from stats.vitals_of('example.test', '2024-10-01', '2026-11-22')");
        queries.put("hour_of_week", "select * from stats.hour_of_week where site = 'example.test'");
        queries.put(
                "unique_visitors, 90 days",
                "select * from stats.unique_visitors('example.test', '2026-08-25', '2026-11-22')");
        queries.put(
                "unique_visitors, 400 days",
                "select * from stats.unique_visitors('example.test', '2025-10-19', '2026-11-22')");
        queries.put("compare, 28 days", "select * from stats.compare('example.test', '2026-10-26', '2026-11-22')");
        queries.put("compare, 12 months", "select * from stats.compare('example.test', '2025-11-23', '2026-11-22')");
        queries.put("operations", "select * from stats.operations");
        return queries;
    }

    /** Each question's best time of so many, in milliseconds. Fails when one reads anything but published tables. */
    public static Map<String, Double> millis(Pool dashboards, int bestOf) {
        Map<String, Double> millis = new LinkedHashMap<>();
        all().forEach((name, query) -> {
            for (int i = 0; i < bestOf; i++) {
                millis.merge(name, millis(dashboards, query), Math::min);
            }
        });
        return millis;
    }

    private static String totals(String measure, String grain) {
        return "select time, value, low, high from stats.totals where site = 'example.test' and grain = '" + grain
                + "' and measure = '" + measure + "' and time between '2024-10-01' and '2026-11-23' order by time";
    }

    private static String breakdown(String dimension, String grain, String from) {
        return "select key, sum(value), sqrt(sum(sigma * sigma)) from stats.breakdowns where site = 'example.test' and"
                + " grain = '"
                + grain + "' and dimension = '" + dimension + "' and time between '" + from
                + "' and '2026-11-23' group by key order by 2 desc limit 10";
    }

    /** Planning and execution, as PostgreSQL measures them; and that only published tables are read. */
    private static double millis(Pool dashboards, String query) {
        StringBuilder lines = new StringBuilder();
        for (Row row : dashboards.query("explain (analyze) " + query).execute().await()) {
            lines.append(row.getString(0)).append('\n');
        }
        String plan = lines.toString();
        if (plan.contains(" event_2")) {
            throw new IllegalStateException("reads raw events: " + plan);
        }
        return plan.lines()
                .filter(line -> line.startsWith("Planning Time: ") || line.startsWith("Execution Time: "))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9.]", "")))
                .sum();
    }
}
