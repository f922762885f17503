package dev.lethe.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may speak to the collector, by origin and fetch metadata, for each of its doors. */
class CrossOriginTest {
    private static final String SITE = TestLethe.ORIGIN;
    private static final String OWN = "own";
    private static final String NONE = "";

    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.start(TestClock.now());
        lethe.addSite("other.test", "UTC", false, "https://other.test");
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    private record Row(String origin, String fetchSite, boolean passes) {}

    /** The rule of interfaces.md: the origin decides; without one the browser's word on the site; without both it is no browser's. */
    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String fetchSite : List.of(NONE, "same-origin", "same-site", "cross-site", "none")) {
            boolean near = fetchSite.equals("same-origin") || fetchSite.equals("same-site");
            rows.add(new Row(SITE, fetchSite, true));
            rows.add(new Row(OWN, fetchSite, true));
            rows.add(new Row(NONE, fetchSite, near || fetchSite.equals(NONE)));
            rows.add(new Row("null", fetchSite, near));
            for (String foreign : List.of(
                    "https://evil.test",
                    "https://other.test",
                    "http://www.example.test",
                    "https://www.example.test:8443",
                    "https://www.example.test.evil.test",
                    "https://example.test",
                    "https://WWW.EXAMPLE.TEST",
                    "https://www.example.test/",
                    "https://www.example.test, https://evil.test",
                    "NULL",
                    "about:blank")) {
                rows.add(new Row(foreign, fetchSite, false));
            }
        }
        return rows;
    }

    private static String[] headers(Row row, String... more) {
        List<String> headers = new ArrayList<>(List.of(more));
        if (!row.origin().isEmpty()) {
            headers.addAll(List.of(
                    "Origin", row.origin().equals(OWN) ? lethe.publicUrl().toString() : row.origin()));
        }
        if (!row.fetchSite().isEmpty()) {
            headers.addAll(List.of("Sec-Fetch-Site", row.fetchSite()));
        }
        return headers.toArray(String[]::new);
    }

    @Test
    void aChoiceIsTakenFromTheSitesAndTheCollectorsPagesOnly() {
        String body =
                "{\"site\":\"%s\",\"choice\":\"refused\",\"notice\":1,\"method\":\"banner\"}".formatted(TestLethe.SITE);
        for (Row row : rows()) {
            HttpResponse<String> answer =
                    lethe.send("POST", "/api/consent", body, headers(row, "Content-Type", "application/json"));
            assertEquals(row.passes() ? 200 : 403, answer.statusCode(), row::toString);
            assertEquals(row.passes(), answer.headers().firstValue("set-cookie").isPresent(), row::toString);
        }
    }

    @Test
    void thePrivacyPageTakesNothingFromElsewhere() {
        for (String action : List.of("withdraw", "opt-out")) {
            for (Row row : rows()) {
                HttpResponse<String> answer = lethe.send(
                        "POST",
                        "/privacy/" + action,
                        "site=" + TestLethe.SITE,
                        headers(row, "Content-Type", "application/x-www-form-urlencoded"));
                assertEquals(row.passes() ? 303 : 403, answer.statusCode(), row::toString);
                assertEquals(
                        row.passes(), answer.headers().firstValue("set-cookie").isPresent(), row::toString);
                assertEquals(Optional.empty(), answer.headers().firstValue("access-control-allow-origin"));
            }
        }
    }

    @Test
    void aForeignBeaconIsDroppedAndNotRefused() {
        for (Row row : rows()) {
            HttpResponse<String> answer = lethe.send(
                    "POST", "/api/beacon?site=" + TestLethe.SITE, "{}", headers(row, "Content-Type", "text/plain"));
            assertEquals(204, answer.statusCode(), row::toString);
            assertEquals(
                    Optional.of("dropped; reason=" + (row.passes() ? "no_consent" : "foreign_origin")),
                    Visitor.outcome(answer),
                    row::toString);
        }
    }

    /** Even the collector's own pages read it; a page that may not speak for the site learns nothing of its visitors' choices. */
    @Test
    void aChoiceIsToldToTheSitesPagesOnly() {
        for (Row row : rows()) {
            HttpResponse<String> answer = lethe.send("GET", "/api/consent?site=" + TestLethe.SITE, null, headers(row));
            assertEquals(row.passes() ? 200 : 403, answer.statusCode(), row::toString);
        }
    }

    @Test
    void nothingUnderApiIsForNavigation() {
        String[] navigating = {"Origin", SITE, "Sec-Fetch-Mode", "navigate", "Content-Type", "text/plain"};
        assertEquals(
                403,
                lethe.send("GET", "/api/consent?site=" + TestLethe.SITE, null, navigating)
                        .statusCode());
        assertEquals(
                403,
                lethe.send(
                                "POST",
                                "/api/consent",
                                "{\"site\":\"%s\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}"
                                        .formatted(TestLethe.SITE),
                                navigating)
                        .statusCode());
        assertEquals(
                Optional.of("dropped; reason=foreign_origin"),
                Visitor.outcome(lethe.send("POST", "/api/beacon?site=" + TestLethe.SITE, "{}", navigating)));
    }

    @Test
    void onlyTheExactOriginIsEchoed() {
        for (Row row : rows()) {
            boolean exposed = row.origin().equals(SITE);
            for (HttpResponse<String> answer : List.of(
                    lethe.send("GET", "/api/consent?site=" + TestLethe.SITE, null, headers(row)),
                    lethe.send("POST", "/api/beacon?site=" + TestLethe.SITE, "{}", headers(row)))) {
                var headers = answer.headers();
                assertEquals(
                        exposed ? Optional.of(SITE) : Optional.empty(),
                        headers.firstValue("access-control-allow-origin"),
                        row::toString);
                assertEquals(
                        exposed ? Optional.of("true") : Optional.empty(),
                        headers.firstValue("access-control-allow-credentials"),
                        row::toString);
                assertEquals(
                        exposed,
                        headers.firstValue("access-control-expose-headers")
                                .orElse("")
                                .contains("Lethe-Outcome"),
                        row::toString);
                assertTrue(headers.allValues("vary").toString().toLowerCase().contains("origin"), row::toString);
            }
        }
    }

    @Test
    void preflightPermitsWhatIsThereAndNothingElse() {
        record Door(String path, String methods) {}
        for (Door door : List.of(new Door("/api/beacon", "POST"), new Door("/api/consent", "GET, POST"))) {
            HttpResponse<String> answer =
                    lethe.send("OPTIONS", door.path(), null, "Origin", SITE, "Access-Control-Request-Method", "POST");
            assertEquals(204, answer.statusCode());
            var headers = answer.headers();
            assertEquals(Optional.of(SITE), headers.firstValue("access-control-allow-origin"));
            assertEquals(Optional.of("true"), headers.firstValue("access-control-allow-credentials"));
            assertEquals(Optional.of(door.methods()), headers.firstValue("access-control-allow-methods"));
            assertEquals(Optional.of("Content-Type"), headers.firstValue("access-control-allow-headers"));
            assertEquals(Optional.of("7200"), headers.firstValue("access-control-max-age"));
            for (String origin : List.of("https://evil.test", "null")) {
                HttpResponse<String> refused = lethe.send("OPTIONS", door.path(), null, "Origin", origin);
                assertEquals(204, refused.statusCode());
                assertEquals(Optional.empty(), refused.headers().firstValue("access-control-allow-origin"));
                assertEquals(Optional.empty(), refused.headers().firstValue("access-control-allow-methods"));
            }
        }
    }
}
