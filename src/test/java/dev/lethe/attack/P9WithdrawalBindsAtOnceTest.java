package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P9: after a withdrawal no row is left and none comes, whatever was in flight, from any tab, on either of two nodes. */
class P9WithdrawalBindsAtOnceTest {
    /** Noon: near midnight the writer takes another way. */
    private static final Instant NOON = Instant.parse("2026-05-20T12:00:00Z");

    private static final String PARTITION = "raw.event_20260520";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static TestClock clock;
    private static TestLethe one;
    private static TestLethe two;
    private static final Wire WIRE = new Wire();

    @BeforeAll
    static void startTwoNodes() {
        clock = TestClock.at(NOON);
        one = TestLethe.start(clock);
        two = one.another();
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
    }

    /** What one test leaves is its own failure, not the next one's. */
    @BeforeEach
    void startWithoutRows() {
        one.database().execute("delete from raw.event");
    }

    /** The three ways out, as a page or the visitor's own page takes them. */
    private enum WayOut {
        REFUSAL(
                "/api/consent",
                "application/json",
                "{\"site\":\"%s\",\"choice\":\"refused\",\"notice\":1,\"method\":\"banner\"}"),
        WITHDRAWAL("/privacy/withdraw", "application/x-www-form-urlencoded", "site=%s"),
        OBJECTION("/privacy/opt-out", "application/x-www-form-urlencoded", "site=%s");

        private final String path;
        private final String contentType;
        private final String body;

        WayOut(String path, String contentType, String body) {
            this.path = path;
            this.contentType = contentType;
            this.body = body.formatted(TestLethe.SITE);
        }
    }

    /** All tabs of one browser: the same cookies, taken before the withdrawal and never updated. */
    private static Map<String, String> tabs(Visitor visitor) {
        Map<String, String> headers = new HashMap<>(
                Map.of("Origin", TestLethe.ORIGIN, "User-Agent", TestLethe.AGENT, "Content-Type", "text/plain"));
        headers.put("Cookie", Wire.cookieHeader(visitor.cookies()));
        return headers;
    }

    private static Visitor consenting() {
        Visitor visitor = one.visitor();
        assertEquals(200, visitor.grant().statusCode());
        return visitor;
    }

    private static CompletableFuture<HttpResponse<String>> beacon(
            TestLethe node, Visitor visitor, Map<String, String> tab) {
        byte[] body = visitor.pageview("/p9").getBytes(StandardCharsets.UTF_8);
        return WIRE.beacon(node, "?site=" + TestLethe.SITE, body, tab);
    }

    private static CompletableFuture<HttpResponse<String>> leave(
            TestLethe node, WayOut way, Map<String, String> tab, String more) {
        Map<String, String> headers = new HashMap<>(tab);
        headers.put("Content-Type", way.contentType);
        String body =
                way == WayOut.REFUSAL && !more.isEmpty() ? way.body.replace("}", ",\"erase\":false}") : way.body + more;
        return WIRE.post(node, way.path, BodyPublishers.ofString(body), headers);
    }

    private static long rows() {
        return one.count("select count(*) from raw.event");
    }

    @Test
    void beaconsInFlightOnBothNodesLeaveNoRow() {
        int rounds = Wire.tries(60);
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            WayOut way = WayOut.values()[round % 3];
            Visitor visitor = consenting();
            assertEquals("stored", Wire.outcome(visitor.view("/before")));
            Map<String, String> tab = tabs(visitor);
            List<CompletableFuture<HttpResponse<String>>> inFlight = new ArrayList<>();
            CompletableFuture<HttpResponse<String>> left = null;
            for (int i = 0; i < 120; i++) {
                inFlight.add(beacon(i % 2 == 0 ? one : two, visitor, tab));
                if (i == 60) {
                    left = leave(round % 2 == 0 ? one : two, way, tab, "");
                }
            }
            // Until it is answered: some of these come between its tag and its answer.
            for (int i = 0; !left.isDone() && i < 2_000; i++) {
                CompletableFuture<HttpResponse<String>> late = beacon(i % 2 == 0 ? one : two, visitor, tab);
                late.join();
                inFlight.add(late);
            }
            int status = left.join().statusCode();
            assertTrue(status == 200 || status == 303, "the withdrawal was answered " + status);
            // The very next beacon, on either node: neither waits for the other's memory.
            for (TestLethe node : List.of(one, two)) {
                assertEquals(
                        "dropped; reason=opted_out",
                        Wire.outcome(beacon(node, visitor, tab).join()));
            }
            inFlight.forEach(answer -> outcomes.merge(Wire.outcome(answer.join()), 1, Integer::sum));
            assertEquals(0, rows(), "after " + way);
        }
        System.out.printf("P9: %d rounds of 60, two nodes, 120 beacons and more each: %s%n", rounds, outcomes);
        assertTrue(outcomes.containsKey("stored"), "some are to be stored before the withdrawal");
        assertTrue(outcomes.containsKey("dropped; reason=opted_out"), "some are to come after it");
    }

    /** The insert has looked for a tag before there was one, and waits for something else when the withdrawal comes. */
    @Test
    void anInsertHeldBeforeItsFirstRowLeavesNone() throws SQLException {
        Visitor visitor = consenting();
        assertEquals("stored", Wire.outcome(visitor.view("/before")));
        Map<String, String> tab = tabs(visitor);
        long tagsBefore = one.count("select count(*) from rights.tag");
        CompletableFuture<HttpResponse<String>> held;
        CompletableFuture<HttpResponse<String>> left;
        try (Connection connection = one.database().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Inserts take this lock when they have found the partition, after they have looked for tags.
            statement.execute("lock table " + PARTITION + " in share mode");
            held = beacon(two, visitor, tab);
            Wire.until("the insert waits", PATIENCE, () -> waiting("relation") == 1);
            left = leave(one, WayOut.WITHDRAWAL, tab, "");
            Wire.until(
                    "the tag is committed", PATIENCE, () -> one.count("select count(*) from rights.tag") > tagsBefore);
            Wire.until("the withdrawal waits for it", PATIENCE, () -> waiting("relation") == 2 || awaited() > 0);
            connection.rollback();
        }
        assertEquals(303, left.join().statusCode());
        String outcome = Wire.outcome(held.join());
        System.out.printf("P9: an insert held before its first row was answered %s%n", outcome);
        assertEquals(0, rows());
    }

    /** The insert has its row half in, and waits longer than any withdrawal does: the second deletion takes it. */
    @Test
    void anInsertHeldForLongerThanTheWithdrawalWaitsLeavesNone() throws SQLException {
        try (TestLethe three = one.another()) {
            Visitor visitor = consenting();
            assertEquals("stored", Wire.outcome(visitor.view("/before")));
            Map<String, String> tab = tabs(visitor);
            String id = TestLethe.id(new Random());
            CompletableFuture<HttpResponse<String>> held;
            try (Connection connection = one.database().connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                // Somebody else's row with the same key, not yet committed: the insert waits to learn what becomes of
                // it.
                statement.execute("""
                    insert into raw.event (received_at, day, pseudonym, beacon_id, type, site, path,
                      browser, browser_major, system, device)
                    select received_at, day, pseudonym, '%s', type, site, path, browser, browser_major, system, device
                    from raw.event
                    """.formatted(uuid(id)));
                byte[] body = visitor.pageview("/held")
                        .replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"" + id + "\"")
                        .getBytes(StandardCharsets.UTF_8);
                held = WIRE.beacon(two, "?site=" + TestLethe.SITE, body, tab);
                Wire.until("the insert waits", PATIENCE, () -> waiting("transactionid") == 1);
                assertEquals(303, leave(three, WayOut.OBJECTION, tab, "").join().statusCode());
                assertFalse(held.isDone(), "the withdrawal gave up waiting first");
                assertEquals(0, rows());
                connection.rollback();
            }
            assertEquals("stored", Wire.outcome(held.join()), "it had looked before there was a tag");
            assertEquals(1, rows(), "so without the second deletion its row would stay");
        }
        // A node that stops does its second deletions at once; one that runs, fifteen seconds after the first.
        assertEquals(0, rows());
    }

    private static long waiting(String lockType) {
        return one.count("select count(*) from pg_locks where not granted and locktype = '" + lockType + "'"
                + " and pid in (select pid from pg_stat_activity where datname = current_database())");
    }

    /** Withdrawals that look whether the inserts under way have ended. */
    private static long awaited() {
        return one.count("select count(*) from pg_stat_activity where datname = current_database()"
                + " and query like '%virtualtransaction = any (%' and pid <> pg_backend_pid()");
    }

    private static UUID uuid(String id) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id));
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    @Test
    void nobodyElsesRowsGo() {
        Visitor leaving = consenting();
        Visitor staying = consenting();
        assertEquals("stored", Wire.outcome(leaving.view("/goes")));
        assertEquals("stored", Wire.outcome(staying.view("/stays")));
        assertEquals(200, leaving.refuse().statusCode());
        assertEquals(List.of("/stays"), one.rows("select path from raw.event"));
    }

    /** The control: who keeps her data keeps them, so it is the erasure that removes rows and nothing else. */
    @Test
    void controlWithoutErasureTheRowsStay() {
        for (WayOut way : WayOut.values()) {
            Visitor visitor = consenting();
            assertEquals("stored", Wire.outcome(visitor.view("/kept")));
            Map<String, String> tab = tabs(visitor);
            leave(two, way, tab, "&erase=false").join();
            assertEquals(List.of("/kept"), one.rows("select path from raw.event"), way::toString);
            for (TestLethe node : List.of(one, two)) {
                assertEquals(
                        "dropped; reason=opted_out",
                        Wire.outcome(beacon(node, visitor, tab).join()),
                        way::toString);
            }
            assertEquals(1, rows(), way::toString);
            startWithoutRows();
        }
    }
}
