package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S5: no tracking across sites. One browser visits two sites of one installation and a third one of another; nobody who holds both
 * databases finds a value that links the visits.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S5NoTrackingAcrossSitesTest {
    private static final String FIRST = "first.test";
    private static final String SECOND = "second.test";
    private static final String THIRD = "third.test";

    private TestLethe lethe;
    private TestLethe elsewhere;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
        lethe.addSite(FIRST, "UTC", false, "https://" + FIRST);
        lethe.addSite(SECOND, "UTC", false, "https://" + SECOND);
        elsewhere = TestLethe.start(TestClock.now());
        elsewhere.addSite(THIRD, "UTC", false, "https://" + THIRD);
    }

    @AfterAll
    void stop() {
        elsewhere.close();
        lethe.close();
    }

    private static Visitor visit(TestLethe where, String site) {
        return visit(where, site, "https://" + site);
    }

    private static Visitor visit(TestLethe where, String site, String origin) {
        Visitor browser = where.visitor(site, origin);
        browser.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(browser.view("/same")));
        assertEquals(Optional.of("stored"), Visitor.outcome(browser.view("/same")));
        return browser;
    }

    /** What distinguishes one visitor's rows from another's on a site: everything random or keyed. */
    private static Set<String> distinguishing(TestLethe where, String site) {
        Set<String> values = new HashSet<>();
        for (String query : List.of(
                "select pseudonym from raw.event where site = '%s'",
                "select beacon_id from raw.event where site = '%s'",
                "select receipt from consent.receipt where site = '%s'",
                "select tag from rights.tag where site = '%s'",
                "select encode(wrapped, 'hex') from keys.month where site = '%s'")) {
            List<String> found = where.rows(query.formatted(site));
            assertFalse(found.isEmpty(), query);
            values.addAll(found);
        }
        return values;
    }

    private static Set<String> overlap(Set<String> one, Set<String> other) {
        Set<String> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }

    @Test
    void nothingLinksOneBrowsersVisitsToTwoSites() {
        Visitor first = visit(lethe, FIRST);
        Visitor second = visit(lethe, SECOND);
        Visitor third = visit(elsewhere, THIRD);
        Set<String> cookies = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (Visitor browser : List.of(first, second, third)) {
            assertEquals(1, browser.cookies().size());
            assertTrue(cookies.addAll(browser.cookies().keySet()), "each site has a cookie of its own");
            String content = browser.cookies().values().iterator().next().split("\\.", 3)[1];
            byte[] id = Arrays.copyOf(Base64.getUrlDecoder().decode(content), 16);
            assertTrue(ids.add(HexFormat.of().formatHex(id)), "each site has a visitor id of its own");
        }
        // Withdrawn but kept, so that tags are among what is compared.
        for (Visitor browser : List.of(first, second, third)) {
            assertEquals(200, browser.choose("refused", ",\"erase\":false").statusCode());
        }
        Set<String> onFirst = distinguishing(lethe, FIRST);
        Set<String> onSecond = distinguishing(lethe, SECOND);
        Set<String> onThird = distinguishing(elsewhere, THIRD);
        assertEquals(Set.of(), overlap(onFirst, onSecond));
        assertEquals(Set.of(), overlap(onFirst, onThird));
        assertEquals(Set.of(), overlap(onSecond, onThird));
    }

    /** The control: on one site the same values do link the views of one visit, and tell two visitors apart. */
    @Test
    void onOneSiteThePseudonymLinksAVisit() {
        Visitor one = visit(lethe, TestLethe.SITE, TestLethe.ORIGIN);
        Visitor other = visit(lethe, TestLethe.SITE, TestLethe.ORIGIN);
        assertNotEquals(one.cookies(), other.cookies());
        assertEquals(
                List.of("2", "2"),
                lethe.rows("select count(*) from raw.event where site = '" + TestLethe.SITE + "' group by pseudonym"));
    }

    @Test
    void aSitesCookieSaysNothingOnAnother() {
        Visitor first = visit(lethe, FIRST);
        String token = first.cookies().get("lethe-" + FIRST);
        Visitor second = lethe.visitor(SECOND, "https://" + SECOND);
        second.cookies().put("lethe-" + FIRST, token);
        assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(second.view("/same")));
        second.cookies().put("lethe-" + SECOND, token);
        assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(second.view("/same")));
        // A page of one site cannot count on the other's account either.
        first.header("Origin", "https://" + SECOND);
        assertEquals(Optional.of("dropped; reason=foreign_origin"), Visitor.outcome(first.view("/same")));
    }
}
