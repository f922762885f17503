package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S4 in a real browser: a consenting visit gives exactly the expected rows, and the console shows them as they come. */
@ExtendWith(Chromium.ForTests.class)
class S4TheVisitIsMeasuredIT {
    private static final String FIELDS = "concat_ws(' ', type, path, referrer_host, channel, utm_source, utm_medium,"
            + " utm_campaign, click, target_host, download, metric, problem)";

    private TestLethe lethe;

    @BeforeEach
    void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterEach
    void stop() {
        lethe.close();
    }

    private List<String> rows() {
        return lethe.rows("select " + FIELDS + " from raw.event_named where type in ('pageview', 'click', 'problem')"
                + " order by received_at, path, type");
    }

    /** Rows come in whole seconds and in batches, so only their multitude is certain. */
    private static List<String> sorted(List<String> rows) {
        return rows.stream().sorted().toList();
    }

    private void waitForRows(Person person, int count) {
        person.waitFor(
                () -> lethe.count("select count(*) from raw.event_named where type in ('pageview', 'click', 'problem')")
                        >= count);
    }

    private List<String> expect(Person person, List<String> expected, String... more) {
        List<String> all = new ArrayList<>(expected);
        all.addAll(List.of(more));
        waitForRows(person, all.size());
        assertEquals(sorted(all), sorted(rows()));
        return all;
    }

    @Test
    void storesTheExpectedRowsOfAVisitAndShowsThemInTheConsole(Chromium chromium) {
        try (BrowserContext operator = chromium.operator(new Browser.NewContextOptions(), "en-GB");
                Person person = chromium.person(
                        lethe,
                        new Browser.NewContextOptions().setScreenSize(1366, 768).setViewportSize(1366, 700),
                        "fr-FR")) {
            Page console = operator.newPage();
            console.navigate(lethe.consoleLink().toString());
            assertThat(console.locator("#ready")).containsText("Ready");

            person.openFrom("https://www.google.com/search?q=secret", "/demo/fr/guide/?utm_source=letter&email=a@b.fr");
            person.tap(person.accept());
            // The landing page counts with what was known at the landing.
            List<String> rows = expect(person, List.of(), "pageview /demo/fr/guide google.com campaign letter");
            person.page().locator("a[href*=wikipedia]").first().click();
            rows = expect(person, rows, "click /demo/fr/guide fr.wikipedia.org");
            person.open("/demo/bicycles/");
            rows = expect(person, rows, "pageview /demo/bicycles direct");
            person.page()
                    .waitForDownload(() -> person.page().locator("a[download]").click());
            rows = expect(person, rows, "click /demo/bicycles csv");
            person.page().locator("nav a[href$='/demo/app/']").click();
            person.settle();
            rows = expect(person, rows, "pageview /demo/app direct");
            person.page().locator("[data-lethe-click=fit-height]").click();
            rows = expect(person, rows, "click /demo/app fit-height", "pageview /demo/app/riding direct");
            person.page().goBack();
            rows = expect(person, rows, "pageview /demo/app direct");
            person.open("/demo/bicycles/tandem/");
            rows = expect(
                    person, rows, "pageview /demo/bicycles/tandem direct", "problem /demo/bicycles/tandem not_found");
            person.page().evaluate("setTimeout(() => { throw new Error('my name is Ada') })");
            expect(person, rows, "problem /demo/bicycles/tandem script_error");

            // What every row of this visit has, and nothing else is in any field.
            assertEquals(
                    List.of("demo|Chrome|140|Linux|desktop"),
                    lethe.rows("select distinct site, browser, browser_major, system, device from raw.event_named"));
            assertEquals(
                    List.of("lg|fr|f", "lg|fr|t"),
                    lethe.rows("select distinct screen, language, first_visit from raw.event_named where type ="
                            + " 'pageview' order by 3"));
            assertEquals(1, lethe.count("select count(distinct pseudonym) from raw.event"));
            assertEquals(
                    0, lethe.count("select count(*) from raw.event t where t::text ~* 'secret|ada|email|a@b|127.0.0'"));

            assertThat(console.locator("#events")).containsText("Clicked “fit-height” on /demo/app");
            assertThat(console.locator("#events")).containsText("Left /demo/fr/guide for fr.wikipedia.org");
            assertThat(console.locator("#events")).containsText("Downloaded a csv file on /demo/bicycles");
            assertThat(console.locator("#events")).containsText("Found no page at /demo/bicycles/tandem");
            assertThat(console.locator("#events")).containsText("A script failed on /demo/bicycles/tandem");
        }
    }

    @Test
    void measuresHowLongAndHowFarAPageWasRead(Chromium chromium) {
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.page().clock().install();
            person.open("/demo/guide/");
            person.page().clock().fastForward(30_000);
            person.page().keyboard().press("End");
            person.waitFor(() -> Boolean.TRUE.equals(
                    person.page().evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")));
            person.page().clock().fastForward(12_000);
            person.leave();
            String read = "select sum(seconds) || ' ' || max(scroll) from raw.event_named where type = 'engagement' and"
                    + " path = '/demo/guide'";
            person.waitFor(() -> lethe.text(read) != null);
            String[] told = lethe.text(read).split(" ", 2);
            // The 42 seconds of the page's clock, and what of the machine's own the test took.
            assertTrue(Integer.parseInt(told[0]) >= 42 && Integer.parseInt(told[0]) < 60, () -> told[0] + " s");
            assertEquals("100", told[1]);
        }
    }

    @Test
    void measuresHowFastAPageWasAfterSomebodyUsedIt(Chromium chromium) {
        try (Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.open("/demo/contact/");
            person.page().locator("[data-lethe-click=call-back]").click();
            assertThat(person.page().locator(".thanks").first()).not().isEmpty();
            person.leave();
            String vitals = "select metric from raw.event_named where type = 'vital' and path = '/demo/contact'"
                    + " order by metric";
            person.waitFor(() -> lethe.rows(vitals).size() == 3);
            assertEquals(List.of("CLS", "INP", "LCP"), lethe.rows(vitals));
            assertEquals(0, lethe.count("select count(*) from raw.event_named where type = 'vital' and value is null"));
        }
    }
}
