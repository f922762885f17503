package dev.lethe.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoSiteTest {
    private static final Pattern LINK =
            Pattern.compile("<(?:a|img|link|script)\\b[^>]*?(?:href|src)=\"([^\"]*)\"[^>]*>");
    private static final Pattern INLINE = Pattern.compile(
            "<script(?![^>]*\\bsrc=)|<style|\\sstyle=|\\son[a-z]+=|javascript:", Pattern.CASE_INSENSITIVE);

    private static Vertx vertx;
    private static WebClient client;

    @BeforeAll
    static void serve() throws Exception {
        vertx = Vertx.vertx();
        Router root = Router.router(vertx);
        new DemoSite("").mount(root);
        Router below = Router.router(vertx);
        new DemoSite("/lethe").mount(below);
        root.route("/lethe/*").subRouter(below);
        int port = vertx.createHttpServer()
                .requestHandler(root)
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

    @AfterAll
    static void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"'',/demo/,en", "'',/demo/fr/,fr", "/lethe,/lethe/demo/,en", "/lethe,/lethe/demo/fr/,fr"})
    void everyInternalLinkResolvesAndEveryPageStandsUnderTheStrictestContentPolicy(
            String base, String home, String language) throws Exception {
        Deque<String> open = new ArrayDeque<>(Set.of(home));
        Set<String> seen = new TreeSet<>(open);
        int pages = 0;
        while (!open.isEmpty()) {
            String path = open.remove();
            HttpResponse<Buffer> answer = get(path);
            assertEquals(200, answer.statusCode(), path);
            if (!answer.getHeader("Content-Type").startsWith("text/html")) {
                continue;
            }
            String page = answer.bodyAsString();
            pages += path.startsWith(home) ? 1 : 0;
            assertFalse(INLINE.matcher(page).find(), path + " has an inline script or style");
            assertTrue(page.contains("src=\"" + base + "/lethe.js\" data-site=\"demo\""), path);
            assertFalse(page.contains("{"), path + " has an unfilled placeholder");
            if (path.startsWith(home)) {
                String expected = path.startsWith(base + "/demo/fr/") ? "fr" : "en";
                assertTrue(page.contains("<html lang=\"" + expected + "\">"), path);
            }
            var links = LINK.matcher(page);
            while (links.find()) {
                if (links.group().contains("data-broken")) {
                    continue;
                }
                URI target = URI.create(path).resolve(links.group(1).replace("&amp;", "&"));
                boolean ours = target.getScheme() == null && target.getPath().startsWith(base + "/demo");
                if (ours && seen.add(target.getPath())) {
                    open.add(target.getPath());
                }
            }
        }
        assertTrue(pages >= 9, pages + " pages found in " + language);
    }

    @ParameterizedTest
    @CsvSource({"/demo/nothing-here,en", "/demo/fr/rien-ici,fr", "/demo/../demo/fr/x,fr"})
    void aMissingPageIsTheSitesOwnAndTellsTheTrackerSo(String path, String language) throws Exception {
        HttpResponse<Buffer> answer = get(path);
        assertEquals(404, answer.statusCode());
        assertTrue(answer.bodyAsString().contains("<meta name=\"lethe\" content=\"not_found\">"));
        assertTrue(answer.bodyAsString().contains("<html lang=\"" + language + "\">"));
        assertFalse(
                answer.bodyAsString().contains("here") && answer.bodyAsString().contains(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/demo", "/demo/bicycles", "/demo/fr"})
    void redirectsToTheAddressWithTheSlash(String path) throws Exception {
        HttpResponse<Buffer> answer = get(path);
        assertEquals(302, answer.statusCode());
        assertEquals(path + "/", answer.getHeader("Location"));
        assertEquals("/lethe" + path + "/", get("/lethe" + path).getHeader("Location"));
    }

    @Test
    void aViewOfTheSinglePageSectionCanBeReloaded() throws Exception {
        assertEquals(get("/demo/app/").bodyAsString(), get("/demo/app/fit").bodyAsString());
    }

    @Test
    void answersHeadAndConditionalRequestsAndRefusesOtherMethods() throws Exception {
        HttpResponse<Buffer> whole = get("/demo/");
        HttpResponse<Buffer> head = client.head("/demo/").send().await(20, TimeUnit.SECONDS);
        assertEquals(200, head.statusCode());
        assertEquals(whole.getHeader("Content-Length"), head.getHeader("Content-Length"));
        HttpResponse<Buffer> held = client.get("/demo/")
                .putHeader("If-None-Match", whole.getHeader("ETag"))
                .send()
                .await(20, TimeUnit.SECONDS);
        assertEquals(304, held.statusCode());
        HttpResponse<Buffer> post =
                client.request(HttpMethod.POST, "/demo/").send().await(20, TimeUnit.SECONDS);
        assertEquals(405, post.statusCode());
        assertEquals("GET, HEAD", post.getHeader("Allow"));
    }

    @ParameterizedTest
    @CsvSource({"sizes.pdf,application/pdf", "prices.csv,text/csv; charset=utf-8", "quai.svg,image/svg+xml"})
    void filesHaveTheirTypes(String name, String type) throws Exception {
        assertEquals(type, get("/demo/assets/" + name).getHeader("Content-Type"));
    }

    private static HttpResponse<Buffer> get(String path) throws Exception {
        return client.get(path).send().await(20, TimeUnit.SECONDS);
    }
}
