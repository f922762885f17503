package dev.lethe.bench;

import dev.lethe.statistics.StatisticsDatabase;
import dev.lethe.statistics.ViewQueries;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The views of published statistics, over 25 months of them. */
final class Views {
    private static final int BEST_OF = 3;

    private Views() {}

    static void measure(Workshop workshop, Findings findings) throws IOException {
        Pool dashboards = StatisticsDatabase.withHistory().dashboards();
        Map<String, Double> millis = ViewQueries.millis(dashboards, BEST_OF);
        dashboards.close().await();
        List<List<String>> rows = new ArrayList<>();
        millis.forEach((name, taken) -> rows.add(List.of(name, Findings.text("%.0f ms", Math.ceil(taken)))));
        workshop.say("%d questions", millis.size());
        findings.atMost(
                "The slowest view of 25 months of statistics",
                "%.0f ms",
                millis.values().stream().mapToDouble(each -> each).max().orElseThrow(),
                100);
        findings.table(
                "Views over 25 months",
                "One site, about 1,200 published rows a day, read as `lethe_dashboards`: planning and execution as"
                        + " `explain (analyze)` tells, the best of three. Not one of them reads a raw event.",
                List.of("Question", "Time"),
                rows);
    }
}
