package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S24 in a real browser: refusing and withdrawing take no more taps than consenting, and the rows are gone afterwards. */
@ExtendWith(Chromium.ForTests.class)
class S24WithdrawingIsAsEasyIT {
    private TestLethe lethe;

    @BeforeEach
    void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterEach
    void stop() {
        lethe.close();
    }

    private long rows() {
        return lethe.count("select count(*) from raw.event");
    }

    /** Taps until the answer has arrived; the banner's quiet button first where the answers are not in sight. */
    private static int taps(Person person, Locator answer) {
        int taps = 0;
        if (!answer.isVisible()) {
            person.quiet().click();
            taps++;
        }
        person.tap(answer);
        return taps + 1;
    }

    @Test
    void refusingTakesAsManyTapsAsAccepting(Chromium chromium) {
        int toRefuse;
        int toAccept;
        try (Person person = chromium.person(lethe, "en-GB")) {
            toRefuse = taps(person.open("/demo/"), person.refuse());
        }
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/");
            assertEquals(person.refuse().boundingBox().width, person.accept().boundingBox().width);
            assertEquals(person.refuse().boundingBox().height, person.accept().boundingBox().height);
            toAccept = taps(person, person.accept());
        }
        assertEquals(1, toAccept);
        assertEquals(toAccept, toRefuse);
    }

    @Test
    void withdrawingThroughTheBannerTakesNoMoreTapsAndEmptiesTheTable(Chromium chromium) {
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.refuse());
            int toConsent = taps(person, person.accept());
            person.waitFor(() -> rows() > 0);
            int toWithdraw = taps(person, person.refuse());
            assertTrue(toWithdraw <= toConsent, () -> toWithdraw + " taps to withdraw, " + toConsent + " to consent");
            assertEquals(0, rows());
            assertEquals(Map.of("cookies", List.of("lethe_refused-demo=refused")), person.device());
            person.forgetRequests();
            person.page().locator("[data-lethe-click=see-bicycles]").click();
            person.settle().open("/demo/fr/").leave();
            assertEquals(List.of(), person.beacons(), "the tracker is silent");
            assertEquals(0, rows());
        }
    }

    @Test
    void aBeaconThatAnotherTabSendsAfterwardsIsDropped(Chromium chromium) {
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.waitFor(() -> rows() > 0);
            var other = person.context().newPage();
            other.navigate(lethe.publicUrl() + "/demo/contact/");
            person.waitFor(() -> rows() > 1);
            person.quiet().click();
            person.tap(person.refuse());
            assertEquals(0, rows());
            var answer = other.waitForResponse(
                    response -> response.url().contains("/api/beacon"),
                    () -> other.locator("[data-lethe-click=call-back]").click());
            assertEquals("dropped; reason=opted_out", answer.headerValue("lethe-outcome"));
            assertEquals(0, rows());
        }
    }

    @Test
    void withdrawingOnThePrivacyPageNeedsOneTapAndNoScript(Chromium chromium) {
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.waitFor(() -> rows() > 0);
            Browser.NewContextOptions plain = new Browser.NewContextOptions()
                    .setJavaScriptEnabled(false)
                    .setStorageState(person.context().storageState());
            try (Person withoutScripts = chromium.person(lethe, plain, "en-GB")) {
                withoutScripts.open("/privacy?site=demo");
                assertThat(withoutScripts.page().locator(".state")).containsText("You agreed");
                withoutScripts.page().locator("form[action$=withdraw] button").click();
                assertThat(withoutScripts.page().locator("[role=status]")).containsText("erased");
                assertEquals(
                        List.of("lethe_refused-demo"),
                        withoutScripts.context().cookies().stream()
                                .map(cookie -> cookie.name)
                                .toList());
            }
            assertEquals(0, rows());
            // The first browser's page still believes in its consent: the server knows better.
            var answer = person.page()
                    .waitForResponse(
                            response -> response.url().contains("/api/beacon"),
                            () -> person.page()
                                    .locator("[data-lethe-click=newsletter]")
                                    .click());
            assertEquals("dropped; reason=opted_out", answer.headerValue("lethe-outcome"));
            assertEquals(0, rows());
        }
    }
}
