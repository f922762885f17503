package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** P1: beacons without valid consent leave no row, no cookie, no log line, and nobody decodes them. */
class P1NothingWithoutConsentTest {
    private static final int FULL = 10_000;
    private static final int AT_ONCE = 32;
    private static final String OTHER_SITE = "other.test";
    private static final Pattern COUNT = Pattern.compile("(?m)^lethe_beacons_(total|dropped_total)\\{(.*)} (\\S+)$");

    /** One way of not consenting. */
    private record Case(String reason, String query, Map<String, String> headers) {}

    /** One body, and what a consenting visitor would be answered. */
    private record Body(String name, byte[] bytes, String contentType, boolean chunked, String withConsent) {}

    @Test
    void beaconsWithoutConsentLeaveNothing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TestClock clock = TestClock.now();
        try (TestLethe first = TestLethe.start(clock, "--notice.version=2")) {
            first.addSite(OTHER_SITE, "UTC", false, "https://other.test");
            Visitor expired = granted(first, TestLethe.SITE, TestLethe.ORIGIN);
            // More than the six months that a consent is valid.
            clock.jump(Duration.ofDays(190));
            try (TestLethe outdating = first.another();
                    TestLethe lethe = first.another("--notice.version=2")) {
                Visitor outdated = outdating.visitor();
                assertEquals(200, outdated.grant().statusCode());
                Wire wire = new Wire();
                List<Case> cases = cases(lethe, expired, outdated, random);
                List<Body> bodies = bodies(random);
                Map<String, Long> before = counts(lethe);
                String rowsBefore = rows(lethe);
                int tries = Wire.tries(FULL);
                System.out.printf("P1: %d beacons of %d, %d ways, seed %d%n", tries, FULL, cases.size(), seed);

                Map<String, Long> expected = new TreeMap<>();
                ListAppender<ILoggingEvent> log = listen();
                for (int sent = 0; sent < tries; ) {
                    List<CompletableFuture<Void>> answered = new ArrayList<>();
                    for (int i = 0; i < AT_ONCE && sent < tries; i++, sent++) {
                        // Every way meets every body when there are enough tries; none is left to chance.
                        Case each = cases.get(sent % cases.size());
                        Body body = bodies.get((sent / cases.size()) % bodies.size());
                        expected.merge(each.reason(), 1L, Long::sum);
                        answered.add(send(wire, lethe, each.query(), each.headers(), body)
                                .thenAccept(answer -> {
                                    String what = each + " " + body.name();
                                    assertEquals(204, answer.statusCode(), what);
                                    assertEquals("dropped; reason=" + each.reason(), Wire.outcome(answer), what);
                                    assertEquals(List.of(), answer.headers().allValues("set-cookie"), what);
                                    assertEquals("", answer.body(), what);
                                }));
                    }
                    answered.forEach(CompletableFuture::join);
                }
                List<String> logged = stopListening(log);

                assertEquals(List.of(), logged, "0 log bytes");
                assertEquals(rowsBefore, rows(lethe), "0 rows in any table");
                assertEquals(0, lethe.count("select count(*) from raw.event"));
                Map<String, Long> after = counts(lethe);
                after.replaceAll((label, count) -> count - before.getOrDefault(label, 0L));
                // A decoded body would have been counted as rejected: most of these are no beacons at all.
                assertEquals(0, after.get("outcome=\"rejected\""), "no body was decoded");
                assertEquals(0, after.get("outcome=\"stored\""));
                assertEquals(tries, after.get("outcome=\"dropped\""));
                expected.forEach(
                        (reason, count) -> assertEquals(count, after.get("reason=\"" + reason + "\""), reason));
            }
        }
    }

    /** Without the gate the same bodies are decoded: with consent each of them is answered by what it holds. */
    @Test
    void controlTheSameBodiesAreDecodedWithConsent() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Wire wire = new Wire();
            Visitor visitor = lethe.visitor();
            assertEquals(200, visitor.grant().statusCode());
            Map<String, Long> before = counts(lethe);
            int wrong = 0;
            for (Body body : bodies(new Random(1))) {
                Map<String, String> headers = browser();
                headers.put("Cookie", Wire.cookieHeader(visitor.cookies()));
                HttpResponse<String> answer = send(wire, lethe, "?site=" + TestLethe.SITE, headers, body)
                        .join();
                assertEquals(body.withConsent(), Wire.outcome(answer), body::name);
                wrong += body.withConsent().equals("stored") ? 0 : 1;
            }
            assertEquals(wrong, counts(lethe).get("outcome=\"rejected\"") - before.get("outcome=\"rejected\""));
            assertNotEquals(0, lethe.count("select count(*) from raw.event"));
        }
    }

    private static List<Case> cases(TestLethe lethe, Visitor expired, Visitor outdated, Random random) {
        String site = "?site=" + TestLethe.SITE;
        Visitor valid = granted(lethe, TestLethe.SITE, TestLethe.ORIGIN);
        Visitor elsewhere = granted(lethe, OTHER_SITE, "https://other.test");
        String name = valid.cookies().keySet().iterator().next();
        String token = valid.cookies().get(name);
        String foreignToken = elsewhere.cookies().values().iterator().next();
        String objectedToken = withdrawn(lethe, "objected");
        String restrictedToken = withdrawn(lethe, "restricted");
        String refusal = name.replace("lethe-", "lethe_refused-");

        List<Case> cases = new ArrayList<>();
        cases.add(of("unknown_site", "?site=nowhere.test", Map.of("Cookie", name + "=" + token)));
        cases.add(of("unknown_site", "?site=%00", Map.of()));
        cases.add(of("unknown_site", "", Map.of("Origin", "https://nowhere.test")));
        cases.add(of("foreign_origin", site, Map.of("Origin", "https://evil.test", "Cookie", name + "=" + token)));
        cases.add(of("foreign_origin", site, Map.of("Origin", "null")));
        cases.add(of("foreign_origin", site, Map.of("Origin", "null", "Sec-Fetch-Site", "cross-site")));
        cases.add(of("foreign_origin", site, Map.of("Sec-Fetch-Mode", "navigate")));
        for (String value : List.of("refused", "objected")) {
            cases.add(of("opted_out", site, Map.of("Cookie", refusal + "=" + value)));
            cases.add(of("opted_out", site, Map.of("Cookie", refusal + "=" + value + "; " + name + "=" + token)));
        }
        cases.add(of("opted_out", site, Map.of("Cookie", name + "=" + objectedToken)));
        for (String signal : List.of("Sec-GPC", "DNT")) {
            cases.add(of("gpc", site, Map.of(signal, "1")));
            cases.add(of("gpc", site, Map.of(signal, "1", "Cookie", name + "=" + token)));
        }
        cases.add(of("no_consent", site, Map.of()));
        cases.add(of("no_consent", "", Map.of()));
        cases.add(of("no_consent", site, Map.of("Cookie", name + "=" + foreignToken)));
        cases.add(of("no_consent", site, Map.of("Cookie", name + "=" + token + "A")));
        cases.add(of("no_consent", site, Map.of("Cookie", name + "=")));
        cases.add(of("no_consent", site, Map.of("Cookie", name + "=granted")));
        cases.add(of("no_consent", site, Map.of("Cookie", "x" + name + "=" + token)));
        for (int forged = 0; forged < 5; forged++) {
            char[] letters = token.toCharArray();
            int at = 3 + random.nextInt(letters.length - 3);
            letters[at] = letters[at] == 'A' ? 'B' : 'A';
            cases.add(of("no_consent", site, Map.of("Cookie", name + "=" + new String(letters))));
        }
        cases.add(of("consent_expired", site, Map.of("Cookie", Wire.cookieHeader(expired.cookies()))));
        cases.add(of("notice_outdated", site, Map.of("Cookie", Wire.cookieHeader(outdated.cookies()))));
        cases.add(of("restricted", site, Map.of("Cookie", name + "=" + restrictedToken)));
        cases.add(of("bot", site, Map.of("User-Agent", "curl/8.5.0", "Cookie", name + "=" + token)));
        cases.add(of("bot", site, Map.of("User-Agent", "Googlebot/2.1", "Cookie", name + "=" + token)));
        return cases;
    }

    private static Visitor granted(TestLethe lethe, String site, String origin) {
        Visitor visitor = lethe.visitor(site, origin);
        HttpResponse<String> answer = visitor.send(
                "POST",
                "/api/consent",
                "{\"site\":\"%s\",\"choice\":\"granted\",\"notice\":2,\"method\":\"banner\"}".formatted(site),
                "application/json");
        assertEquals(200, answer.statusCode(), answer::body);
        return visitor;
    }

    /** The token of somebody who asked for something, as another tab would still send it. */
    private static String withdrawn(TestLethe lethe, String kind) {
        Visitor visitor = granted(lethe, TestLethe.SITE, TestLethe.ORIGIN);
        String header = Wire.cookieHeader(visitor.cookies());
        assertEquals(
                303, visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE).statusCode());
        lethe.database()
                .execute("update rights.tag set kind = '" + kind + "', changed_at = clock_timestamp()"
                        + " where changed_at = (select max(changed_at) from rights.tag)");
        String expected = "dropped; reason=" + (kind.equals("objected") ? "opted_out" : kind);
        Wire.until(
                kind + " binds the node",
                Duration.ofSeconds(10),
                () -> expected.equals(lethe.send(
                                "POST",
                                "/api/beacon?site=" + TestLethe.SITE,
                                "",
                                "User-Agent",
                                TestLethe.AGENT,
                                "Cookie",
                                header)
                        .headers()
                        .firstValue("Lethe-Outcome")
                        .orElse("")));
        return header.split("=", 2)[1];
    }

    private static Case of(String reason, String query, Map<String, String> headers) {
        Map<String, String> all = browser();
        all.putAll(headers);
        return new Case(reason, query, all);
    }

    private static Map<String, String> browser() {
        return new LinkedHashMap<>(Map.of("Origin", TestLethe.ORIGIN, "User-Agent", TestLethe.AGENT));
    }

    private static List<Body> bodies(Random random) {
        String pageview = "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/docs\"}"
                .formatted(TestLethe.id(random), TestLethe.ORIGIN);
        byte[] noise = new byte[2_000];
        random.nextBytes(noise);
        // A first byte that begins no UTF-8 text.
        noise[0] = (byte) 0xff;
        ByteArrayOutputStream mixed = new ByteArrayOutputStream();
        mixed.writeBytes(utf8(pageview.substring(0, pageview.length() - 2)));
        mixed.write(0xc3);
        mixed.writeBytes(utf8("\"}"));
        return List.of(
                new Body("valid", utf8(pageview), "text/plain", false, "stored"),
                new Body("valid as JSON", utf8(pageview), "application/json", false, "stored"),
                new Body("valid in chunks", utf8(pageview), "text/plain", true, "stored"),
                new Body("nothing", new byte[0], "text/plain", false, "400"),
                new Body("half", utf8(pageview.substring(0, 40)), "text/plain", false, "400"),
                new Body("wrong kinds", utf8("{\"id\":5,\"type\":[],\"url\":{}}"), "text/plain", false, "400"),
                new Body("an unknown field", utf8("{\"email\":\"a@b.test\"}"), "text/plain", false, "400"),
                new Body("deep", utf8("[".repeat(8_000)), "application/json", false, "400"),
                new Body("a long number", utf8("9".repeat(16_000)), "application/json", false, "400"),
                new Body("broken UTF-8", mixed.toByteArray(), "text/plain", false, "400"),
                new Body("noise", noise, "text/plain", false, "400"),
                new Body("an image", noise, "image/png", false, "415"),
                new Body("a form", utf8("site=" + TestLethe.SITE), "application/x-www-form-urlencoded", false, "415"),
                new Body("huge in chunks", utf8("[" + " ".repeat(60_000)), "text/plain", true, "413"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static CompletableFuture<HttpResponse<String>> send(
            Wire wire, TestLethe node, String query, Map<String, String> headers, Body body) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", body.contentType());
        return body.chunked()
                ? wire.chunkedBeacon(node, query, body.bytes(), all)
                : wire.beacon(node, query, body.bytes(), all);
    }

    /** Every table a visitor's request could reach. */
    private static String rows(TestLethe lethe) {
        return lethe.rows("""
            select (select count(*) from raw.event), (select count(*) from raw.seen),
              (select count(*) from consent.receipt), (select count(*) from rights.tag),
              (select count(*) from keys.month), (select count(*) from registry.site)
            """).toString();
    }

    private static Map<String, Long> counts(TestLethe lethe) {
        Map<String, Long> counts = new TreeMap<>();
        Matcher lines = COUNT.matcher(lethe.sendAdmin("GET", "/metrics", null).body());
        while (lines.find()) {
            counts.put(lines.group(2), (long) Double.parseDouble(lines.group(3)));
        }
        return counts;
    }

    private static ListAppender<ILoggingEvent> listen() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger lethe = (Logger) LoggerFactory.getLogger("dev.lethe");
        lethe.setLevel(Level.DEBUG);
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(log);
        return log;
    }

    private static List<String> stopListening(ListAppender<ILoggingEvent> log) {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(log);
        ((Logger) LoggerFactory.getLogger("dev.lethe")).setLevel(null);
        return List.copyOf(log.list).stream()
                .map(event -> event.getLoggerName() + ": " + event.getFormattedMessage())
                .toList();
    }
}
