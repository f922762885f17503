package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.journey.CapturedLogs;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * X5, X7 and X8: text that breaks encodings, statements and log lines, in every field of every request. No answer is a 5xx, the database
 * never sees an error, nothing is executed, and nothing of it is logged.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class X5StrangeTextTest {
    private static final String MARK = "zz9mark";

    private static final Map<String, String> TEXTS = new LinkedHashMap<>();

    static {
        // X5: encodings.
        TEXTS.put("zero character", MARK + "\0" + MARK);
        TEXTS.put("lone high surrogate", MARK + "\ud800" + MARK);
        TEXTS.put("lone low surrogate", "\udc00" + MARK);
        TEXTS.put("surrogates swapped", MARK + "\udc00\ud800");
        TEXTS.put("right to left", MARK + "\u202e\u2066gpj.exe\u2069");
        TEXTS.put("byte order mark and no character", "\ufeff\uffff" + MARK);
        TEXTS.put("overlong slash", MARK + "%c0%af..%c0%ae%e0%80%af");
        TEXTS.put("overlong zero", MARK + "%c0%80%00%2500");
        TEXTS.put("half an emoji", MARK + "%f0%9f%98");
        TEXTS.put("a thousand accents", MARK + "e" + "\u0301".repeat(1_000));
        TEXTS.put("grows eighteenfold", MARK + "\ufdfa".repeat(200));
        // X7: statements.
        TEXTS.put("ends a statement", MARK + "'; drop table raw.event; --");
        TEXTS.put("always true", MARK + "' or '1'='1");
        TEXTS.put("waits", MARK + "'||pg_sleep(5)||'");
        TEXTS.put("joins", MARK + "') union select rolpassword from pg_authid --");
        TEXTS.put("placeholder and array", "$1," + MARK + "}',\"{,NULL,\\\"");
        TEXTS.put("dollar quotes", "$$;" + MARK + ";$$ \\'; select 1/0 --");
        // X8: log lines.
        TEXTS.put("a line of its own", MARK + "\r\n2026-01-01T00:00:00.000Z INFO  Collector: " + MARK);
        TEXTS.put("terminal", "\u001b[2J\u001b]0;" + MARK + "\u0007");
        TEXTS.put("look-up", "${jndi:ldap://127.0.0.1/" + MARK + "} ${env:PATH} %X{" + MARK + "} {}");
        TEXTS.put("line separators", MARK + "\u2028\u2029\u0085\u000b\u000c");
    }

    private final long seed = System.nanoTime();
    private TestLethe lethe;
    private CapturedLogs logs;

    @BeforeAll
    void start() {
        System.out.println("X5: seed " + seed);
        lethe = TestLethe.start(TestClock.now());
        logs = new CapturedLogs();
    }

    @AfterAll
    void stop() {
        logs.close();
        lethe.close();
    }

    @Test
    void breaksNothingAnywhere() throws SQLException {
        try (TestLethe own = TestLethe.start(TestClock.now())) {
            breaksNothingIn(own);
        }
    }

    private void breaksNothingIn(TestLethe own) throws SQLException {
        Hostile hostile = new Hostile(own, new Random(seed));
        String schema = schema(own);
        Map<Integer, Integer> statuses = new java.util.TreeMap<>();
        long[] slowestNanos = {0};
        TEXTS.forEach((name, text) -> {
            Visitor visitor = hostile.consenting();
            long[] last = {System.nanoTime()};
            hostile.everywhere(visitor, text, (place, answer) -> {
                String where = name + ", " + place + ": " + answer.statusCode() + " " + answer.body();
                slowestNanos[0] = Math.max(slowestNanos[0], System.nanoTime() - last[0]);
                statuses.merge(answer.statusCode(), 1, Integer::sum);
                assertTrue(answer.statusCode() < 500, where);
                assertFalse(answer.body().contains("unstorable"), where);
                // The visitor's page lists her own events, whose paths are hers.
                boolean isHerOwn = place.startsWith("/privacy");
                assertFalse(!isHerOwn && answer.body().contains(MARK), "echoes: " + where);
                assertFalse(answer.body().contains("<" + MARK), "runs: " + where);
                last[0] = System.nanoTime();
            });
        });
        System.out.printf(
                "X5: %d texts, answers %s, slowest %d ms%n", TEXTS.size(), statuses, slowestNanos[0] / 1_000_000);
        assertTrue(slowestNanos[0] < 3_000_000_000L, "something waited");
        assertEquals(schema, schema(own));
        assertEquals(0, own.count("select count(*) from raw.event_named e where e::text ~ '[\\x01-\\x1f\\x7f]'"));
        assertTrue(own.count("select count(*) from raw.event") > 0, "some of it was stored as an ordinary page");

        // A connection counts what it rolled back when it ends.
        own.collector().close();
        long rolledBack = rolledBack(own);
        assertEquals(0, rolledBack, "the database saw an error");
        // The control: one failing statement of the collector's role moves the counter.
        try (Connection collector =
                        own.database().connect(DutyRole.COLLECTOR.name("lethe"), TestDatabase.passwordOf("collector"));
                Statement statement = collector.createStatement()) {
            assertThrows(SQLException.class, () -> statement.execute("select '\\x00' || chr(0)"));
        }
        assertEquals(rolledBack + 1, rolledBack(own));
    }

    /** Bytes that are no UTF-8 can only be sent raw. */
    @Test
    void refusesBytesThatAreNoText() {
        Visitor visitor = new Hostile(lethe, new Random(seed)).consenting();
        String good = visitor.pageview("/MARK");
        for (byte[] bad : List.of(
                bytes(0xc0, 0xaf),
                bytes(0xc0, 0x80),
                bytes(0xe0, 0x80, 0xaf),
                bytes(0xf0, 0x80, 0x80, 0xaf),
                bytes(0xed, 0xa0, 0x80),
                bytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
                bytes(0xf4, 0x90, 0x80, 0x80),
                bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
                bytes(0xff),
                bytes(0x80),
                bytes(0xe2, 0x82),
                bytes(0))) {
            try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                String body = good.replace("MARK", new String(bad, StandardCharsets.ISO_8859_1));
                connection.send("POST /api/beacon?site=" + TestLethe.SITE + " HTTP/1.1\r\nHost: h\r\nUser-Agent: "
                        + TestLethe.AGENT + "\r\nContent-Type: text/plain\r\nCookie: "
                        + Wire.cookieHeader(visitor.cookies()) + "\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
                RawConnection.Answer answer = connection.answer(Duration.ofSeconds(5));
                assertEquals(400, answer.status(), java.util.HexFormat.of().formatHex(bad));
            }
        }
    }

    /** Also of headers, of which only a few are read, and none is ever written down. */
    @Test
    void logsNothingOfIt() {
        Visitor visitor = new Hostile(lethe, new Random(seed)).consenting();
        for (String header : List.of(
                "User-Agent",
                "Referer",
                "Accept-Language",
                "Accept",
                "X-Forwarded-For",
                "X-Request-Id",
                "DNT",
                "Sec-GPC",
                "If-None-Match",
                "Authorization",
                "Cookie")) {
            for (String text :
                    List.of(MARK + "${jndi:ldap://127.0.0.1/a}", MARK + "\tINFO  Collector: x", MARK + "%n%msg")) {
                Visitor stranger = lethe.visitor().header(header, text);
                for (HttpResponse<String> answer : List.of(
                        stranger.view("/headers"),
                        stranger.refuse(),
                        stranger.send("GET", "/privacy", null, null),
                        stranger.send("GET", "/lethe.js", null, null),
                        lethe.sendAdmin("GET", "/", null, header, text),
                        lethe.sendAdmin("GET", "/console/state", null, header, "Bearer " + text))) {
                    assertTrue(answer.statusCode() < 500, header + " " + answer.statusCode());
                }
            }
        }
        assertEquals("stored", Wire.outcome(visitor.view("/after")));
        assertFalse(logs.text().contains(MARK), "something of a request was logged");
        // The control: had somebody logged it, at the lowest level that Lethe's loggers have, it would be found.
        LoggerFactory.getLogger(TestLethe.class).debug("A header of {}", MARK);
        assertTrue(logs.text().contains(MARK), "what is logged is not captured");
        logs.forget();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static String schema(TestLethe node) {
        return String.join(";", node.rows("""
            select n.nspname || '.' || c.relname || ' ' || c.relkind::text
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys')
            order by 1
            """));
    }

    /** Once all other connections to the database have ended, and have counted. */
    private static long rolledBack(TestLethe node) {
        Wire.until(
                "the last connection ends",
                Duration.ofSeconds(20),
                () -> node.count("select count(*) from pg_stat_activity"
                                + " where datname = current_database() and pid <> pg_backend_pid()")
                        == 0);
        return node.count("select xact_rollback from pg_stat_database where datname = current_database()");
    }
}
