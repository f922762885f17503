package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.classify.Countries;
import dev.lethe.config.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The snippets of {@code docs/snippets} in front of Lethe, each run by the server it is for. The test's browser sits at 127.0.0.2, the
 * proxy at 127.0.0.1, so that Lethe can tell the two apart.
 */
class ProxyIT {
    private static final String BROWSER = "127.0.0.2";
    /** Addresses in two countries, for forged and for forwarded headers. */
    private static final String FRENCH = "212.27.48.10";

    private static final String GERMAN = "193.99.144.80";

    private static final Random RANDOM = new Random(20_261_123);
    private static final List<TestLethe> NODES = new ArrayList<>();
    private static TestLethe lethe;
    private static int trustingTheProxy;
    private static int impatient;
    private static int trustingTwoProxies;
    private static int trustingNobody;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(BROWSER))) {
            assertTrue(probe.isBound());
        } catch (IOException e) {
            LeftOut.because("reverse proxies in front of Lethe", "needs the loopback address " + BROWSER + " (Linux)");
        }
        System.out.println("ProxyIT: seed 20261123");
        lethe = TestLethe.start(TestClock.now());
        trustingTheProxy = node("--proxies=127.0.0.1");
        impatient = node("--proxies=127.0.0.1", "--limits.hold=500 ms");
        trustingTwoProxies = node("--proxies=127.0.0.0/8");
        trustingNobody = node();
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(InetAddress.getByName(BROWSER))
                .build();
    }

    private static int node(String... flags) throws IOException {
        int port = FreePorts.choose();
        List<String> all = new ArrayList<>(List.of(flags));
        all.add("--public.port=" + port);
        all.add("--public.url=" + TestLethe.ORIGIN + "/lethe");
        NODES.add(lethe.another(all.toArray(String[]::new)));
        return port;
    }

    @AfterAll
    static void stop() {
        NODES.forEach(TestLethe::close);
        if (lethe != null) {
            lethe.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void carriesConsentAndBeaconsAndLogsNeither(ReverseProxy.Kind kind) throws Exception {
        ReverseProxy proxy = ReverseProxy.start(kind, trustingTheProxy, false);
        try (proxy) {
            assertEquals(200, get(proxy, "/index.html").statusCode());
            assertEquals(200, get(proxy, "/lethe/lethe.js").statusCode());
            HttpResponse<String> granted = grant(proxy);
            assertEquals(200, granted.statusCode(), granted::body);
            String setCookie = granted.headers().firstValue("set-cookie").orElseThrow();
            assertAll(
                    () -> assertTrue(setCookie.startsWith("__Secure-lethe-example.test=v1."), setCookie),
                    () -> assertTrue(setCookie.contains("Path=/lethe;"), setCookie),
                    () -> assertTrue(setCookie.matches("(?i).*; Secure; HttpOnly;.*"), setCookie));
            HttpResponse<String> stored = beacon(proxy, cookie(granted), page(kind, "stored"));
            assertEquals("stored", stored.headers().firstValue("Lethe-Outcome").orElse("none"), stored::body);
            HttpResponse<String> dropped = beacon(proxy, "", page(kind, "dropped"));
            assertEquals(
                    "dropped; reason=no_consent",
                    dropped.headers().firstValue("Lethe-Outcome").orElse("none"));
            assertEquals(1, lethe.count("select count(*) from raw.event where path = '" + page(kind, "stored") + "'"));
        }
        String written = proxy.written();
        assertTrue(written.contains("/index.html"), "the control: other requests are logged");
        assertFalse(written.contains("/lethe"), written);
    }

    @ParameterizedTest
    @EnumSource
    void handsOnTooLargeAndUnavailable(ReverseProxy.Kind kind) throws Exception {
        try (ReverseProxy proxy = ReverseProxy.start(kind, impatient, false)) {
            String token = cookie(grant(proxy));
            HttpResponse<String> tooLarge =
                    post(proxy, "/lethe/api/beacon?site=example.test", " ".repeat(20_000), "Cookie", token);
            assertEquals(413, tooLarge.statusCode(), tooLarge::body);
            assertTrue(tooLarge.body().contains("at most 16384 bytes"), tooLarge::body);
            HttpResponse<String> unavailable;
            try (Connection connection = lethe.database().connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("lock table raw.event in access exclusive mode");
                unavailable = beacon(proxy, token, page(kind, "late"));
                connection.rollback();
            }
            assertEquals(503, unavailable.statusCode(), unavailable::body);
            assertEquals("2", unavailable.headers().firstValue("Retry-After").orElse("none"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheCountryFromTheHopThatTheProxySaw(ReverseProxy.Kind kind) throws Exception {
        assertNotEquals(countryOf(FRENCH), countryOf(GERMAN), "the control needs two countries");
        try (ReverseProxy proxy = ReverseProxy.start(kind, trustingTheProxy, false)) {
            // The browser's own address has no country; a header that it forges must not give it one.
            view(proxy, kind, "forged", "X-Forwarded-For", FRENCH);
        }
        try (ReverseProxy proxy = ReverseProxy.start(kind, trustingTwoProxies, true)) {
            // The same bytes from a proxy that both trust: the visitor's address, and on its left what the visitor
            // forged.
            view(proxy, kind, "forwarded", "X-Forwarded-For", FRENCH + ", " + GERMAN);
        }
        try (ReverseProxy proxy = ReverseProxy.start(kind, trustingNobody, true)) {
            view(proxy, kind, "unconfigured", "X-Forwarded-For", GERMAN);
        }
        assertAll(
                () -> assertEquals("none", country(kind, "forged")),
                () -> assertEquals(countryOf(GERMAN), country(kind, "forwarded")),
                () -> assertEquals("none", country(kind, "unconfigured")));
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheConnectionAfterADroppedBeaconWhoseBodyNobodyRead(ReverseProxy.Kind kind) throws IOException {
        try (ReverseProxy proxy = ReverseProxy.start(kind, trustingTheProxy, false);
                Socket socket = new Socket("127.0.0.1", proxy.port(), InetAddress.getByName(BROWSER), 0)) {
            socket.setSoTimeout(20_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String body = "x".repeat(12_000);
            for (int round = 0; round < 5; round++) {
                socket.getOutputStream().write(("""
                    POST /lethe/api/beacon?site=example.test HTTP/1.1\r
                    Host: www.example.test\r
                    Origin: https://www.example.test\r
                    Content-Type: text/plain\r
                    Content-Length: 12000\r
                    \r
                    """ + body).getBytes(StandardCharsets.US_ASCII));
                List<String> head = readHead(in);
                assertEquals("HTTP/1.1 204 No Content", head.getFirst(), "round " + round);
                assertTrue(
                        head.stream()
                                .anyMatch(line -> line.equalsIgnoreCase("lethe-outcome: dropped; reason=no_consent")),
                        head::toString);
                assertFalse(head.stream().anyMatch(line -> line.equalsIgnoreCase("connection: close")), head::toString);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesNobodyInItsLogsWhileLetheIsDown(ReverseProxy.Kind kind) throws Exception {
        int nobody = FreePorts.choose();
        ReverseProxy proxy = ReverseProxy.start(kind, nobody, false);
        try (proxy) {
            assertEquals(200, get(proxy, "/index.html").statusCode());
            int status = beacon(proxy, "", page(kind, "down")).statusCode();
            assertTrue(status == 502 || status == 503, "status " + status);
        }
        List<String> naming =
                proxy.written().lines().filter(line -> line.contains(BROWSER)).toList();
        assertEquals(1, naming.size(), naming::toString);
        assertTrue(naming.getFirst().contains("/index.html"), "the control: other requests are logged");
    }

    private static List<String> readHead(BufferedReader in) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            lines.add(line);
        }
        assertFalse(lines.isEmpty(), "the connection was closed");
        return lines;
    }

    private static void view(ReverseProxy proxy, ReverseProxy.Kind kind, String what, String... headers)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = beacon(proxy, cookie(grant(proxy)), page(kind, what), headers);
        assertEquals("stored", answer.headers().firstValue("Lethe-Outcome").orElse("none"), answer::body);
    }

    private static String page(ReverseProxy.Kind kind, String what) {
        return "/" + kind.name().toLowerCase(Locale.ROOT) + "/" + what;
    }

    private static String countryOf(String address) throws IOException {
        return Countries.builtIn().country(InetAddress.getByName(address)).orElseThrow();
    }

    private static String country(ReverseProxy.Kind kind, String what) {
        return lethe.text("select coalesce(country, 'none') from raw.event where path = '" + page(kind, what) + "'");
    }

    private static HttpResponse<String> grant(ReverseProxy proxy) throws IOException, InterruptedException {
        return post(
                proxy,
                "/lethe/api/consent",
                "{\"site\":\"example.test\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}");
    }

    /** The cookie as a browser sends it back. */
    private static String cookie(HttpResponse<String> granted) {
        return granted.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    private static HttpResponse<String> beacon(ReverseProxy proxy, String cookie, String path, String... headers)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(headers));
        if (!cookie.isEmpty()) {
            all.addAll(List.of("Cookie", cookie));
        }
        String json = "{\"id\":\"" + TestLethe.id(RANDOM) + "\",\"type\":\"pageview\",\"url\":\"" + TestLethe.ORIGIN
                + path + "\"}";
        return post(proxy, "/lethe/api/beacon?site=example.test", json, all.toArray(String[]::new));
    }

    private static HttpResponse<String> get(ReverseProxy proxy, String path) throws IOException, InterruptedException {
        return http.send(request(proxy, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(ReverseProxy proxy, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(proxy, path)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Origin", TestLethe.ORIGIN)
                .header("Content-Type", "text/plain")
                .header("User-Agent", TestLethe.AGENT);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ReverseProxy proxy, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path))
                .timeout(Duration.ofSeconds(30));
    }
}
