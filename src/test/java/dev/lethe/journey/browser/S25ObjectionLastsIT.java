package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** S25 in a real browser: objecting is a plain form, needs neither script nor identifier, and survives the browser's end. */
@ExtendWith(Chromium.ForTests.class)
class S25ObjectionLastsIT {
    @Test
    void objectsWithoutScriptsAndIsStillHeededAfterARestart(Chromium chromium, @TempDir Path profile) {
        try (TestLethe lethe = TestLethe.demo(TestClock.now())) {
            try (Person person = chromium.person(lethe, profile, false)) {
                person.open("/demo/");
                person.page().locator("footer a[href*='/privacy']").first().click();
                assertThat(person.page().locator(".state")).containsText("You have not chosen");
                person.page().locator("form[action$=opt-out] button").click();
                assertThat(person.page().locator(".state").last()).containsText("You objected");
            }
            try (Person person = chromium.person(lethe, profile, true)) {
                person.open("/demo/");
                assertFalse(person.banner().isVisible(), "she is not asked again");
                assertEquals(Map.of("cookies", List.of("lethe_refused-demo=objected")), person.device());
                person.page().locator("[data-lethe-click=see-bicycles]").click();
                person.settle().leave();
                assertEquals(List.of(), person.beacons());
                assertEquals(0, lethe.count("select count(*) from raw.event"));
                assertEquals(0, lethe.count("select count(*) from rights.tag"), "there was nobody to tag");
            }
        }
    }
}
