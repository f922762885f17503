package dev.lethe.journey;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S6: not cross-checked with other processing and not given to anybody. A page that sends an e-mail address or a user's id, in
 * whichever field, is refused or has it scrubbed; and Lethe has nothing with which it could call out.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S6NotCrossCheckedTest {
    /** What an application might know its users by, as it might come in an address, a name or a campaign. */
    private static final List<String> IDENTITIES = List.of(
            "canary.person@mail.example",
            "canary.person%40mail.example",
            "canary.person%2540mail.example",
            "9f1c2b7e-5a3d-4c86-b0e4-7d2f6a918c35",
            "usr_9f1c2b7e5a3d4c86b0e4",
            "83920175640",
            "9f1c2b7e5a3d4c86b0e47d2f6a918c35",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLW9mLWNhbmFyeQ");

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now(), "--limits.beacons-per-visitor=1000000/min");
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    /** One beacon with the identity in each field that a beacon has, in each place of the fields that have several. */
    private static List<String> beacons(Visitor visitor, String identity) {
        List<String> beacons = new ArrayList<>();
        for (String address : List.of(
                "/users/" + identity,
                "/users/" + identity + "/orders",
                "/u;id=" + identity,
                "/?user=" + identity,
                "/?utm_source=" + identity,
                "/?utm_medium=" + identity,
                "/?utm_campaign=" + identity,
                "/#" + identity,
                "/%23/" + identity)) {
            beacons.add(visitor.pageview(address));
        }
        for (String field : List.of("screen", "language", "type", "id")) {
            beacons.add(page(visitor)
                    .replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":\"" + identity + "\""));
        }
        for (String more : List.of(
                "\"referrer\":\"https://partner.example/users/%s?u=%s\"",
                "\"referrer\":\"https://%s.partner.example/\"",
                "\"referrer\":\"%s\"",
                "\"site\":\"%s\"",
                "\"user_id\":\"%s\"",
                "\"%s\":\"x\"")) {
            beacons.add(page(visitor).replace("{", "{" + more.replace("%s", identity) + ","));
        }
        for (String more : List.of(
                "\"name\":\"%s\"",
                "\"name\":\"call %s\"",
                "\"target\":\"mailto:%s\"",
                "\"target\":\"https://partner.example/%s\"",
                "\"target\":\"https://%s@partner.example/\"",
                "\"target\":\"https://%s.partner.example/\"",
                "\"target\":\"/files/%s.pdf\"",
                "\"target\":\"/files/a.%s\"")) {
            beacons.add(page(visitor)
                    .replace("\"pageview\"", "\"click\"")
                    .replace("{", "{" + more.replace("%s", identity) + ","));
        }
        beacons.add(
                page(visitor).replace("\"pageview\"", "\"engagement\",\"seconds\":\"" + identity + "\",\"scroll\":5"));
        beacons.add(page(visitor).replace("\"pageview\"", "\"vital\",\"metric\":\"" + identity + "\",\"value\":5"));
        beacons.add(page(visitor).replace("\"pageview\"", "\"problem\",\"kind\":\"" + identity + "\""));
        return beacons;
    }

    /** With a new id each time, for a repeated one would not be written. */
    private static String page(Visitor visitor) {
        return visitor.pageview("/");
    }

    @Test
    void anIdentityInAnyFieldIsRefusedOrScrubbed() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        Set<Integer> answers = new TreeSet<>();
        List<Canary> canaries = new ArrayList<>();
        for (String identity : IDENTITIES) {
            canaries.add(Canary.text(identity, identity));
            for (String beacon : beacons(visitor, identity)) {
                HttpResponse<String> answer = visitor.beacon(beacon);
                answers.add(answer.statusCode());
                assertEquals(List.of(), Canary.found(canaries, answer.body()), "an answer repeats nothing");
            }
        }
        assertEquals(Set.of(204, 400), answers);
        canaries.add(Canary.text("the person's name", "canary.person"));
        String dump = Tables.of(lethe).dump();
        assertEquals(List.of(), Canary.found(canaries, dump));
        assertTrue(lethe.count("select count(*) from raw.event") > 100, "most were stored without it");
    }

    /** The control: the same search finds what is stored on purpose. */
    @Test
    void theSearchFindsWhatIsStored() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/control-canary")));
        assertEquals(
                List.of("path"),
                Canary.found(
                        List.of(Canary.text("path", "/control-canary")),
                        Tables.of(lethe).dump()));
    }

    @Test
    void nothingInLetheCallsOut() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.lethe");
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.vertx\\.core\\.http\\.(HttpClient|WebSocketClient).*"
                        // The options bound the waits of the pools that lead to PostgreSQL.
                        + "|io\\.vertx\\.core\\.net\\.NetClient(?!Options).*"
                        + "|io\\.vertx\\.core\\.datagram\\..*"
                        + "|io\\.vertx\\.ext\\.web\\.client\\..*"
                        + "|java\\.net\\.http\\..*"
                        + "|java\\.net\\.(Http)?URLConnection"
                        + "|java\\.net\\.DatagramSocket")
                .because("nothing is given to anybody; PostgreSQL is the only other machine Lethe speaks to")
                .check(classes);
    }
}
