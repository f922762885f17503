package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code docs/install.md} and {@code docs/operations.md} promise of a running Lethe. */
class InstallTest {
    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    @Test
    void pinsTheTrackerUnderAStrictPolicy() throws Exception {
        String script = lethe.send("GET", "/lethe.js", null).body();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
        String page = Files.readString(Path.of("docs/snippets/csp.html"))
                .replaceAll("(?s)<!--.*?-->", "")
                .replace("{hash}", HexFormat.of().formatHex(digest).substring(0, 16))
                .replace("{integrity}", Base64.getEncoder().encodeToString(digest));
        String policy = find(page, "content=\"([^\"]*)\"").orElseThrow();
        assertAll(
                () -> assertFalse(policy.contains("unsafe"), policy),
                () -> assertTrue(policy.contains("script-src 'self';"), policy),
                () -> assertTrue(policy.contains("connect-src 'self';"), policy),
                () -> assertFalse(page.matches("(?s).*<script[^>]*>[^<].*"), "no script in the page itself"),
                () -> assertFalse(page.matches("(?s).*(<style|style=| on[a-z]+=).*"), "no style, no handler"));
        List<String> sources = Pattern.compile("<script [^>]*src=\"([^\"]*)\"")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertEquals(2, sources.size());
        for (String source : sources) {
            assertTrue(source.startsWith("/lethe/"), source);
            assertEquals(200, lethe.send("GET", source.substring(6), null).statusCode(), source);
        }
        HttpResponse<String> pinned = lethe.send("GET", sources.getFirst().substring(6), null);
        assertAll(
                () -> assertEquals(script, pinned.body(), "its integrity holds"),
                () -> assertEquals(
                        Optional.of("public, max-age=31536000, immutable"),
                        pinned.headers().firstValue("cache-control")),
                () -> assertEquals(Optional.of("*"), pinned.headers().firstValue("access-control-allow-origin")),
                () -> assertTrue(page.contains("data-site=\"example.com\"")));
    }

    @Test
    void measuresWhatTheHandbookSays() throws Exception {
        lethe.visitor().view("/");
        String scraped = lethe.sendAdmin("GET", "/metrics", null).body();
        Set<String> told = Pattern.compile("`(lethe_[a-z_]+)(?:\\{[a-z]+\\})?`")
                .matcher(Files.readString(Path.of("docs/operations.md")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(told.size() >= 9, told::toString);
        told.removeIf(name -> scraped.contains("\n# TYPE " + name + " ") || scraped.startsWith("# TYPE " + name + " "));
        assertEquals(Set.of(), told, scraped);
        assertEquals(200, lethe.sendAdmin("GET", "/health/live", null).statusCode());
        assertEquals(200, lethe.sendAdmin("GET", "/health/ready", null).statusCode());
        assertEquals(401, lethe.sendAdmin("GET", "/", null).statusCode());
    }

    private static Optional<String> find(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().findFirst().map((MatchResult found) -> found.group(1));
    }
}
