package dev.lethe.journey.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S1 and S33 in a real browser: before consent and after a refusal nothing is kept on the device, nothing is sent, nothing stored. */
@ExtendWith(Chromium.ForTests.class)
class S1NothingBeforeConsentIT {
    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    /** Everything somebody might do on the site without answering. */
    private static void wander(Person person) {
        person.open("/demo/");
        // By keyboard, because the banner may lie over what is at the bottom of the window.
        person.page().locator("[data-lethe-click=newsletter]").press("Enter");
        person.page().mouse().wheel(0, 2_000);
        person.open("/demo/fr/bicycles/").open("/demo/guide/?utm_source=letter");
        person.page().locator("a[href*=wikipedia]").first().press("Enter");
        person.open("/demo/bicycles/tandem/").open("/demo/");
    }

    @Test
    void asksOnlyForTheChoiceAndKeepsNothingWithoutAnAnswer(Chromium chromium) {
        String before = Tables.digest(lethe);
        try (Person person = chromium.person(lethe, "en-GB")) {
            wander(person);
            assertTrue(person.banner().isVisible());
            assertEquals(Map.of(), person.device());
            person.leave();
            assertEquals(
                    List.of("GET /api/consent"),
                    person.calls().stream().distinct().toList());
            assertFalse(
                    person.calls().isEmpty(), "the look-up is sent, so that this test would also have seen a beacon");
        }
        assertEquals(before, Tables.digest(lethe));
    }

    @Test
    void keepsOnlyTheRefusalAndStoresOnlyItsReceipt(Chromium chromium) {
        String before = Tables.digestWithoutReceipts(lethe);
        long receipts = lethe.count("select count(*) from consent.receipt");
        try (Person person = chromium.person(lethe, "fr-FR")) {
            person.open("/demo/fr/").tap(person.refuse());
            wander(person);
            assertFalse(person.banner().isVisible());
            assertEquals(Map.of("cookies", List.of("lethe_refused-demo=refused")), person.device());
            person.leave();
            assertEquals(List.of(), person.beacons());
            assertEquals(
                    1,
                    person.calls().stream().filter("POST /api/consent"::equals).count());
        }
        assertEquals(before, Tables.digestWithoutReceipts(lethe));
        assertEquals(receipts + 1, lethe.count("select count(*) from consent.receipt"));
    }

    @Test
    void takesTheBrowsersOwnRefusalForAnAnswer(Chromium chromium) {
        String before = Tables.digest(lethe);
        Browser.NewContextOptions signal = new Browser.NewContextOptions().setExtraHTTPHeaders(Map.of("Sec-GPC", "1"));
        try (Person person = chromium.person(lethe, signal, "en-GB")) {
            person.context()
                    .addInitScript("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {value: true})");
            wander(person);
            assertFalse(person.banner().isVisible(), "nobody is asked against the signal");
            assertTrue(person.quiet().isVisible(), "but may say otherwise");
            assertEquals(Map.of(), person.device());
            person.leave();
            assertEquals(List.of(), person.beacons());
        }
        assertEquals(before, Tables.digest(lethe));
    }
}
