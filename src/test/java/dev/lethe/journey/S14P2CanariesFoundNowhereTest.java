package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * S14: minimisation. Canaries are planted wherever a browser, a page or a stranger can put something personal, with and without
 * consent, in requests that are stored, dropped, refused and malformed. Afterwards they are looked for in every table, in the
 * database's files and its log, in Lethe's own files, in everything that was logged, and in the metrics.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S14P2CanariesFoundNowhereTest {
    /** Part of every text that must not be kept; one needle finds them all, and the excerpt tells which it was. */
    private static final String CANARY = "canary-osprey";
    /** Part of what is kept on purpose. */
    private static final String CONTROL = "kept-heron";

    private static final String ADDRESS = "203.0.113.77";
    private static final String ADDRESS_6 = "2001:db8:ca9a:7e57:1:2:3:4";

    private final List<Canary> canaries = new ArrayList<>();
    private final Set<Integer> answers = new TreeSet<>();
    private CapturedLogs logs;
    private TestLethe lethe;

    @BeforeAll
    void plant() throws IOException {
        assertTrue(
                !LoggerFactory.getLogger("io.vertx.ext.web.impl.RouterImpl").isDebugEnabled(),
                "logback.xml keeps the router, which knows addresses, from writing them");
        logs = new CapturedLogs();
        lethe = TestLethe.start(TestClock.now(), "--proxies=127.0.0.1/32");
        canaries.add(Canary.text("text", CANARY));
        canaries.add(Canary.text("IPv4 address", ADDRESS));
        canaries.add(Canary.text("IPv6 address", ADDRESS_6));
        canaries.add(Canary.bytes(
                "IPv6 address, raw", InetAddress.getByName(ADDRESS_6).getAddress()));
        for (String address : List.of(ADDRESS, ADDRESS_6)) {
            Visitor stranger = browser(address);
            plantEverywhere(stranger);
            Visitor visitor = browser(address);
            add(visitor.choose("granted", ",\"title\":\"" + CANARY + "\""));
            add(visitor.grant());
            String token = visitor.cookies().get("lethe-" + TestLethe.SITE);
            canaries.add(Canary.bytes("visitor id behind " + address, S11OldCopyTest.idOf(token)));
            canaries.add(Canary.text("token behind " + address, token));
            plantEverywhere(visitor);
            add(visitor.choose("refused", ",\"erase\":false"));
            plantEverywhere(visitor);
        }
        assertTrue(answers.containsAll(Set.of(200, 204, 303, 400, 404, 413, 415)), answers::toString);
    }

    @AfterAll
    void stop() {
        lethe.close();
        logs.close();
    }

    private Visitor browser(String address) {
        Visitor visitor = lethe.visitor()
                .header("X-Forwarded-For", CANARY + ", " + address)
                .header("Forwarded", "for=" + address)
                .header("X-Real-IP", address)
                .header("User-Agent", TestLethe.AGENT.replace("X11;", "X11; " + CANARY + ";"))
                .header("Referer", TestLethe.ORIGIN + "/" + CANARY + "-referer")
                .header("Accept-Language", "fr-x-" + CANARY)
                .header("X-Canary", CANARY + "-header")
                .header("Sec-CH-UA-Model", CANARY + "-model")
                .header("Authorization", "Bearer " + CANARY + "-authorization");
        visitor.cookies().put("session", CANARY + "-cookie");
        return visitor;
    }

    private void plantEverywhere(Visitor visitor) {
        for (String beacon : List.of(
                page(visitor),
                visitor.pageview("/" + CONTROL + "?q=" + CANARY + "-query&utm_term=" + CANARY),
                visitor.pageview("/" + CONTROL + "#" + CANARY + "-fragment"),
                visitor.pageview("/" + CONTROL + ";id=" + CANARY + "-parameter"),
                visitor.pageview("/" + CONTROL + "%3Fq=" + CANARY),
                page(visitor)
                        .replace("{", "{\"referrer\":\"https://partner.example/" + CANARY + "?q=" + CANARY + "\","),
                page(visitor).replace("\"fr\"", "\"fr-x-" + CANARY + "\""),
                page(visitor).replace("{", "{\"title\":\"" + CANARY + "-title\","),
                page(visitor).replace("{", "{\"" + CANARY + "\":1,"),
                page(visitor).replace("\"lg\"", "\"" + CANARY + "\""),
                page(visitor).replace("\"pageview\"", "\"" + CANARY + "\""),
                page(visitor).replace("https://", "https://" + CANARY + ":password@"),
                page(visitor).replace("example.test/", CANARY + ".test/"),
                page(visitor)
                        .replace("\"pageview\"", "\"click\",\"target\":\"https://partner.example/" + CANARY + "\""),
                page(visitor).replace("\"pageview\"", "\"click\",\"target\":\"/files/" + CANARY + ".pdf\""),
                page(visitor).replace("\"pageview\"", "\"click\",\"name\":\"<" + CANARY + ">\""),
                page(visitor).replace("\"pageview\"", "\"vital\",\"metric\":\"" + CANARY + "\",\"value\":1"),
                CANARY,
                "{\"url\":\"" + CANARY + "\"",
                "[" + page(visitor) + ",\"" + CANARY + "\"]",
                (CANARY + " ").repeat(2_000))) {
            add(visitor.beacon(beacon));
        }
        add(visitor.send("POST", "/api/beacon?site=" + TestLethe.SITE, CANARY, "image/" + CANARY));
        add(visitor.send("POST", "/api/beacon?site=" + CANARY + "&" + CANARY + "=1", page(visitor), "text/plain"));
        add(visitor.send("POST", "/api/consent", "{\"site\":\"" + CANARY + "\"}", "application/json"));
        add(visitor.send("POST", "/api/consent?" + CANARY, CANARY, "text/" + CANARY));
        add(visitor.send("GET", "/api/consent?site=" + TestLethe.SITE + "&" + CANARY, null, null));
        add(visitor.send("GET", "/" + CANARY + "/" + CANARY + "?" + CANARY, null, null));
        add(visitor.send("GET", "/privacy?site=" + TestLethe.SITE + "&lang=" + CANARY, null, null));
        add(visitor.form("/privacy/withdraw", "erase=" + CANARY + "&site=" + CANARY));
        Visitor objector = browser(ADDRESS);
        add(objector.form("/privacy/opt-out", "site=" + TestLethe.SITE + "&reason=" + CANARY + "&lang=" + CANARY));
    }

    /** With a new id each time, for a repeated one would not be written. */
    private static String page(Visitor visitor) {
        return visitor.pageview("/" + CONTROL);
    }

    private void add(HttpResponse<String> answer) {
        answers.add(answer.statusCode());
        // A cookie is sent back to its own browser; nothing else of a request is.
        assertEquals(List.of(), Canary.found(canaries, answer.body()), answer::toString);
    }

    @Test
    void noTableHoldsAny() {
        String dump = Tables.of(lethe).dump();
        assertNothing(dump, "a table");
        assertTrue(dump.contains(CONTROL), "the control: a path is kept and found");
    }

    @Test
    void noFileOfTheDatabaseHoldsAny() throws IOException {
        lethe.database().execute("checkpoint");
        Path directory = Path.of(lethe.text("show data_directory"));
        assertTrue(searchFiles(directory) > 0, "the control: a path is kept and found");
    }

    @Test
    void noFileOfLetheHoldsAny() throws IOException {
        assertEquals(0, searchFiles(lethe.keysDir().resolveSibling(".")));
    }

    /** Searches every file, and counts those that hold the control. */
    private long searchFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).filter(this::holdsControl).count();
        }
    }

    private boolean holdsControl(Path file) {
        try {
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            assertNothing(content, file.toString());
            return content.contains(CONTROL);
        } catch (NoSuchFileException e) {
            // PostgreSQL has removed it in the meantime.
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nothingThatWasLoggedHoldsAny() {
        LoggerFactory.getLogger("dev.lethe.Control").debug("{}", CONTROL + "-debug");
        LoggerFactory.getLogger("io.netty.Control").trace("{}", CONTROL + "-trace");
        String text = logs.text();
        assertNothing(text, "the log");
        assertTrue(text.contains(CONTROL + "-debug") && text.contains(CONTROL + "-trace"), "the control");
        System.out.println("S14: " + logs.size() + " log lines searched");
    }

    @Test
    void noMetricHoldsAny() {
        String metrics = lethe.sendAdmin("GET", "/metrics", null).body();
        assertNothing(metrics, "the metrics");
        assertTrue(metrics.contains("lethe_beacons_total"), "the control: they are there");
        assertTrue(!metrics.contains(CONTROL), "not even a path that is kept is a label");
    }

    /** The control of the search itself: each spelling that it knows is found. */
    @Test
    void theSearchKnowsOtherSpellings() {
        for (String spelling : List.of(
                "x" + CANARY.toUpperCase(Locale.ROOT) + "x",
                "63616e6172792d6f7370726579",
                Base64.getEncoder().encodeToString(("1" + CANARY + "23").getBytes(StandardCharsets.UTF_8)),
                Base64.getUrlEncoder().encodeToString(("12" + CANARY).getBytes(StandardCharsets.UTF_8)))) {
            assertEquals(List.of("text"), Canary.found(canaries, spelling), spelling);
        }
    }

    /** The visit was counted, so the search was not for something that never came in. */
    @Test
    void theStoredEventsAreMinimised() {
        assertTrue(lethe.count("select count(*) from raw.event") > 10);
        assertEquals(
                List.of("/" + CONTROL + "|partner.example|partner.example|pdf|fr"),
                lethe.rows("select string_agg(distinct path, ','), max(referrer_host), max(target_host),"
                        + " string_agg(distinct download, ','), string_agg(distinct language, ',') from raw.event"));
    }

    private void assertNothing(String text, String where) {
        List<String> found = Canary.found(canaries, text);
        int at = found.isEmpty() ? 0 : Math.max(0, text.toLowerCase(Locale.ROOT).indexOf(CANARY));
        assertEquals(
                List.of(),
                found,
                () -> where + ": …" + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200)));
    }
}
