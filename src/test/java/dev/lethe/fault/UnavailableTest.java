package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.TestDatabase;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a browser is told while Lethe cannot store: to come again, and never that something is stored. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnavailableTest {
    private TestClock clock;
    private TestLethe lethe;

    @BeforeAll
    void start() {
        clock = TestClock.at(Instant.parse("2026-06-30T12:00:00Z"));
        lethe = TestLethe.start(clock);
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void answers503WithRetryAfterWhileTheDatabaseIsSilentAndCountsOnceAfterwards() {
        try (FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port());
                TestLethe node = lethe.another("--database.url=" + through(proxy, lethe), "--limits.hold=1s")) {
            Visitor visitor = lethe.visitor().through(node);
            visitor.grant();
            assertStored(visitor.view("/before"));
            proxy.stall();
            String beacon = visitor.pageview("/during");
            assertUnavailable(visitor.beacon(beacon));
            assertUnavailable(visitor.beacon(beacon));
            // Whoever has not consented hears the same as ever: nothing needs the database for that.
            assertEquals(
                    Optional.of("dropped; reason=no_consent"),
                    Visitor.outcome(lethe.visitor().through(node).view("/")));
            proxy.resume();
            assertStored(awaitStored(visitor, beacon));
            assertEquals(1, lethe.count("select count(*) from raw.event where path = '/during'"));
        }
    }

    /** Silent, not broken: nothing is reset, so nothing but patience ends the wait. All at once, for it is the same wait. */
    @Test
    void answersEveryKindOfRequestInTimeWhileTheDatabaseIsSilent() throws Exception {
        try (FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port());
                TestLethe node = lethe.another("--database.url=" + through(proxy, lethe), "--limits.hold=1s");
                ExecutorService browsers = Executors.newVirtualThreadPerTaskExecutor()) {
            Visitor visitor = lethe.visitor().through(node);
            visitor.grant();
            assertStored(visitor.view("/before"));
            proxy.stall();
            // Two months on, whose key no node has made.
            clock.jumpTo(Instant.parse("2026-08-15T12:00:00Z"));
            Map<String, Callable<HttpResponse<String>>> asked = new LinkedHashMap<>();
            asked.put("first beacon of a month", () -> visitor.view("/august"));
            asked.put("grant", () -> lethe.visitor().through(node).grant());
            asked.put("refusal", () -> lethe.visitor().through(node).refuse());
            asked.put("withdrawal", visitor::refuse);
            asked.put("unknown site", () -> node.send("GET", "/api/consent?site=unknown.test", null));
            asked.put("beacon of an unknown site", () -> node.send("POST", "/api/beacon?site=unknown.test", "{}"));
            asked.put("page of an unknown site", () -> node.send("GET", "/privacy?site=unknown.test", null));
            asked.put(
                    "objection",
                    () -> lethe.visitor().through(node).form("/privacy/opt-out", "site=" + TestLethe.SITE));
            asked.put("withdrawal by form", () -> visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE));
            Map<String, java.util.concurrent.Future<HttpResponse<String>>> answers = new LinkedHashMap<>();
            long began = System.nanoTime();
            asked.forEach((what, request) -> answers.put(what, browsers.submit(request)));
            for (var answer : answers.entrySet()) {
                HttpResponse<String> received = answer.getValue().get(30, TimeUnit.SECONDS);
                assertEquals(503, received.statusCode(), answer.getKey() + " " + received.body());
                assertUnavailable(received);
            }
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            System.out.println(
                    "Silent database: " + answers.size() + " kinds of request, all 503 within " + took + " ms");
            assertTrue(took < 12_000, "took " + took + " ms");
            // Late answers change nothing for those who were told to come again, and the pools are usable.
            proxy.resume();
            assertEquals(200, lethe.visitor().through(node).grant().statusCode());
            assertEquals(
                    404,
                    node.send("GET", "/api/consent?site=unknown.test", null).statusCode());
        }
    }

    /** The retry of a beacon whose commit nobody knows: the tracker tries until it is told. */
    private static HttpResponse<String> awaitStored(Visitor visitor, String beacon) {
        HttpResponse<String> answer = visitor.beacon(beacon);
        for (int tries = 0; tries < 10 && answer.statusCode() == 503; tries++) {
            answer = visitor.beacon(beacon);
        }
        return answer;
    }

    @Test
    void answers503WhenTooManyRowsWait() throws Exception {
        try (FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port());
                TestLethe node = lethe.another("--database.url=" + through(proxy, lethe), "--limits.waiting-rows=100");
                ExecutorService browsers = Executors.newVirtualThreadPerTaskExecutor()) {
            Visitor visitor = lethe.visitor().through(node);
            visitor.grant();
            assertStored(visitor.view("/before"));
            long before = lethe.count("select count(*) from raw.event");
            proxy.stall();
            List<java.util.concurrent.Future<HttpResponse<String>>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                String fifty = fifty(visitor);
                waiting.add(browsers.submit(() -> visitor.beacon(fifty)));
            }
            awaitWaiting(node, 100);
            assertUnavailable(visitor.view("/too-many"));
            proxy.resume();
            for (var answer : waiting) {
                assertStored(answer.get());
            }
            assertStored(visitor.view("/after"));
            assertEquals(before + 101, lethe.count("select count(*) from raw.event"));
        }
    }

    private static String fifty(Visitor visitor) {
        List<String> beacons = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            beacons.add(visitor.pageview("/"));
        }
        return "[" + String.join(",", beacons) + "]";
    }

    private static void awaitWaiting(TestLethe node, int rows) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        String line = "lethe_write_waiting_rows " + rows + ".0";
        while (!node.sendAdmin("GET", "/metrics", null).body().contains(line)) {
            assertTrue(System.nanoTime() < deadline, "never " + line);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static String through(FaultProxy proxy, TestLethe lethe) {
        TestDatabase server = lethe.database();
        return server.url().reveal().replace(":" + server.port() + "/", ":" + proxy.port() + "/");
    }

    private static void assertStored(HttpResponse<String> answer) {
        assertEquals(Optional.of("stored"), Visitor.outcome(answer), answer::body);
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        assertEquals(503, answer.statusCode());
        assertTrue(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()) >= 1);
        assertEquals(Optional.of("application/problem+json"), answer.headers().firstValue("Content-Type"));
        assertEquals(Optional.empty(), Visitor.outcome(answer));
    }
}
