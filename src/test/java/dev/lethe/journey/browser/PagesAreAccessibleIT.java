package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every page that people see, in both languages, on a telephone and on a desk: nothing serious for axe-core, nothing wider than the
 * window. Pictures of them are left in {@code target/screenshots} to be looked at.
 */
@ExtendWith(Chromium.ForTests.class)
class PagesAreAccessibleIT {
    private static final Path PICTURES = Chromium.directory("target", "screenshots");

    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    private final List<String> faults = new ArrayList<>();

    /** Checks what is in the window now, and takes a picture of it; the whole page if {@code whole}. */
    private void look(Page page, String name, boolean whole) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(whole));
        Object wider = page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (((Number) wider).intValue() > 0) {
            faults.add(name + ": " + wider + " px wider than the window");
        }
        page.evaluate(Chromium.axe());
        @SuppressWarnings("unchecked")
        List<String> found = (List<String>) page.evaluate("""
            async () => (await axe.run()).violations
              .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
              .map((fault) => fault.id + ' ' + fault.nodes.map((node) => node.target.join(' ')).join(', '))\
            """);
        found.forEach(fault -> faults.add(name + ": " + fault));
    }

    @ParameterizedTest
    @CsvSource({"en, 360, LIGHT", "fr, 360, DARK", "en, 1440, DARK", "fr, 1440, LIGHT"})
    void nothingSeriousIsWrongWithAnyPage(String language, int width, ColorScheme scheme, Chromium chromium) {
        String mark = "-" + language + "-" + width + (scheme == ColorScheme.DARK ? "-dark" : "");
        String home = language.equals("fr") ? "/demo/fr/" : "/demo/";
        int height = width < 500 ? 740 : 900;
        Browser.NewContextOptions window =
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
        try (BrowserContext operator = chromium.operator(window, language);
                Person person = chromium.person(
                        lethe,
                        new Browser.NewContextOptions()
                                .setViewportSize(width, height)
                                .setColorScheme(scheme),
                        language)) {
            Page console = operator.newPage();
            console.navigate(lethe.adminUrl() + "/");
            look(console, "sign-in" + mark, false);
            console.locator("#token").fill(lethe.adminToken());
            console.locator("button[type=submit]").click();
            assertThat(console.locator("#lamp")).isVisible();

            person.open(home);
            look(person.page(), "banner" + mark, false);
            person.tap(person.accept());
            for (String page : Pages.DEMO) {
                person.pass(home + page);
                look(
                        person.page(),
                        "demo-"
                                + (page.isEmpty()
                                        ? "home"
                                        : page.replaceAll("/$", "").replace('/', '-')) + mark,
                        true);
            }
            person.pass(home + "bicycles/tandem/");
            look(person.page(), "demo-not-found" + mark, true);
            person.open(home);
            person.quiet().click();
            look(person.page(), "banner-again" + mark, false);
            for (String page : Pages.PRIVACY) {
                person.pass(page + "&lang=" + language);
                look(person.page(), (page.contains("notice") ? "notice" : "privacy-agreed") + mark, true);
            }
            person.leave();
            assertThat(console.locator("#events li").first()).isVisible();
            look(console, "console" + mark, true);
            console.navigate(lethe.adminUrl() + "/requests");
            console.locator("form:has(input[value=open]) button").click();
            assertThat(console.locator("pre.letter")).isVisible();
            look(console, "requests" + mark, true);
            person.open("/privacy?site=demo&lang=" + language);
            person.page().locator("form[action$=withdraw] button").click();
            person.settle();
            look(person.page(), "privacy-withdrawn" + mark, true);
        }
        assertEquals(List.of(), faults);
    }
}
