package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.statistics.StatisticsDatabase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each alert rule of grafana/provisioning stays silent while all is well, and fires when it is not. */
class AlertRulesTest {
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    private static final Map<String, JsonObject> RULES = new HashMap<>();
    /** The rules for which one of the tests below has seen both states. */
    private static final Set<String> SEEN = new TreeSet<>();

    /** A trigger keeps published rows as they are; an owner may switch triggers off for a session. */
    private static final String ALLOWED = "set session_replication_role = replica";

    private static StatisticsDatabase statistics;
    private static Connection dashboards;

    @BeforeAll
    static void open() throws SQLException {
        Boards.objects(Boards.yaml(Boards.PROVISIONING.resolve("alerting").resolve("lethe.yaml")), "groups")
                .forEach(group ->
                        Boards.objects(group, "rules").forEach(rule -> RULES.put(rule.getString("uid"), rule)));
        statistics =
                new StatisticsDatabase(16, "Europe/Paris", LocalDate.now(PARIS).minusDays(1));
        dashboards = statistics
                .server()
                .connect(DutyRole.DASHBOARDS.name("lethe"), TestDatabase.passwordOf(DutyRole.DASHBOARDS.word()));
    }

    @AfterAll
    static void close() throws SQLException {
        dashboards.close();
        statistics.close();
        assertEquals(RULES.keySet(), SEEN, "rules without a test of both states");
    }

    @Test
    void retentionIsLateWithoutSuccessForThirtySixHoursAndWithADayThatShouldBeGone() throws SQLException {
        String rule = "lethe-retention-late";
        assertTrue(fires(rule), "never run");
        retentionSucceeded("37 hours");
        assertTrue(fires(rule));
        retentionSucceeded("35 hours");
        assertFalse(fires(rule));
        LocalDate today = LocalDate.now(PARIS);
        statistics.makeDay(today.minusMonths(25).plusDays(5));
        assertFalse(fires(rule));
        statistics.makeDay(today.minusMonths(25).minusDays(5));
        assertTrue(fires(rule));
        SEEN.add(rule);
    }

    @Test
    void publicationIsLateTwoHoursAfterAPeriodWasDue() throws SQLException {
        String rule = "lethe-publication-late";
        // Two hours after a day was due, whatever the time is now: the day before yesterday.
        statistics.addSite("late.test", "Europe/Paris", LocalDate.now(PARIS).minusDays(2));
        statistics.publish(StatisticsDatabase.NO_NOISE, Instant.now());
        assertFalse(fires(rule));
        statistics.server().execute(ALLOWED, "delete from stats.published where site = 'late.test'");
        assertTrue(fires(rule));
        statistics.server().execute("delete from registry.site where site = 'late.test'");
        assertFalse(fires(rule));
        SEEN.add(rule);
    }

    @Test
    void theConsentShareFallsByTenPointsThatNoiseDoesNotExplain() throws SQLException {
        String rule = "lethe-consent-falls";
        assertFalse(fires(rule), "no week is published");
        LocalDate monday = LocalDate.now(PARIS)
                .with(TemporalAdjusters.previousOrSame(java.time.DayOfWeek.MONDAY))
                .minusWeeks(1);
        for (int back = 1; back <= 4; back++) {
            choices(monday.minusWeeks(back), 700, 300);
        }
        assertFalse(fires(rule), "no earlier weeks to compare with, or the same");
        choices(monday, 650, 350);
        assertFalse(fires(rule), "5 points");
        choices(monday, 560, 440);
        assertTrue(fires(rule), "14 points of 1,000 choices");
        choices(monday, 6_300, 3_700);
        assertFalse(fires(rule), "7 points, as real as can be");
        // A share of 40 instead of 70 points, of so few choices that noise explains it.
        choices(monday, 40, 60);
        assertFalse(fires(rule), "30 points of 100 choices, within noise");
        SEEN.add(rule);
    }

    @Test
    void requestsAreDueWithinSevenDaysUnlessTheyWaitForTheVisitor() throws SQLException {
        String rule = "lethe-requests-due";
        assertFalse(fires(rule), "no request");
        statistics.server().execute("""
            insert into rights.request (request, site, kind, language, received)
            values ('2222-2222', 'example.test', 'access', 'en', current_date - 20)
            """);
        assertFalse(fires(rule), "due in 10 days");
        statistics.server().execute("update rights.request set received = current_date - 25");
        assertTrue(fires(rule), "due in 5 days");
        statistics.server().execute("update rights.request set received = current_date - 60");
        assertTrue(fires(rule), "overdue");
        statistics.server().execute("""
            update rights.request
            set received = current_date - 25
            """, """
            insert into rights.suspension (request, suspended)
            values ('2222-2222', current_date - 5)
            """);
        assertFalse(fires(rule), "the visitor is asked for more");
        statistics.server().execute("delete from rights.suspension", """
            update rights.request
            set status = 'completed', outcome = 'executed', closed = current_date
            """);
        assertFalse(fires(rule), "answered");
        SEEN.add(rule);
    }

    /** Prometheus' own tool evaluates the rules over invented series. */
    @Test
    void theRulesOfPrometheusFireAndStaySilent() throws IOException, InterruptedException {
        JsonArray tests = new JsonArray();
        prometheus(tests, "lethe-collector-away", "10m", 0.0, "up{job=\"lethe\"}", "0x20");
        prometheus(tests, "lethe-collector-away", "10m", 0.0, "up{job=\"another\"}", "1x20");
        prometheus(tests, "lethe-collector-away", "10m", null, "up{job=\"lethe\"}", "1x20");
        String stored = "lethe_beacons_total{outcome=\"stored\"}";
        // Values each minute: a day and half an hour of visits, then silence; visits all the time; a site that nobody
        // visits.
        prometheus(tests, "lethe-ingestion-stopped", "25h", 1.0, stored, "0+5x1460 7300x60");
        prometheus(tests, "lethe-ingestion-stopped", "25h", null, stored, "0+5x1520");
        prometheus(tests, "lethe-ingestion-stopped", "25h", null, stored, "7x1520");
        prometheus(tests, "lethe-waiting-rows", "10m", 10_001.0, "lethe_write_waiting_rows", "10001x20");
        prometheus(tests, "lethe-waiting-rows", "10m", null, "lethe_write_waiting_rows", "10000x20");
        Path file = Files.createTempFile(Path.of("target"), "alerts-", ".yml");
        Files.writeString(file, new JsonObject().put("tests", tests).encode());
        Process tool = new ProcessBuilder(Prometheus.program("promtool").toString(), "test", "rules", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, tool.waitFor(), said);
        SEEN.addAll(Set.of("lethe-collector-away", "lethe-ingestion-stopped", "lethe-waiting-rows"));
    }

    /** @param value what the rule's condition lets through, or null for nothing: no alert */
    private static void prometheus(JsonArray tests, String uid, String at, Double value, String series, String values) {
        JsonObject evaluator = evaluator(uid);
        String compared = evaluator.getString("type").equals("lt") ? "<" : ">";
        JsonArray expected = new JsonArray();
        if (value != null) {
            expected.add(new JsonObject().put("labels", "{}").put("value", value));
        }
        tests.add(new JsonObject()
                .put("interval", "1m")
                .put(
                        "input_series",
                        new JsonArray()
                                .add(new JsonObject().put("series", series).put("values", values)))
                .put(
                        "promql_expr_test",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put(
                                                "expr",
                                                "(" + model(uid).getString("expr") + ") " + compared + " "
                                                        + evaluator
                                                                .getJsonArray("params")
                                                                .getValue(0))
                                        .put("eval_time", at)
                                        .put("exp_samples", expected))));
    }

    private static void retentionSucceeded(String ago) {
        statistics
                .server()
                .execute("update registry.job set last_success = now() - interval '" + ago
                        + "' where job = 'retention'");
    }

    private static void choices(LocalDate week, long granted, long refused) {
        statistics
                .server()
                .execute(
                        ALLOWED,
                        "delete from stats.breakdown where dimension = 'consent' and period = '" + week + "'",
                        "insert into stats.published values ('example.test', 'week', '" + week + "', '" + week + "', '"
                                + week.plusWeeks(1)
                                + "', 'Europe/Paris', 'published', now(), 'balanced', '{}') on conflict do nothing",
                        "insert into stats.breakdown (site, grain, period, dimension, key, key2, noisy, sigma) values"
                                + " ('example.test', 'week', '" + week + "', 'consent', 'granted', '', " + granted
                                + ", 31.6), ('example.test', 'week', '" + week + "', 'consent', 'refused', '', "
                                + refused + ", 31.6)");
    }

    /** As Grafana judges it: an alert for each row whose number satisfies the threshold. */
    private static boolean fires(String uid) throws SQLException {
        JsonObject evaluator = evaluator(uid);
        assertEquals("gt", evaluator.getString("type"));
        double limit = evaluator.getJsonArray("params").getDouble(0);
        try (Statement statement = dashboards.createStatement();
                ResultSet rows = statement.executeQuery(model(uid).getString("rawSql"))) {
            int number = rows.getMetaData().getColumnCount();
            boolean fires = false;
            while (rows.next()) {
                fires |= rows.getDouble(number) > limit;
            }
            return fires;
        }
    }

    private static JsonObject model(String uid) {
        return Boards.objects(RULES.get(uid), "data").getFirst().getJsonObject("model");
    }

    private static JsonObject evaluator(String uid) {
        return Boards.objects(Boards.objects(RULES.get(uid), "data").getLast().getJsonObject("model"), "conditions")
                .getFirst()
                .getJsonObject("evaluator");
    }
}
