package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S32 in a real browser: once the notice has changed, an old yes counts for nothing and the question is put again. */
@ExtendWith(Chromium.ForTests.class)
class S32NewNoticeAsksAgainIT {
    @Test
    void asksAgainAndCountsNothingUntilTheNewNoticeIsAccepted(Chromium chromium) {
        try (TestLethe lethe = TestLethe.demo(TestClock.now());
                Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.waitFor(() -> lethe.count("select count(*) from raw.event") == 1);
            person.leave();
            long before = lethe.count("select count(*) from raw.event");
            // Cookies know no port, so the node with the new notice sees the same browser.
            try (TestLethe renewed = lethe.another("--demo=true", "--notice.version=2")) {
                String start = renewed.publicUrl() + "/demo/";
                person.forgetRequests();
                person.page().navigate(start);
                assertThat(person.banner()).isVisible();
                person.settle();
                person.page().navigate(start + "guide/");
                assertThat(person.banner()).isVisible();
                assertEquals(0, person.beacons().size());
                assertEquals(before, lethe.count("select count(*) from raw.event"));
                person.tap(person.accept());
                person.waitFor(() -> lethe.count("select count(*) from raw.event") == before + 1);
                assertThat(person.banner()).isHidden();
                assertEquals(
                        "2",
                        lethe.text("select string_agg(distinct notice::text, ',') from consent.receipt where notice"
                                + " <> 1"));
            }
        }
    }
}
