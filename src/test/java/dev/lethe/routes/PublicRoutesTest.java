package dev.lethe.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How the public listener answers what is not as it should be: quietly, exactly, and repeating nothing. */
class PublicRoutesTest {
    private static final String SECRET = "jean.dupont";

    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    private static JsonObject problem(int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("content-type").orElse(""));
        JsonObject problem = new JsonObject(answer.body());
        assertEquals(status, problem.getInteger("status"));
        assertEquals("about:blank", problem.getString("type"));
        assertFalse(problem.getString("title").isBlank());
        assertFalse(problem.getString("detail").isBlank());
        assertFalse(answer.body().contains(SECRET), answer::body);
        assertFalse(answer.headers().map().toString().contains(SECRET));
        assertFalse(answer.body().contains("Exception"), answer::body);
        return problem;
    }

    @Test
    void whatIsNotThereIsNotFound() {
        for (String path : List.of(
                "/" + SECRET,
                "/api/" + SECRET,
                "/api/beacon/" + SECRET,
                "/privacy/" + SECRET,
                "/../" + SECRET,
                "/lethe." + SECRET + ".js",
                "/%2e%2e/" + SECRET)) {
            for (String method : List.of("GET", "POST", "DELETE")) {
                HttpResponse<String> answer = lethe.send(method, path + "?mail=" + SECRET, null);
                assertTrue(Set.of(404, 405).contains(answer.statusCode()), path);
                problem(answer.statusCode(), answer);
            }
        }
    }

    @Test
    void anotherMethodIsToldWhatIsAllowed() {
        record Door(String path, String allow) {}
        for (Door door : List.of(
                new Door("/api/beacon", "POST, OPTIONS"),
                new Door("/api/consent", "GET, HEAD, POST, OPTIONS"),
                new Door("/privacy", "GET, HEAD"),
                new Door("/privacy/notice", "GET, HEAD"),
                new Door("/privacy/page.css", "GET, HEAD"),
                new Door("/privacy/opt-out", "POST"),
                new Door("/privacy/withdraw", "POST"),
                new Door("/openapi.yaml", "GET, HEAD"),
                new Door("/lethe.js", "GET, HEAD"))) {
            Set<String> allowed = new TreeSet<>(List.of(door.allow().split(", ")));
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")) {
                if (!allowed.contains(method)) {
                    HttpResponse<String> answer = lethe.send(method, door.path() + "?x=" + SECRET, null);
                    String what = method + " " + door.path();
                    assertEquals(405, answer.statusCode(), what);
                    Set<String> told = new TreeSet<>(List.of(
                            answer.headers().firstValue("allow").orElse("").split(", ?")));
                    assertEquals(allowed, told, what);
                    assertEquals(List.of(), answer.headers().allValues("set-cookie"), what);
                    if (!method.equals("HEAD")) {
                        problem(405, answer);
                    }
                }
            }
        }
    }

    @Test
    void headIsAsGetWithoutTheBody() {
        for (String path : List.of(
                "/api/consent?site=" + TestLethe.SITE,
                "/api/consent?site=nowhere.test",
                "/privacy?site=" + TestLethe.SITE,
                "/privacy/notice?site=" + TestLethe.SITE,
                "/privacy/page.css",
                "/openapi.yaml",
                "/lethe.js",
                "/lethe-banner.js",
                "/lethe-vitals.js")) {
            HttpResponse<String> get = lethe.send("GET", path, null);
            HttpResponse<String> head = lethe.send("HEAD", path, null);
            assertEquals(get.statusCode(), head.statusCode(), path);
            assertEquals("", head.body(), path);
            for (String header : List.of("content-type", "content-length", "etag", "cache-control")) {
                assertEquals(get.headers().firstValue(header), head.headers().firstValue(header), path + " " + header);
            }
            assertEquals(Optional.of("nosniff"), head.headers().firstValue("x-content-type-options"), path);
        }
    }

    @Test
    void theOutcomeStandsInAHeaderPagesMayRead() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        HttpResponse<String> stored = visitor.view("/");
        assertEquals(204, stored.statusCode());
        assertEquals(Optional.of("stored"), Visitor.outcome(stored));
        assertTrue(stored.headers()
                .firstValue("access-control-expose-headers")
                .orElse("")
                .contains("Lethe-Outcome"));
    }

    @Test
    void aBrokenBeaconIsToldItsFieldAndNotItsValue() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        String url = TestLethe.ORIGIN + "/?mail=" + SECRET;
        String id = TestLethe.id(new Random(1));
        record Row(String body, String field) {}
        for (Row row : List.of(
                new Row("{\"id\":\"%s\",\"type\":\"%s\",\"url\":\"%s\"}".formatted(id, SECRET, url), "type"),
                new Row("{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s\"}".formatted(SECRET, url), "id"),
                new Row(
                        "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"https://%s.test/\"}".formatted(id, SECRET),
                        "url"),
                new Row(
                        "[{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s\"},{\"%s\":1}]".formatted(id, url, SECRET),
                        "[1]"),
                new Row(
                        "{\"id\":\"%s\",\"type\":\"click\",\"url\":\"%s\",\"name\":\"%s@example.test\"}"
                                .formatted(id, url, SECRET),
                        "name"),
                new Row(
                        "[{\"id\":\"%s\",\"type\":\"click\",\"url\":\"%s\",\"target\":\"/%s\"}]"
                                .formatted(id, url, SECRET),
                        "[0].target"),
                new Row(SECRET, ""))) {
            HttpResponse<String> answer = visitor.beacon(row.body());
            assertEquals(row.field(), problem(400, answer).getString("field"), row::toString);
            assertEquals(Optional.of(TestLethe.ORIGIN), answer.headers().firstValue("access-control-allow-origin"));
        }
    }

    /** A text that PostgreSQL cannot hold, or that is no text at all, is stored harmlessly or refused; never an error of ours. */
    @Test
    void textsThatAreNoneDoNoHarm() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        for (String text :
                List.of("\\u0000", "\\ud800", "\\udc00\\ud800", "\\ufffe", "%00", "%ed%a0%80", "%ff", "\\u202e")) {
            for (String more : List.of(
                    "\"type\":\"pageview\",\"url\":\"%s/a%sb\"".formatted(TestLethe.ORIGIN, text),
                    "\"type\":\"pageview\",\"url\":\"%s/\",\"referrer\":\"https://a%sb.test/\""
                            .formatted(TestLethe.ORIGIN, text),
                    "\"type\":\"pageview\",\"url\":\"%s/?utm_source=a%sb\"".formatted(TestLethe.ORIGIN, text),
                    "\"type\":\"pageview\",\"url\":\"%s/\",\"language\":\"f%sr\"".formatted(TestLethe.ORIGIN, text),
                    "\"type\":\"click\",\"url\":\"%s/\",\"target\":\"https://a%sb.test/x.pdf\""
                            .formatted(TestLethe.ORIGIN, text),
                    "\"type\":\"click\",\"url\":\"%s/\",\"name\":\"a%sb\"".formatted(TestLethe.ORIGIN, text))) {
                HttpResponse<String> answer =
                        visitor.beacon("{\"id\":\"" + TestLethe.id(new Random()) + "\"," + more + "}");
                assertTrue(Set.of(204, 400).contains(answer.statusCode()), more + " " + answer.statusCode());
            }
        }
    }

    @Test
    void onlyJsonAndPlainTextAreBeacons() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        for (String type :
                List.of("application/json", "text/plain", "text/plain;charset=UTF-8", "Application/JSON ; x=y")) {
            HttpResponse<String> answer =
                    visitor.send("POST", "/api/beacon?site=" + TestLethe.SITE, visitor.pageview("/"), type);
            assertEquals(204, answer.statusCode(), type);
        }
        for (String type :
                List.of("application/x-www-form-urlencoded", "multipart/form-data", "image/gif", "json", "text/html")) {
            problem(415, visitor.send("POST", "/api/beacon?site=" + TestLethe.SITE, visitor.pageview("/"), type));
        }
        problem(415, visitor.send("POST", "/api/beacon?site=" + TestLethe.SITE, visitor.pageview("/"), null));
    }

    /** Whoever announces a gigabyte is told before a single byte of it has come, whether she consents or not, and cut off. */
    @Test
    void anAnnouncedExcessIsRefusedBeforeTheGate() throws IOException {
        for (String length : List.of("16385", "1000000000", "99999999999999999")) {
            String answer = raw("POST /api/beacon?site=" + TestLethe.SITE + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
            assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
            assertFalse(answer.contains("Lethe-Outcome"), "the gate was not asked");
        }
        // One byte less is for the gate to decide.
        String answer = lethe.send("POST", "/api/beacon?site=" + TestLethe.SITE, "x".repeat(16_384))
                .headers()
                .firstValue("Lethe-Outcome")
                .orElse("");
        assertEquals("dropped; reason=no_consent", answer);
    }

    /** Sends bytes and reads until the other side closes. */
    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(lethe.publicUrl().getHost(), lethe.publicUrl().getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
