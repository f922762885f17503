package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.Settings;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The cookies' attributes as a browser reads them, wherever Lethe stands. */
class VisitorCookiesTest {
    private static final Site SITE = new Site(
            new SiteId("example.test"),
            Set.of("https://example.test"),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);
    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");

    private record Row(String publicUrl, String prefix, String path, boolean secure) {}

    @Test
    void cookiesAreAsNarrowAsTheirPlaceAllows() throws Exception {
        for (Row row : List.of(
                new Row("https://stats.example.test", "__Host-", "/", true),
                new Row("https://stats.example.test/", "__Host-", "/", true),
                new Row("https://www.example.test/lethe", "__Secure-", "/lethe", true),
                new Row("https://www.example.test/a/b/", "__Secure-", "/a/b", true),
                new Row("http://127.0.0.1:8080", "", "/", false),
                new Row("http://localhost:8080/lethe", "", "/lethe", false))) {
            VisitorCookies cookies = new VisitorCookies(
                    new Settings.PublicListener("127.0.0.1", 0, URI.create(row.publicUrl()), true, Optional.empty()));
            List<String> set = answer(cookies);
            Instant tokenEnds = NOW.plus(Duration.ofDays(10));
            long thirteenMonths = Duration.between(
                            NOW,
                            LocalDate.of(2027, 6, 4)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant())
                    .toSeconds();
            long sixMonths = Duration.between(
                            NOW,
                            LocalDate.of(2026, 11, 4)
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant())
                    .toSeconds();
            String token = row.prefix() + "lethe-example.test";
            String refusal = row.prefix() + "lethe_refused-example.test";
            assertEquals(4, set.size(), set::toString);
            check(row, token + "=v1.x.y", Duration.between(NOW, tokenEnds).toSeconds(), set.get(0));
            check(row, refusal + "=objected", thirteenMonths, set.get(1));
            check(row, refusal + "=refused", sixMonths, set.get(2));
            check(row, token + "=", 0, set.get(3));
        }
    }

    private static void check(Row row, String pair, long maxAge, String cookie) {
        List<String> parts = Arrays.asList(cookie.split("; "));
        assertEquals(pair, parts.getFirst());
        Set<String> attributes = new TreeSet<>(parts.subList(1, parts.size()));
        // Some browsers of old know Expires only; it says the same.
        attributes.removeIf(attribute -> attribute.startsWith("Expires="));
        Set<String> expected =
                new TreeSet<>(Set.of("Max-Age=" + maxAge, "Path=" + row.path(), "HTTPOnly", "SameSite=Lax"));
        if (row.secure()) {
            expected.add("Secure");
        }
        assertEquals(expected, attributes, row::toString);
        assertTrue(cookie.length() < 300, "small enough to be sent with every request");
    }

    /** One answer for each cookie: within one answer a second cookie of a name replaces the first. */
    private static List<String> answer(VisitorCookies cookies) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(request -> {
                        var response = request.response();
                        switch (request.path()) {
                            case "/0" -> cookies.setToken(response, SITE, "v1.x.y", NOW.plus(Duration.ofDays(10)), NOW);
                            case "/1" -> cookies.setRefusal(response, SITE, Refusal.OBJECTED, SITE.dayOf(NOW), NOW);
                            case "/2" -> cookies.setRefusal(response, SITE, Refusal.REFUSED, SITE.dayOf(NOW), NOW);
                            default -> cookies.clearToken(response, SITE);
                        }
                        response.end();
                    })
                    .listen(0, "127.0.0.1")
                    .await();
            var client = vertx.createHttpClient();
            List<String> set = new java.util.ArrayList<>();
            for (int path = 0; path < 4; path++) {
                set.addAll(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/" + path)
                        .await()
                        .send()
                        .await()
                        .cookies());
            }
            return set;
        } finally {
            vertx.close().await();
        }
    }
}
