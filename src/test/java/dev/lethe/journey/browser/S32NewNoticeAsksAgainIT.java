package dev.lethe.journey.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S32 in a real browser: once the notice has changed, an old yes counts for nothing and the question is put again. */
@ExtendWith(Chromium.ForTests.class)
class S32NewNoticeAsksAgainIT {
    private static long views(TestLethe lethe) {
        return lethe.count("select count(*) from raw.event_named where type = 'pageview'");
    }

    @Test
    void asksAgainAndCountsNothingUntilTheNewNoticeIsAccepted(Chromium chromium) {
        try (TestLethe lethe = TestLethe.demo(TestClock.now());
                Person person = chromium.person(lethe, "en-GB")) {
            person.open("/demo/").tap(person.accept());
            person.waitFor(() -> views(lethe) == 1);
            person.leave();

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
                assertEquals(1, views(lethe));
                person.tap(person.accept());
                person.waitFor(() -> views(lethe) == 2);
                assertThat(person.banner()).isHidden();
                assertEquals(
                        List.of("1|granted", "2|granted"),
                        lethe.rows("select notice_version, choice from consent.receipt order by 1"));
            }
        }
    }
}
