package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.grafana.Boards.Board;
import dev.lethe.grafana.Boards.Panel;
import dev.lethe.grafana.Boards.Query;
import dev.lethe.grafana.Boards.Variable;
import dev.lethe.grafana.Macros.Range;
import dev.lethe.statistics.StatisticsDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Every question of the boards and alert rules, asked as its role on a real PostgreSQL with nothing published, one day, 13 months
 * (with {@code -Dlethe.full=true}) and 25 months, over 24 hours, 30 days and 13 months.
 */
class BoardQueriesTest {
    private static final LocalDate UNTIL = LocalDate.of(2026, 11, 22);
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    private static final Instant NOW =
            UNTIL.plusDays(1).atTime(15, 0).atZone(PARIS).toInstant();

    private static final Map<String, Range> RANGES = Map.of(
            "24 hours", new Range(NOW.minus(Duration.ofHours(24)), NOW),
            "30 days", new Range(NOW.minus(Duration.ofDays(30)), NOW),
            "13 months",
                    new Range(
                            UNTIL.minusMonths(13).atStartOfDay(PARIS).toInstant(),
                            UNTIL.plusDays(1).atStartOfDay(PARIS).toInstant().minusMillis(1)));

    private static final Set<Integer> NUMBERS =
            Set.of(Types.BIGINT, Types.DOUBLE, Types.NUMERIC, Types.INTEGER, Types.SMALLINT, Types.REAL);

    /** What the views of stats read by their owner's right; no question names it. */
    private static final Pattern READ_BY_VIEWS = Pattern.compile(
            "registry\\.(site|job|ledger)|rights\\.(request|suspension)|pg_catalog\\.(pg_inherits|pg_class|generate_series)");

    @Test
    void everyQuestionHasAnAnswerBeforeAnythingIsPublished() throws SQLException {
        try (StatisticsDatabase statistics = new StatisticsDatabase(11, "Europe/Paris", UNTIL)) {
            askEverything(statistics, false);
        }
    }

    @Test
    void everyQuestionHasAnAnswerAfterOneDay() throws SQLException {
        try (StatisticsDatabase statistics = new StatisticsDatabase(12, "Europe/Paris", UNTIL)) {
            for (int visitor = 0; visitor < 50; visitor++) {
                statistics.event(statistics.uuid(), UNTIL + "T10:00:00").store();
            }
            statistics.publish(StatisticsDatabase.NO_NOISE, NOW);
            askEverything(statistics, false);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lethe.full", matches = "true")
    void everyQuestionHasAnAnswerAfterThirteenMonths() throws SQLException, IOException {
        try (StatisticsDatabase statistics = new StatisticsDatabase(13, "Europe/Paris", UNTIL.minusMonths(13));
                InputStream script = StatisticsDatabase.class.getResourceAsStream("invented_history.sql")) {
            String history = new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
            statistics
                    .server()
                    .execute(
                            "set lethe.site = '" + StatisticsDatabase.SITE + "'",
                            "set lethe.until = '" + UNTIL + "'",
                            history.replace("interval '25 months'", "interval '13 months'"));
            askEverything(statistics, false);
        }
    }

    @Test
    void everyPanelShowsSomethingAfterTwentyFiveMonthsAndIsFast() throws SQLException, IOException {
        try (StatisticsDatabase statistics = new StatisticsDatabase(14, "Europe/Paris", UNTIL.minusMonths(25))) {
            statistics.inventHistory(UNTIL);
            Map<String, Double> millis = askEverything(statistics, true);
            report(millis);
            List<String> slow = millis.entrySet().stream()
                    .filter(taken -> taken.getValue() > 1000)
                    .map(Object::toString)
                    .toList();
            assertEquals(List.of(), slow);
        }
    }

    @Test
    void aHostileNameOfASiteStaysAName() throws SQLException {
        String hostile = "x' or '1'='1'; drop table stats.total; --";
        try (StatisticsDatabase statistics = new StatisticsDatabase(15, "Europe/Paris", UNTIL);
                Connection dashboards = reader(statistics, "lethe-dashboards")) {
            for (Board board : Boards.all()) {
                for (Panel panel : board.panels()) {
                    for (Query query : panel.queries()) {
                        if (query.source().equals("lethe-dashboards")) {
                            Map<String, String> variables = new HashMap<>();
                            board.variables().forEach(variable -> variables.put(variable.name(), hostile));
                            String sql = Macros.expand(
                                    query.text(), variables, Objects.requireNonNull(RANGES.get("30 days")));
                            try (Statement statement = dashboards.createStatement()) {
                                statement.execute(sql);
                                assertFalse(
                                        statement.getMoreResults() || statement.getUpdateCount() >= 0, query.where());
                            }
                        }
                    }
                }
            }
            statistics.rows("select count(*) from stats.total");
        }
    }

    /** @return milliseconds by board, question and range */
    private static Map<String, Double> askEverything(StatisticsDatabase statistics, boolean full) throws SQLException {
        Map<String, Double> millis = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        for (String length : List.of("24 hours", "30 days", "13 months")) {
            Range range = Objects.requireNonNull(RANGES.get(length));
            for (Board board : Boards.all()) {
                Map<String, String> variables = values(statistics, board, range);
                List<Query> queries = new ArrayList<>(board.annotations());
                board.panels().forEach(panel -> queries.addAll(panel.queries()));
                for (Query query : queries) {
                    if (query.isSql()) {
                        ask(statistics, board.uid(), query, variables, range, length, full, millis, faults);
                    }
                }
            }
        }
        for (Query query : Boards.alerts()) {
            if (query.isSql()) {
                Range hour = new Range(NOW.minus(Duration.ofHours(1)), NOW);
                ask(statistics, "alert", query, Map.of(), hour, "1 hour", full, millis, faults);
            }
        }
        assertEquals("", String.join("\n", faults));
        return millis;
    }

    private static void ask(
            StatisticsDatabase statistics,
            String board,
            Query query,
            Map<String, String> variables,
            Range range,
            String length,
            boolean full,
            Map<String, Double> millis,
            List<String> faults)
            throws SQLException {
        String where = board + ", " + query.where() + " (" + query.target().getString("refId") + "), " + length;
        String sql = Macros.expand(query.text(), variables, range);
        try (Connection connection = reader(statistics, query.source());
                Statement statement = connection.createStatement()) {
            int rows = fitting(statement, query, sql, where, faults);
            if (full && rows == 0 && mustShow(query, length)) {
                faults.add(where + ": no rows");
            }
            String plan = plan(statement, sql);
            Set<String> read = tables(plan);
            Pattern allowed = Pattern.compile(query.source().equals("lethe-live") ? "live\\..*" : "stats\\..*");
            read.removeIf(table -> allowed.matcher(table).matches()
                    || READ_BY_VIEWS.matcher(table).matches());
            if (!read.isEmpty()) {
                faults.add(where + " reads " + read);
            }
            if (full) {
                millis.put(where, Math.min(taken(plan), taken(plan(statement, sql))));
            }
        } catch (SQLException e) {
            faults.add(where + ": " + e.getMessage() + "\n" + sql);
        }
    }

    /** Nothing has to be wrong, lost or live in an invented history, and no week or month has to begin in a day. */
    private static boolean mustShow(Query query, String length) {
        // The invented hosts are nobody's, assistants' neither.
        return !query.source().equals("lethe-live")
                && !query.where().equals("AI assistants")
                && switch (query.kind()) {
                    case "annotation", "alert" -> false;
                    case "timeseries" -> length.equals("13 months");
                    default -> true;
                };
    }

    /** Whether the columns are what the panel draws; the number of rows. */
    private static int fitting(Statement statement, Query query, String sql, String where, List<String> faults)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            Map<String, Integer> types = new LinkedHashMap<>();
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                if (types.put(columns.getColumnLabel(column), columns.getColumnType(column)) != null) {
                    faults.add(where + ": two columns " + columns.getColumnLabel(column));
                }
            }
            boolean series = "time_series".equals(query.target().getString("format"));
            if (series != query.kind().equals("timeseries")) {
                faults.add(where + ": format " + query.target().getString("format"));
            }
            if (series) {
                types.forEach((name, type) -> {
                    boolean fits = name.equals("time")
                            ? type == Types.TIMESTAMP || type == Types.TIMESTAMP_WITH_TIMEZONE
                            : name.equals("metric") || NUMBERS.contains(type);
                    if (!fits) {
                        faults.add(where + ": column " + name);
                    }
                });
                if (!types.containsKey("time")) {
                    faults.add(where + ": no column time");
                }
            }
            int count = 0;
            Timestamp last = new Timestamp(0);
            Set<String> points = new HashSet<>();
            while (rows.next()) {
                count++;
                if (series) {
                    Timestamp time = rows.getTimestamp("time");
                    if (time.before(last)) {
                        faults.add(where + ": not ordered by time");
                    }
                    last = time;
                    if (!points.add(time + (types.containsKey("metric") ? rows.getString("metric") : ""))) {
                        faults.add(where + ": two points at " + time);
                    }
                }
            }
            if (count > 1 && Set.of("stat", "gauge").contains(query.kind())) {
                faults.add(where + ": " + count + " rows in one number");
            }
            return count;
        }
    }

    /** What the board's variables hold when it opens: the first answer of each. */
    private static Map<String, String> values(StatisticsDatabase statistics, Board board, Range range)
            throws SQLException {
        Map<String, String> values = new HashMap<>();
        for (Variable variable : board.variables()) {
            String sql = Macros.expand(variable.query(), values, range);
            try (Connection connection = reader(statistics, variable.source());
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                values.put(variable.name(), rows.next() ? rows.getString(1) : "");
            }
        }
        return values;
    }

    private static Connection reader(StatisticsDatabase statistics, String source) throws SQLException {
        DutyRole role = switch (source) {
            case "lethe-dashboards" -> DutyRole.DASHBOARDS;
            case "lethe-live" -> DutyRole.LIVE;
            default -> throw new IllegalArgumentException("no data source " + source);
        };
        return statistics.server().connect(role.name("lethe"), TestDatabase.passwordOf(role.word()));
    }

    private static String plan(Statement statement, String sql) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (ResultSet rows = statement.executeQuery("explain (analyze, verbose, timing off) " + sql)) {
            while (rows.next()) {
                plan.append(rows.getString(1)).append('\n');
            }
        }
        return plan.toString();
    }

    private static Set<String> tables(String plan) {
        Set<String> tables = new TreeSet<>();
        Matcher scan = Pattern.compile("(?:Scan|Scan Backward)(?: using \\S+)? on (\\w+\\.\\w+)")
                .matcher(plan);
        while (scan.find()) {
            tables.add(scan.group(1));
        }
        return tables;
    }

    /** Planning and execution, as PostgreSQL measures them. */
    private static double taken(String plan) {
        return plan.lines()
                .filter(line -> line.startsWith("Planning Time: ") || line.startsWith("Execution Time: "))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9.]", "")))
                .sum();
    }

    private static void report(Map<String, Double> millis) {
        double[] sorted =
                millis.values().stream().mapToDouble(each -> each).sorted().toArray();
        long within = millis.values().stream().filter(each -> each <= 100).count();
        System.out.printf(
                Locale.ROOT,
                "%d questions over 25 months: median %.0f ms, 95 %% under %.0f ms, slowest %.0f ms; %d within 100 ms%n",
                sorted.length,
                sorted[sorted.length / 2],
                sorted[sorted.length * 95 / 100],
                sorted[sorted.length - 1],
                within);
        assertTrue(sorted.length > 0);
        millis.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(12)
                .forEach(each -> System.out.printf(Locale.ROOT, "| %s | %.0f ms |%n", each.getKey(), each.getValue()));
    }
}
