package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S12 in a real browser: no page asks anything of another origin, breaks its own content policy, or complains. */
@ExtendWith(Chromium.ForTests.class)
class S12OnlyOwnOriginIT {
    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    private static void visitEverything(Person person) {
        for (String page : Pages.DEMO) {
            person.pass("/demo/" + page).pass("/demo/fr/" + page);
        }
        for (String page : Pages.PRIVACY) {
            person.pass(page + "&lang=en").pass(page + "&lang=fr");
        }
        person.settle();
    }

    @Test
    void publicPagesStayWithTheirOriginBeforeAndAfterConsent(Chromium chromium) {
        try (Person person = chromium.person(lethe, "fr-FR")) {
            visitEverything(person);
            person.open("/demo/").tap(person.accept());
            visitEverything(person);
            assertEquals(List.of(), person.elsewhere());
            assertEquals(List.of(), person.complaints());
        }
    }

    @Test
    void theConsoleStaysWithItsOrigin(Chromium chromium) {
        try (BrowserContext operator = chromium.operator(new Browser.NewContextOptions(), "en-GB")) {
            List<String> elsewhere = new ArrayList<>();
            List<String> complaints = new ArrayList<>();
            operator.onRequest(request -> note(request, elsewhere));
            operator.onConsoleMessage(message -> {
                if (Person.COMPLAINTS.contains(message.type())) {
                    complaints.add(message.text());
                }
            });
            operator.onWebError(error -> complaints.add(error.error()));
            Page console = operator.newPage();
            console.navigate(lethe.consoleLink().toString());
            assertThat(console.locator("#ready")).containsText("Ready");
            console.locator("nav a[hreflang=fr]").click();
            assertThat(console.locator("#ready")).containsText("Prêt");
            console.locator("form[action='/sign-out'] button").click();
            assertThat(console.locator("#token")).isVisible();
            assertEquals(List.of(), elsewhere);
            // The sign-in page is answered "401", which the browser reports and a person is meant to see.
            complaints.removeIf(text -> text.contains("401"));
            assertEquals(List.of(), complaints);
        }
    }

    private static void note(Request request, List<String> elsewhere) {
        if (!request.url().startsWith(lethe.adminUrl().toString())) {
            elsewhere.add(request.url());
        }
    }
}
