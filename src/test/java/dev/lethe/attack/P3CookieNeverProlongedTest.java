package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** P3: sixty visits over fourteen months do not prolong the cookie by a second; then its holder is a stranger. */
class P3CookieNeverProlongedTest {
    private static final int VISITS = 60;
    private static final Duration BETWEEN = Duration.ofDays(7).plusHours(3);
    private static final Instant START = Instant.parse("2026-01-31T09:00:00Z");
    private static final Period LIFETIME = Period.ofMonths(13);
    private static final Site SITE = new Site(
            new SiteId(TestLethe.SITE),
            Set.of(TestLethe.ORIGIN),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);

    @Test
    void visitsDoNotProlongTheCookie() {
        TestClock clock = TestClock.at(START);
        // Thirteen months after 31 January 2026 there is no 31 February.
        Instant end = Instant.parse("2027-02-28T00:00:00Z");
        try (TestLethe first = TestLethe.start(clock)) {
            Visitor visitor = first.visitor();
            TestLethe node = first;
            Instant nodeStarted = clock.instant();
            Duration widest = Duration.ZERO;
            int before = 0;
            int after = 0;
            int cookiesSet = 0;
            String token = "";
            for (int visit = 0; visit < VISITS; visit++) {
                if (Duration.between(nodeStarted, clock.instant()).toDays() > 27) {
                    // A node makes next month's keys every hour; one that slept for months is started again.
                    TestLethe next = first.another();
                    visitor.through(next);
                    if (node != first) {
                        node.close();
                    }
                    node = next;
                    nodeStarted = clock.instant();
                }
                boolean over = !clock.instant().isBefore(end);
                if (over) {
                    after++;
                    // A browser has deleted the cookie by now; this one kept it.
                    assertEquals(
                            "dropped; reason=no_consent",
                            Visitor.outcome(visitor.view("/")).orElse(""));
                } else {
                    before++;
                    if (visitor.lookUp().body().contains("\"unset\"")) {
                        widest = widest(widest, end, clock, visitor.grant());
                        cookiesSet++;
                    }
                    HttpResponse<String> answer = visitor.view("/visit/" + visit);
                    assertEquals("stored", Visitor.outcome(answer).orElse(""), answer::body);
                    widest = widest(widest, end, clock, answer);
                    cookiesSet++;
                    assertNotEquals(
                            token, visitor.cookies().toString(), "each day's first view moves the last-seen day");
                    token = visitor.cookies().toString();
                }
                clock.jump(BETWEEN);
            }
            if (node != first) {
                node.close();
            }
            System.out.printf(
                    "P3: %d visits before the end, %d after; %d cookies, end moved by at most %d ms%n",
                    before, after, cookiesSet, widest.toMillis());
            assertTrue(widest.compareTo(Duration.ofSeconds(1)) <= 0, widest::toString);
            assertTrue(after >= 3, "some visits are to come after the end");
            assertEquals(
                    before,
                    first.count("select count(*) from raw.event where path like '/visit/%'"),
                    "nothing after it");
        }
    }

    /** How far the end of the cookie that this answer sets lies from where it was. */
    private static Duration widest(Duration widest, Instant end, TestClock clock, HttpResponse<String> answer) {
        String cookie = answer.headers().allValues("set-cookie").stream()
                .filter(set -> set.contains("lethe-" + TestLethe.SITE + "=v1."))
                .findFirst()
                .orElseThrow();
        Instant now = clock.instant();
        long maxAge = Long.parseLong(cookie.replaceFirst(".*Max-Age=(\\d+).*", "$1"));
        Duration moved = Duration.between(now.plusSeconds(maxAge), end).abs();
        return moved.compareTo(widest) > 0 ? moved : widest;
    }

    /** Were the issued day renewed with each visit, as analytics cookies usually are, the end would run away. */
    @Test
    void controlARenewedIssueDayProlongsIt() {
        LocalDate issued = SITE.dayOf(START);
        Set<Instant> ends = new HashSet<>();
        for (int visit = 0; visit < VISITS; visit++) {
            LocalDate renewed = SITE.dayOf(START.plus(BETWEEN.multipliedBy(visit)));
            ends.add(SITE.startOf(renewed.plus(LIFETIME)));
        }
        assertEquals(VISITS, ends.size());
        assertTrue(ends.stream().anyMatch(end -> end.isAfter(SITE.startOf(issued.plusMonths(26)))));
    }
}
