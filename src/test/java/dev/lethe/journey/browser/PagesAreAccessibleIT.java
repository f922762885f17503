package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every page that people see, in both languages, on a telephone and on a desk, in light and dark, and the compliance report as it is
 * printed: nothing serious for axe-core, nothing wider than the window. {@link S20TheVisitorsPageIT} looks at the visitor's page with
 * everything on it.
 */
@ExtendWith(Chromium.ForTests.class)
class PagesAreAccessibleIT {
    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        lethe = TestLethe.demo(TestClock.now());
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    @ParameterizedTest
    @CsvSource({"en, 360, LIGHT", "fr, 360, DARK", "en, 1280, DARK", "fr, 1280, LIGHT"})
    void nothingSeriousIsWrongWithAnyPage(
            String language, int width, ColorScheme scheme, Chromium chromium, @TempDir Path directory) {
        PageCheck check = new PageCheck("-" + language + "-" + width + (scheme == ColorScheme.DARK ? "-dark" : ""));
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
            check.lookAtWindow(console, "sign-in");
            console.locator("#token").fill(lethe.adminToken());
            console.locator("button[type=submit]").click();
            assertThat(console.locator("#lamp")).isVisible();

            person.open(home);
            check.lookAtWindow(person.page(), "banner");
            person.tap(person.accept());
            for (String page : Pages.DEMO) {
                person.pass(home + page);
                check.look(
                        person.page(),
                        "demo-"
                                + (page.isEmpty()
                                        ? "home"
                                        : page.replaceAll("/$", "").replace('/', '-')));
            }
            person.pass(home + "bicycles/tandem/");
            check.look(person.page(), "demo-not-found");
            person.open(home);
            person.quiet().click();
            check.lookAtWindow(person.page(), "banner-again");
            for (String page : Pages.PRIVACY) {
                person.pass(page + "&lang=" + language);
                check.look(person.page(), page.contains("notice") ? "notice" : "privacy-agreed");
            }
            person.leave();
            assertThat(console.locator("#events li").first()).isVisible();
            check.look(console, "console");
            console.navigate(lethe.adminUrl() + "/requests");
            console.locator("form:has(input[value=open]) button").click();
            assertThat(console.locator("pre.letter")).isVisible();
            check.look(console, "requests");
            console.navigate(lethe.adminUrl() + "/sites/demo");
            check.look(console, "site");
            Path report = directory.resolve("report.html");
            CommandRun made = CommandRun.of(lethe, "compliance", "--html", report.toString(), "--lang", language);
            assertEquals(0, made.exitCode(), made::err);
            console.navigate(report.toUri().toString());
            check.look(console, "compliance");
            console.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
            check.look(console, "compliance-printed");
            person.open("/privacy?site=demo&lang=" + language);
            person.page().locator("form[action$=withdraw] button").click();
            person.settle();
            check.look(person.page(), "privacy-withdrawn");
        }
        check.assertNothingSerious();
    }
}
