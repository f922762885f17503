package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every answer tells browsers not to do with it, pages, errors and scripts alike, also under a path. */
@Timeout(180)
class ResponseHeadersTest {
    private static final List<String> PATHS = List.of(
            "/privacy",
            "/privacy/notice",
            "/privacy/page.css",
            "/privacy/opt-out",
            "/privacy/nothing",
            "/lethe.js",
            "/lethe.nothing.js",
            "/openapi.yaml",
            "/api/consent?site=" + TestLethe.SITE,
            "/api/beacon",
            "/nothing",
            "/../etc/passwd",
            "/.git/config",
            "/");

    @Test
    void noAnswerMayBeSniffedFramedOrLoadAnything() throws IOException {
        int port = FreePorts.choose();
        try (TestLethe atTheRoot = TestLethe.start(TestClock.now());
                TestLethe underAPath = atTheRoot.another(
                        "--public.port=" + port, "--public.url=http://127.0.0.1:" + port + "/lethe")) {
            for (String path : PATHS) {
                check(atTheRoot.send("GET", path, null), path);
                check(atTheRoot.send("POST", path, "x"), path);
                check(underAPath.send("GET", path, null), path);
            }
            assertEquals(
                    "same-origin",
                    atTheRoot
                            .send("GET", "/privacy", null)
                            .headers()
                            .firstValue("Referrer-Policy")
                            .orElseThrow());
            assertTrue(
                    atTheRoot
                            .send("GET", "/lethe.js", null)
                            .headers()
                            .firstValue("Strict-Transport-Security")
                            .isEmpty(),
                    "over plain http it would mean nothing");
        }
    }

    private static void check(HttpResponse<String> answer, String path) {
        assertEquals(
                "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""), path);
        String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
        for (String directive : List.of("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")) {
            assertTrue(policy.contains(directive), path + ": " + policy);
        }
        if (!answer.body().isEmpty()) {
            assertTrue(answer.headers().firstValue("Content-Type").isPresent(), path);
        }
        assertTrue(answer.headers().firstValue("Server").isEmpty(), path);
    }
}
