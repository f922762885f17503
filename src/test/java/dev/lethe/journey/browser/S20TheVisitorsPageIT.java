package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.Media;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * S20 to S25 in a real browser with scripts switched off: see what is held, take it away, have it corrected, suspended and erased, and
 * object. And the page with everything on it, in both languages and widths: nothing serious for axe-core, nothing wider than the window.
 */
@ExtendWith(Chromium.ForTests.class)
class S20TheVisitorsPageIT {
    /** Somebody who agreed and read some pages with scripts, and comes to her page without. */
    private static Person withoutScripts(Chromium chromium, TestLethe lethe) {
        List<Cookie> cookies = new ArrayList<>();
        try (Person reader = chromium.person(lethe, "en-GB")) {
            reader.open("/demo/").tap(reader.accept());
            reader.waitFor(() -> lethe.count("select count(*) from raw.event where type = 1") == 1);
            reader.open("/demo/guide/");
            reader.waitFor(() -> lethe.count("select count(*) from raw.event where type = 1") == 2);
            reader.leave();
            cookies.addAll(reader.context().cookies(lethe.publicUrl().toString()));
        }
        Person person = chromium.person(
                lethe,
                new Browser.NewContextOptions().setJavaScriptEnabled(false).setAcceptDownloads(true),
                "en-GB");
        person.context().addCookies(cookies);
        return person;
    }

    @Test
    void seesTakesCorrectsSuspendsErasesAndObjectsWithoutAScript(Chromium chromium) throws IOException {
        try (TestLethe lethe = TestLethe.demo(TestClock.now());
                Person person = withoutScripts(chromium, lethe)) {
            Page page = person.pass("/privacy?site=demo&lang=en").page();
            assertThat(page.locator(".events")).containsText("/demo/guide");

            for (String format : List.of("json", "csv")) {
                Download download = page.waitForDownload(
                        () -> page.locator("form[action$='/privacy/data'][method=get] button[value=" + format + "]")
                                .click());
                assertEquals("lethe-demo." + format, download.suggestedFilename());
                String copy = Files.readString(download.path());
                assertTrue(copy.contains("/demo/guide"), copy);
                if (format.equals("json")) {
                    assertTrue(new JsonObject(copy).getJsonArray("events").size() >= 2);
                }
            }

            long before = lethe.count("select count(*) from raw.event");
            page.locator(".events input[type=radio]").first().check();
            page.locator("form[action$=correct] button").click();
            assertThat(page.locator(".state").first()).containsText("The wrong event is removed");
            assertEquals(before - 1, lethe.count("select count(*) from raw.event"));

            page.locator("form[action$=restrict] button").first().click();
            assertThat(page.locator(".state").last()).containsText("suspended");
            page.locator("form[action$=release] button").first().click();
            assertThat(page.locator(".state").last()).containsText("You agreed");

            page.locator("form[action$='/privacy/code'] button").click();
            String code = page.locator(".code").innerText();
            assertFalse(page.url().contains(code.substring(0, 5)), "never in an address");
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
            assertThat(page.locator(".code")).isVisible();
            PageCheck.picture(page, "visitor-code-printed", true);
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.SCREEN));

            person.pass("/privacy?site=demo&lang=en");
            page.locator("form[action$=erase] button").first().click();
            assertThat(page.locator(".state").first()).containsText("What was collected is erased");
            assertThat(page.locator(".receipt")).containsText("erasure, carried out on");
            assertEquals(0, lethe.count("select count(*) from raw.event"));
            assertEquals(List.of(), person.context().cookies());

            page.locator("form[action$=opt-out] button").click();
            assertThat(page.locator(".state").last()).containsText("You objected");

            // By the code on paper, in a browser that never agreed to anything.
            page.locator("#typed").fill(code.toLowerCase(java.util.Locale.ROOT));
            Download byCode = page.waitForDownload(
                    () -> page.locator("form[action$='/privacy/data'][method=post] button[value=json]")
                            .click());
            assertEquals(
                    0,
                    new JsonObject(Files.readString(byCode.path()))
                            .getJsonArray("events")
                            .size());
            assertEquals(List.of(), person.complaints());
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 360", "fr, 360", "en, 1280", "fr, 1280"})
    void nothingSeriousIsWrongWithThePage(String language, int width, Chromium chromium) {
        PageCheck check = new PageCheck("-" + language + "-" + width);
        try (TestLethe lethe = TestLethe.demo(
                        TestClock.now(),
                        "--controller.name=Atelier Quai",
                        "--controller.contact=privacy@example.test",
                        "--controller.address=1 rue du Quai, 75000 Paris",
                        "--hosting.place=Paris, France");
                Person person =
                        chromium.person(lethe, new Browser.NewContextOptions().setViewportSize(width, 800), language)) {
            person.open("/demo/").tap(person.accept());
            person.open("/demo/guide/").leave();
            person.waitFor(() -> lethe.count("select count(*) from raw.event where type = 1") == 2);
            person.pass("/privacy?site=demo&lang=" + language);
            check.look(person.page(), "privacy-held");
            person.page().locator("form[action$='/privacy/code'] button").click();
            check.look(person.page(), "visitor-code");
            person.pass("/privacy/notice?site=demo&lang=" + language);
            check.look(person.page(), "notice-full");
            person.pass("/privacy?site=demo&lang=" + language);
            person.page().locator("form[action$=restrict] button").first().click();
            check.look(person.page(), "privacy-suspended");
            person.page().locator("form[action$=erase] button").first().click();
            check.look(person.page(), "privacy-erased");
        }
        check.assertNothingSerious();
    }
}
