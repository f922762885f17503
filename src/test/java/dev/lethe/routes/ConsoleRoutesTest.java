package dev.lethe.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.Secret;
import dev.lethe.retention.SettableClock;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleRoutesTest {
    private static final String TOKEN = "a-token-of-this-test";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private final SampleConsoleData data = new SampleConsoleData(clock, false);
    private final ConsoleRoutes console = new ConsoleRoutes(data, new Secret(TOKEN), clock, new SecureRandom());
    private Vertx vertx;
    private WebClient client;
    private int port;

    @BeforeEach
    void serve() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        console.mount(router);
        port = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(20, TimeUnit.SECONDS)
                .actualPort();
        client = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(port)
                        .setFollowRedirects(false));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/console/state", "/console/events", "/sites/demo"})
    void asksForTheTokenFirst(String path) throws Exception {
        HttpResponse<Buffer> answer = send(client.get(path));
        assertEquals(401, answer.statusCode());
        assertEquals("DENY", answer.getHeader("X-Frame-Options"));
        assertEquals("nosniff", answer.getHeader("X-Content-Type-Options"));
        assertEquals("same-origin", answer.getHeader("Referrer-Policy"));
        assertEquals("no-store", answer.getHeader("Cache-Control"));
        assertTrue(answer.getHeader("Content-Security-Policy").startsWith("default-src 'none'"));
    }

    @Test
    void showsASitesNumbersWithoutAScript() throws Exception {
        String page = site("/sites/demo?days=28", "en").bodyAsString();
        assertTrue(page.contains("16,480"), page);
        assertTrue(page.contains("between 16,364 and 16,596"), page);
        assertTrue(page.contains("within the noise"), page);
        assertTrue(page.contains("below the noise"), "visits have no number");
        assertTrue(page.contains("all others together"), "(other) in words");
        assertTrue(page.contains("1 more are below the noise"), "a rare page");
        assertFalse(page.contains("/rare"), "nothing is said of what is below the noise");
        assertTrue(page.contains("&lt;order&gt;") && !page.contains("<order>"), "names are escaped");
        assertTrue(page.contains("role=\"img\" aria-label=\"Visitors by day, "), page);
        assertTrue(page.contains("internal, not anonymised"), page);
        for (String forbidden : List.of("<script", "style=", "onload", "{1}", "<!--", "http:", "https:")) {
            assertFalse(page.contains(forbidden), forbidden);
        }
    }

    @Test
    void showsASitesNumbersInFrench() throws Exception {
        String page = site("/sites/demo", "fr").bodyAsString();
        assertTrue(page.contains("<html lang=\"fr\">"), page);
        assertTrue(page.contains("dans le bruit") && page.contains("interne, non anonymisé"), page);
    }

    @Test
    void knowsNoOtherSite() throws Exception {
        assertEquals(404, site("/sites/elsewhere.test", "en").statusCode());
        assertEquals(404, site("/sites/%3Cscript%3E", "en").statusCode());
    }

    private HttpResponse<Buffer> site(String path, String language) throws Exception {
        return send(
                client.get(path).putHeader("Authorization", "Bearer " + TOKEN).putHeader("Accept-Language", language));
    }

    @Test
    void signsInWithTheTokenAndOutAgain() throws Exception {
        HttpResponse<Buffer> signedIn = signIn(TOKEN);
        assertEquals(303, signedIn.statusCode());
        String cookie = signedIn.getHeader("Set-Cookie");
        assertTrue(cookie.contains("HTTPOnly") && cookie.contains("SameSite=Strict"), cookie);
        String session = cookie.substring(0, cookie.indexOf(';'));
        assertEquals(200, state(session));
        HttpResponse<Buffer> page = send(client.get("/").putHeader("Cookie", session));
        assertEquals(200, page.statusCode());
        assertFalse(page.bodyAsString().contains(TOKEN));
        assertEquals(
                303, send(client.post("/sign-out").putHeader("Cookie", session)).statusCode());
        assertEquals(401, state(session));
    }

    @Test
    void aSessionEndsAfterTwelveHours() throws Exception {
        String cookie = signIn(TOKEN).getHeader("Set-Cookie");
        String session = cookie.substring(0, cookie.indexOf(';'));
        clock.advance(Duration.ofHours(12).minusSeconds(1));
        assertEquals(200, state(session));
        clock.advance(Duration.ofSeconds(1));
        assertEquals(401, state(session));
    }

    @Test
    void tenWrongTokensInAMinuteCloseTheDoorForItsRest() throws Exception {
        for (int guess = 0; guess < 10; guess++) {
            assertEquals(401, signIn("wrong-" + guess).statusCode());
        }
        HttpResponse<Buffer> closed = signIn(TOKEN);
        assertEquals(429, closed.statusCode());
        assertEquals("60", closed.getHeader("Retry-After"));
        assertEquals(429, send(bearer(client.get("/console/state"))).statusCode());
        clock.advance(Duration.ofMinutes(1));
        assertEquals(303, signIn(TOKEN).statusCode());
    }

    @Test
    void aLinkSignsInOnce() throws Exception {
        String link = console.oneTimeLink();
        assertEquals(303, send(client.head(link)).statusCode());
        HttpResponse<Buffer> first = send(client.get(link));
        assertEquals(303, first.statusCode());
        assertNotNull(first.getHeader("Set-Cookie"));
        assertEquals(401, send(client.get(link)).statusCode());
    }

    @Test
    void aLinkIsGoodForTenMinutes() throws Exception {
        String link = console.oneTimeLink();
        clock.advance(Duration.ofMinutes(10));
        assertEquals(401, send(client.get(link)).statusCode());
    }

    @Test
    void otherOriginsCannotPost() throws Exception {
        MultiMap form = MultiMap.caseInsensitiveMultiMap().add("token", TOKEN);
        for (String[] header :
                new String[][] {{"Origin", "http://127.0.0.1:1"}, {"Origin", "null"}, {"Sec-Fetch-Site", "same-site"}
                }) {
            int status = client.post("/sign-in")
                    .putHeader(header[0], header[1])
                    .sendForm(form)
                    .await(20, TimeUnit.SECONDS)
                    .statusCode();
            assertEquals(403, status, header[0] + ": " + header[1]);
        }
        int own = client.post("/sign-in")
                .putHeader("Origin", "http://127.0.0.1:" + port)
                .sendForm(form)
                .await(20, TimeUnit.SECONDS)
                .statusCode();
        assertEquals(303, own);
    }

    @Test
    void aFormOfMoreThanFourKibibytesIsRefused() throws Exception {
        assertEquals(413, signIn("x".repeat(5000)).statusCode());
    }

    @Test
    void theStateHasItsShape() throws Exception {
        JsonObject state = send(bearer(client.get("/console/state"))).bodyAsJsonObject();
        assertEquals(Set.of("now", "node", "minutes", "retention", "sites", "not_yet_set_up"), state.fieldNames());
        assertEquals(60, state.getJsonArray("minutes").size());
        JsonObject minute = state.getJsonArray("minutes").getJsonObject(0);
        assertEquals(Set.of("start", "stored", "rejected", "limited", "unavailable", "dropped"), minute.fieldNames());
        assertEquals(
                "No site of your own yet",
                state.getJsonArray("not_yet_set_up").getJsonObject(0).getString("what"));
        JsonObject french = send(bearer(client.get("/console/state")).putHeader("Accept-Language", "fr-FR, en;q=0.5"))
                .bodyAsJsonObject();
        assertEquals(
                "Pas encore de site à vous",
                french.getJsonArray("not_yet_set_up").getJsonObject(0).getString("what"));
    }

    @Test
    void theFeedCarriesOnlySyntheticSites() throws Exception {
        HttpClient http = vertx.createHttpClient();
        Promise<String> arrived = Promise.promise();
        StringBuilder feed = new StringBuilder();
        http.request(HttpMethod.GET, port, "127.0.0.1", "/console/events")
                .compose(request ->
                        request.putHeader("Authorization", "Bearer " + TOKEN).send())
                .onSuccess(response -> response.handler(part -> {
                    boolean open = feed.isEmpty();
                    feed.append(part);
                    if (open) {
                        data.store(SampleConsoleData.event(false, "real.example", clock.instant(), 0));
                        data.store(SampleConsoleData.event(true, "demo", clock.instant(), 0));
                    }
                    if (feed.indexOf("\"demo\"") >= 0) {
                        arrived.tryComplete(feed.toString());
                    }
                }))
                .onFailure(arrived::tryFail);
        String text = arrived.future().await(20, TimeUnit.SECONDS);
        assertTrue(text.contains("\"type\":\"pageview\""), text);
        assertFalse(text.contains("real.example"), text);
        assertFalse(text.contains("pseudonym") || text.contains("beacon_id"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "fr"})
    void pagesSpeakTheBrowsersLanguageWithoutInlineScriptOrStyle(String language) throws Exception {
        for (HttpRequest<Buffer> request : List.of(client.get("/"), bearer(client.get("/")))) {
            String page = send(request.putHeader("Accept-Language", language)).bodyAsString();
            assertTrue(page.contains("<html lang=\"" + language + "\">"));
            assertFalse(page.matches("(?s).*(<script(?![^>]*src=)|<style|\\sstyle=|\\son[a-z]+=).*"));
            assertFalse(page.matches("(?s).*\\{\\w+}.*"));
        }
        HttpResponse<Buffer> chosen = send(client.get("/?lang=" + language));
        assertEquals(303, chosen.statusCode());
        assertTrue(chosen.getHeader("Set-Cookie").startsWith("lethe_admin_lang=" + language));
    }

    private HttpResponse<Buffer> signIn(String token) throws Exception {
        return client.post("/sign-in")
                .sendForm(MultiMap.caseInsensitiveMultiMap().add("token", token))
                .await(20, TimeUnit.SECONDS);
    }

    private int state(String session) throws Exception {
        return send(client.get("/console/state").putHeader("Cookie", session)).statusCode();
    }

    private static HttpRequest<Buffer> bearer(HttpRequest<Buffer> request) {
        return request.putHeader("Authorization", "Bearer " + TOKEN);
    }

    private static HttpResponse<Buffer> send(HttpRequest<Buffer> request) throws Exception {
        return request.send().await(20, TimeUnit.SECONDS);
    }
}
