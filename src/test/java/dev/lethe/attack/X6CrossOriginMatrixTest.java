package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X6: every origin with every method, every {@code Sec-Fetch} and every state of the cookies, at every address that changes something.
 * A stranger's page changes nothing and reads nothing.
 */
@Timeout(120)
class X6CrossOriginMatrixTest {
    private static final String NONE = "";
    private static final List<String> SITES = List.of(NONE, "same-origin", "same-site", "cross-site", "none");
    private static final List<String> METHODS = List.of("POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");
    private static final List<String> PATHS =
            List.of("/api/beacon?site=" + TestLethe.SITE, "/api/consent", "/privacy/opt-out", "/privacy/withdraw");

    /** What the browser holds. */
    private enum Cookies {
        NOTHING,
        CONSENT,
        REFUSAL
    }

    private record Case(String origin, String fetchSite, Cookies cookies, Visitor browser) {}

    @Test
    void aStrangersPageChangesNothingAndReadsNothing() throws Exception {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--demo=false")) {
            String own = lethe.publicUrl().toString();
            List<String> origins = List.of(
                    NONE,
                    TestLethe.ORIGIN,
                    own,
                    "null",
                    "https://stranger.test",
                    "http://www.example.test",
                    "https://www.example.test:444",
                    "https://www.example.test.stranger.test",
                    "https://strangerwww.example.test",
                    "https://WWW.EXAMPLE.TEST",
                    TestLethe.ORIGIN + "/",
                    TestLethe.ORIGIN + " https://stranger.test");
            List<Case> cases = new ArrayList<>();
            for (String origin : origins) {
                for (String fetchSite : SITES) {
                    for (Cookies cookies : Cookies.values()) {
                        cases.add(new Case(origin, fetchSite, cookies, browser(lethe, cookies)));
                    }
                }
            }
            Map<String, Integer> outcomes = new ConcurrentHashMap<>();
            String state = state(lethe);
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                for (Future<?> sent : cases.stream()
                        .map(each -> threads.submit(() -> sendAll(each, own, outcomes)))
                        .toList()) {
                    sent.get();
                }
            }
            assertEquals(state, state(lethe), "something was stored");
            System.out.println("X6: "
                    + outcomes.values().stream().mapToInt(Integer::intValue).sum() + " requests: "
                    + new TreeMap<>(outcomes));
            control(lethe);
        }
    }

    private static void sendAll(Case each, String own, Map<String, Integer> outcomes) {
        Visitor browser = each.browser();
        browser.header("Origin", each.origin().isEmpty() ? null : each.origin());
        browser.header("Sec-Fetch-Site", each.fetchSite().isEmpty() ? null : each.fetchSite());
        boolean foreign = isForeign(each.origin(), each.fetchSite(), own);
        for (String method : METHODS) {
            for (String path : PATHS) {
                boolean proved = method.equals("POST") && !foreign;
                boolean alike =
                        !method.equals("POST") && !Set.of(NONE, "cross-site").contains(each.fetchSite());
                if (proved || alike) {
                    // What pages of the site may do would change the cookies; X6's control does it.
                    continue;
                }
                Map<String, String> before = Map.copyOf(browser.cookies());
                HttpResponse<String> answer = send(browser, method, path);
                String where = String.join(
                        " ",
                        method,
                        path,
                        "Origin=" + each.origin(),
                        each.fetchSite(),
                        each.cookies().name(),
                        "-> " + answer.statusCode());
                assertEquals(before, browser.cookies(), where);
                readableOnlyBySite(answer, each.origin(), path, where);
                if (method.equals("POST")) {
                    assertEquals(
                            path.startsWith("/api/beacon") ? "dropped; reason=foreign_origin" : "403",
                            Wire.outcome(answer),
                            where);
                }
                if (Set.of("PUT", "DELETE", "TRACE").contains(method)) {
                    assertEquals(405, answer.statusCode(), where);
                }
                outcomes.merge(method + " " + answer.statusCode(), 1, Integer::sum);
            }
        }
    }

    /** The rule as the interface states it, written a second time. */
    private static boolean isForeign(String origin, String fetchSite, String own) {
        return switch (origin) {
            case NONE -> !Set.of(NONE, "same-origin", "same-site").contains(fetchSite);
            case "null" -> !Set.of("same-origin", "same-site").contains(fetchSite);
            default -> !origin.equals(TestLethe.ORIGIN) && !origin.equals(own);
        };
    }

    private static Visitor browser(TestLethe lethe, Cookies cookies) {
        Visitor browser = lethe.visitor();
        switch (cookies) {
            case NOTHING -> {}
            case CONSENT -> assertEquals(200, browser.grant().statusCode());
            case REFUSAL -> assertEquals(200, browser.refuse().statusCode());
        }
        return browser;
    }

    private static HttpResponse<String> send(Visitor browser, String method, String path) {
        String body = path.startsWith("/api/beacon")
                ? browser.pageview("/x")
                : path.startsWith("/api")
                        ? "{\"site\":\"%s\",\"choice\":\"refused\",\"notice\":1,\"method\":\"banner\"}"
                                .formatted(TestLethe.SITE)
                        : "site=" + TestLethe.SITE;
        String type = path.startsWith("/api") ? "text/plain" : "application/x-www-form-urlencoded";
        return browser.send(method, path, method.equals("POST") || method.equals("PUT") ? body : null, type);
    }

    private static void readableOnlyBySite(HttpResponse<String> answer, String origin, String path, String where) {
        String allowed =
                answer.headers().firstValue("Access-Control-Allow-Origin").orElse(NONE);
        boolean mayBe = path.startsWith("/api/") && origin.equals(TestLethe.ORIGIN);
        assertTrue(allowed.equals(NONE) || (mayBe && allowed.equals(origin)), where + " allows " + allowed);
    }

    private static String state(TestLethe lethe) {
        return lethe.text(
                "select (select count(*) from raw.event) || ' ' || (select count(*) from consent.receipt) || ' '"
                        + " || (select count(*) from rights.tag)");
    }

    /** The control: the same requests from the site's own page do change something. */
    private static void control(TestLethe lethe) {
        for (String path : PATHS) {
            Visitor browser = browser(lethe, Cookies.CONSENT);
            String state = state(lethe);
            HttpResponse<String> answer = send(browser, "POST", path);
            assertTrue(answer.statusCode() < 400, path + " " + answer.statusCode());
            assertTrue(!state.equals(state(lethe)), path);
        }
    }
}
