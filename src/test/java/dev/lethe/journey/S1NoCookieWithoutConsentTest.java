package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S1: no cookie is set or read without prior consent. Seen from the server: whatever a beacon without consent carries, it leaves
 * every table as it was, and no answer but that to a choice sets a cookie.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S1NoCookieWithoutConsentTest {
    private static final int RANDOM_BEACONS = Boolean.getBoolean("lethe.full") ? 10_000 : 1_000;
    private static final String OTHER_SITE = "other.test";
    private static final String OTHER_ORIGIN = "https://other.test";

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
        lethe.addSite(OTHER_SITE, "UTC", false, OTHER_ORIGIN);
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    /** Browsers that do not consent, by the reason they are told. */
    private Map<Visitor, String> browsersWithoutConsent() {
        Map<Visitor, String> browsers = new LinkedHashMap<>();
        browsers.put(lethe.visitor(), "no_consent");
        browsers.put(lethe.visitor().header("Sec-GPC", "1"), "gpc");
        browsers.put(lethe.visitor().header("DNT", "1"), "gpc");
        browsers.put(lethe.visitor().header("Origin", "https://elsewhere.test"), "foreign_origin");

        Visitor refused = lethe.visitor();
        refused.refuse();
        browsers.put(refused, "opted_out");

        Visitor withdrew = lethe.visitor();
        withdrew.grant();
        String token = withdrew.cookies().get(tokenName(withdrew));
        withdrew.refuse();
        browsers.put(withdrew, "opted_out");
        // Another tab that still sends what was withdrawn.
        Visitor lateTab = lethe.visitor();
        lateTab.cookies().put("lethe-" + TestLethe.SITE, token);
        browsers.put(lateTab, "opted_out");

        Visitor genuine = lethe.visitor();
        genuine.grant();
        String good = genuine.cookies().get(tokenName(genuine));
        Visitor consentsElsewhere = lethe.visitor(OTHER_SITE, OTHER_ORIGIN);
        consentsElsewhere.grant();
        for (String forged : List.of(
                "",
                "granted",
                "v1.." + good.length(),
                good.substring(0, good.length() - 1),
                good + "A",
                (good.charAt(3) == 'A' ? "v1.B" : "v1.A") + good.substring(4),
                consentsElsewhere.cookies().get("lethe-" + OTHER_SITE))) {
            Visitor forger = lethe.visitor();
            forger.cookies().put("lethe-" + TestLethe.SITE, forged);
            browsers.put(forger, "no_consent");
        }
        Visitor wrongName = lethe.visitor();
        wrongName.cookies().put("__Host-lethe-" + TestLethe.SITE, good);
        wrongName.cookies().put("lethe", good);
        browsers.put(wrongName, "no_consent");
        Visitor both = lethe.visitor();
        both.cookies().put("lethe-" + TestLethe.SITE, good);
        both.cookies().put("lethe_refused-" + TestLethe.SITE, "refused");
        browsers.put(both, "opted_out");
        Visitor claims = lethe.visitor()
                .header("Lethe-Consent", "granted")
                .header("X-Consent", "granted")
                .header("Authorization", "Bearer " + good);
        browsers.put(claims, "no_consent");
        return browsers;
    }

    private static String tokenName(Visitor visitor) {
        return visitor.cookies().keySet().stream()
                .filter(name -> name.startsWith("lethe-"))
                .findFirst()
                .orElseThrow();
    }

    /** Valid ones, invalid ones, and no beacons at all. */
    private static List<String> bodies(Visitor visitor) {
        String page = visitor.pageview("/docs?utm_source=letter");
        return List.of(
                page,
                "[" + page + "," + visitor.pageview("/") + "]",
                page.replace("\"pageview\"", "\"click\",\"name\":\"buy\""),
                page.replace("\"pageview\"", "\"engagement\",\"seconds\":10,\"scroll\":50"),
                page.replace("\"pageview\"", "\"problem\",\"kind\":\"not_found\""),
                page.replace("{", "{\"consent\":\"granted\","),
                "{\"choice\":\"granted\"}",
                "",
                "\u0000\uffff not JSON",
                "{".repeat(2_000));
    }

    @Test
    void anyBeaconWithoutConsentLeavesEveryTableUnchangedWhateverItCarries() {
        Map<Visitor, String> browsers = browsersWithoutConsent();
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        List<String> wrong = new ArrayList<>();
        int sent = 0;
        for (Map.Entry<Visitor, String> browser : browsers.entrySet()) {
            for (String body : bodies(browser.getKey())) {
                for (String query : List.of("", "&consent=granted", "&choice=granted&token=1")) {
                    for (String type : List.of("text/plain", "application/json", "image/png")) {
                        HttpResponse<String> answer =
                                browser.getKey().send("POST", "/api/beacon?site=" + TestLethe.SITE + query, body, type);
                        if (!isDropped(answer, browser.getValue())) {
                            wrong.add(browser.getValue() + ": " + answer.statusCode() + answer.headers());
                        }
                        sent++;
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(before, tables.fingerprints());
        System.out.println("S1: " + sent + " beacons of " + browsers.size() + " browsers without consent");
    }

    @Test
    void soDoRandomBytes() {
        long seed = new Random().nextLong();
        System.out.println("S1: seed " + seed + ", " + RANDOM_BEACONS + " random beacons of 10000");
        Random random = new Random(seed);
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        Visitor visitor = lethe.visitor();
        for (int i = 0; i < RANDOM_BEACONS; i++) {
            visitor.cookies().put("lethe-" + TestLethe.SITE, "v1." + TestLethe.id(random) + "." + TestLethe.id(random));
            byte[] body = new byte[random.nextInt(200)];
            random.nextBytes(body);
            HttpResponse<String> answer = visitor.beacon(new String(body, StandardCharsets.UTF_8));
            assertTrue(isDropped(answer, "no_consent"), () -> answer + " " + answer.headers());
        }
        assertEquals(before, tables.fingerprints());
    }

    private static boolean isDropped(HttpResponse<String> answer, String reason) {
        return answer.statusCode() == 204
                && Visitor.outcome(answer).equals(Optional.of("dropped; reason=" + reason))
                && answer.headers().allValues("set-cookie").isEmpty();
    }

    @Test
    void onlyAChoiceSetsACookie() {
        Visitor visitor = lethe.visitor();
        for (String path : List.of(
                "/lethe.js",
                "/lethe-banner.js",
                "/lethe-vitals.js",
                "/api/consent?site=" + TestLethe.SITE,
                "/privacy?site=" + TestLethe.SITE,
                "/privacy/notice?site=" + TestLethe.SITE,
                "/privacy/page.css",
                "/openapi.yaml",
                "/nothing")) {
            for (String method : List.of("GET", "HEAD", "OPTIONS", "DELETE")) {
                HttpResponse<String> answer = visitor.send(method, path, null, null);
                assertEquals(List.of(), answer.headers().allValues("set-cookie"), () -> method + " " + path);
            }
        }
        assertEquals(
                List.of(),
                visitor.choose("granted", ",\"notice\":7").headers().allValues("set-cookie"),
                "a choice that is refused sets nothing");
        assertEquals(1, visitor.grant().headers().allValues("set-cookie").size());
    }

    /** The control: the same beacon with consent is seen by the same comparison, and changes the events and nothing else. */
    @Test
    void theComparisonSeesTheSameBeaconWithConsent() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        // The first event of a site's month also makes the month's key.
        visitor.view("/docs");
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
        Map<String, String> after = tables.fingerprints();
        Set<String> changed = new HashSet<>();
        after.forEach((name, fingerprint) -> {
            if (!fingerprint.equals(before.get(name))) {
                changed.add(name);
            }
        });
        // Around midnight the beacon's id is remembered too.
        changed.remove("raw.seen");
        assertEquals(Set.of("raw.event"), changed);
    }
}
