package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S36: names, e-mail addresses and professional numbers exist elsewhere in the product and never enter its analytics. Numbers and
 * addresses are recognised wherever they stand. A name is only a word: it is kept out of everything that is not the path of a page or
 * the name of a click, and of those when it stands with an address or in a parameter.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S36NamesNeverEnterTest {
    /** None of these is anybody's: the check digits of the numbers are right, their holders do not exist. */
    private static final Map<String, List<String>> NUMBERS = new TreeMap<>(Map.of(
            "RPPS", List.of("10003456784", "8 10003456784", "810003456784"),
            "ADELI", List.of("759318642"),
            "FINESS", List.of("750712184"),
            "SIREN", List.of("732829320", "732 829 320"),
            "SIRET", List.of("73282932000074", "732 829 320 00074", "732.829.320.00074", "732-829-320-00074"),
            "VAT", List.of("FR44732829320", "FR 44 732 829 320"),
            "social security", List.of("255081416802538", "2 55 08 14 168 025 38"),
            "IBAN", List.of("FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189"),
            "telephone", List.of("0612345678", "+33612345678", "06 12 34 56 78", "06.12.34.56.78", "01-23-45-67-89"),
            "e-mail", List.of("jeanne.moineau@cabinet.example", "jeanne%40cabinet.example")));

    private static final String NAME = "moineau";

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now(), "--limits.beacons-per-visitor=1000000/min");
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private static String encoded(String text) {
        return text.replace(" ", "%20").replace("+", "%2B");
    }

    private static List<String> beacons(Visitor visitor, String personal) {
        String inUrl = encoded(personal);
        List<String> beacons = new ArrayList<>();
        for (String address : List.of(
                "/dossiers/" + inUrl,
                "/dossiers/" + inUrl + "/edit",
                "/dossiers/n-" + inUrl,
                "/dossiers/" + inUrl + ".html",
                "/d?numero=" + inUrl,
                "/d?utm_source=" + inUrl,
                "/d?utm_campaign=" + inUrl,
                "/d?utm_medium=" + inUrl,
                "/d#" + inUrl)) {
            beacons.add(visitor.pageview(address));
        }
        for (String more : List.of(
                "\"referrer\":\"https://annuaire.example/" + inUrl + "?n=" + inUrl + "\"",
                "\"referrer\":\"https://" + inUrl.replace("%20", "-") + ".annuaire.example/\"")) {
            beacons.add(visitor.pageview("/d").replace("{", "{" + more + ","));
        }
        for (String more : List.of(
                "\"name\":\"" + personal + "\"",
                "\"name\":\"Appeler " + personal + "\"",
                "\"name\":\"dossier:" + personal + "\"",
                "\"target\":\"tel:" + personal + "\"",
                "\"target\":\"mailto:" + personal + "\"",
                "\"target\":\"https://annuaire.example/" + inUrl + "\"",
                "\"target\":\"/fichiers/" + inUrl + ".pdf\"")) {
            beacons.add(
                    visitor.pageview("/d").replace("\"pageview\"", "\"click\"").replace("{", "{" + more + ","));
        }
        return beacons;
    }

    @Test
    void numbersAndAddressesAreKeptOutOfEveryField() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        List<Canary> canaries = new ArrayList<>();
        NUMBERS.forEach((kind, spellings) -> spellings.forEach(number -> {
            canaries.add(Canary.text(kind + " " + number, number));
            canaries.add(Canary.text(kind + " " + number + " encoded", encoded(number)));
            // However it is grouped, the digits in a row are the number.
            canaries.add(Canary.text(kind + " " + number + " in a row", number.replaceAll("[ .+-]", "")));
            for (String beacon : beacons(visitor, number)) {
                HttpResponse<String> answer = visitor.beacon(beacon);
                assertTrue(answer.statusCode() == 204 || answer.statusCode() == 400, answer::body);
            }
        }));
        assertEquals(List.of(), Canary.found(canaries, Tables.of(lethe).dump()));
        assertTrue(lethe.count("select count(*) from raw.event") > 200, "the rest of most beacons was stored");
    }

    @Test
    void aNameInAParameterAReferrerOrAFieldOfItsOwnIsKeptOut() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        for (String beacon : List.of(
                visitor.pageview("/d?nom=" + NAME + "&prenom=jeanne"),
                visitor.pageview("/d#nom=" + NAME),
                visitor.pageview("/d;nom=" + NAME),
                visitor.pageview("/dossiers/jeanne." + NAME + "@cabinet.example"),
                visitor.pageview("/d").replace("{", "{\"title\":\"Dossier de Jeanne " + NAME + "\","),
                visitor.pageview("/d").replace("{", "{\"referrer\":\"https://annuaire.example/" + NAME + "\","),
                visitor.pageview("/d")
                        .replace("\"pageview\"", "\"click\",\"target\":\"https://annuaire.example/" + NAME + "\""),
                visitor.pageview("/d").replace("\"pageview\"", "\"click\",\"target\":\"/cv/" + NAME + ".pdf\""))) {
            visitor.beacon(beacon);
        }
        assertEquals(
                List.of(),
                Canary.found(
                        List.of(Canary.text("name", NAME)), Tables.of(lethe).dump()));
    }

    /** The control: short numbers and words that a page's address needs are kept, and the same search finds them. */
    @Test
    void whatNamesAPageIsKept() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        for (String path : List.of("/tarifs-heron", "/articles/2024/12", "/guide-1234")) {
            visitor.view(path);
        }
        String dump = Tables.of(lethe).dump();
        for (String path : List.of("/tarifs-heron", "/articles/2024/12", "/guide-1234")) {
            assertEquals(List.of(path), Canary.found(List.of(Canary.text(path, path)), dump));
        }
    }
}
