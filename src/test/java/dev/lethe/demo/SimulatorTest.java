package dev.lethe.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.consent.DropReason;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Five weeks of an invented site, on a real PostgreSQL; and small runs beside them. */
class SimulatorTest {
    private static final int DAYS = 35;
    private static final int VISITORS = 80;
    private static final long SEED = 20_261_123;

    /** Everything of a row but the pseudonym, which no two installations share. */
    private static final String ROWS = """
        select md5(string_agg(concat_ws('|', day, beacon_id, site, received_at, type, path, referrer_host, channel,
          utm_source, utm_medium, utm_campaign, browser, browser_major, system, device, screen, country, language, click,
          target_host, download, seconds, scroll, metric, value, problem, gap_days), '/' order by day, beacon_id))
        from raw.event
        """;

    /** The first pageview of each visitor's day. */
    private static final String LANDINGS = """
        (select distinct on (day, pseudonym) *
         from raw.event_named
         where type = 'pageview'
         order by day, pseudonym, received_at, referrer_host nulls last) as landing
        """;

    private static SimulatedSite site;
    private static Simulator.Summary summary;

    @BeforeAll
    static void simulate() {
        System.out.println("seed " + SEED);
        site = new SimulatedSite();
        summary = site.run(SimulatedSite.plan(DAYS, VISITORS, SEED));
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @Test
    void storesWhatItSays() {
        assertTrue(summary.isComplete());
        LocalDate first = SimulatedSite.today().minusDays(DAYS);
        assertEquals(first, summary.first());
        assertEquals(List.of(first.toString()), site.rows("select first_day from registry.site"));
        assertEquals(summary.events(), site.count("select count(*) from raw.event"));
        assertEquals(
                summary.visitorDays(),
                site.count("select count(*) from (select distinct day, pseudonym from raw.event) v"));
        assertEquals(DAYS + 1, site.count("select count(distinct day) from raw.event"));
        // Half of today is still to come.
        double perDay = summary.visitorDays() / (DAYS + 1.0);
        assertTrue(Math.abs(perDay / VISITORS - 1) < .1, "visitors a day: " + perDay);
    }

    @Test
    void sameSeedGivesTheSameRowsOnAnotherInstallation() {
        SimulationPlan plan = SimulatedSite.plan(4, 30, SEED);
        try (SimulatedSite one = new SimulatedSite(1);
                SimulatedSite other = new SimulatedSite(2);
                SimulatedSite otherSeed = new SimulatedSite(2)) {
            one.run(plan);
            other.run(plan);
            otherSeed.run(SimulatedSite.plan(4, 30, SEED + 1));
            assertEquals(one.rows(ROWS), other.rows(ROWS));
            String receipts = "select receipt, choice, method, first_choice, day from consent.receipt order by receipt";
            assertEquals(one.rows(receipts), other.rows(receipts));
            assertNotEquals(one.rows(ROWS), otherSeed.rows(ROWS));
        }
    }

    @Test
    void runningItAgainStoresNothingTwiceAndCompletesWhatWasInterrupted() {
        SimulationPlan plan = SimulatedSite.plan(6, 30, SEED);
        try (SimulatedSite once = new SimulatedSite();
                SimulatedSite again = new SimulatedSite()) {
            once.run(plan);
            assertFalse(again.run(plan, .4).isComplete());
            long half = again.count("select count(*) from raw.event");
            assertTrue(half > 0, "what was committed stays");
            assertTrue(half < once.count("select count(*) from raw.event"), "it was interrupted");
            assertTrue(again.run(plan).isComplete());
            again.run(plan);
            assertEquals(once.rows(ROWS), again.rows(ROWS));
            assertEquals(
                    once.rows("select count(*) from consent.receipt"),
                    again.rows("select count(*) from consent.receipt"));
        }
    }

    @Test
    void theDemosPastIsCompletedOnAnotherDay() throws InterruptedException {
        SimulationPlan plan = new SimulationPlan(SimulatedSite.SITE, 5, 30, SEED, false, "");
        try (SimulatedSite once = new SimulatedSite();
                SimulatedSite again = new SimulatedSite()) {
            once.run(plan);
            again.at(SimulatedSite.NOW)
                    .days()
                    .rememberHistoryBegun(plan.site(), plan.site().dayOf(SimulatedSite.NOW));
            assertFalse(again.run(plan, .4).isComplete());
            Simulator tomorrow = again.at(SimulatedSite.NOW.plus(Duration.ofDays(1)));
            AtomicInteger told = new AtomicInteger();
            DemoHistory history = new DemoHistory(tomorrow, plan, told::incrementAndGet);
            history.start();
            assertTrue(history.join(Duration.ofSeconds(60)));
            assertEquals(1, told.get());
            assertTrue(tomorrow.days().isHistoryTold(plan.site()));
            assertEquals(once.rows(ROWS), again.rows(ROWS));
        }
    }

    @Test
    void leavesDaysOfAnotherPlanAsTheyAre() {
        try (SimulatedSite few = new SimulatedSite()) {
            few.run(SimulatedSite.plan(3, 20, SEED));
            List<String> before = few.rows(ROWS);
            Simulator.Summary more = few.run(SimulatedSite.plan(5, 20, SEED));
            LocalDate today = SimulatedSite.today();
            assertEquals(List.of(today.minusDays(3), today.minusDays(2), today.minusDays(1), today), more.skipped());
            assertEquals(2, more.days());
            assertEquals(before, few.rows(ROWS + " where day >= '" + today.minusDays(3) + "'"));
            assertEquals(6, few.count("select count(distinct day) from raw.event"));
        }
    }

    @Test
    void inventsNobodyAmongRealVisitors() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new SimulationPlan(SimulatedSite.site("real.test", false), 3, 20, 1, true, ""));
        assertTrue(refused.getMessage().contains("real visitors"), refused.getMessage());
    }

    @Test
    void tellsNothingThatRetentionWouldDestroyAtOnce() {
        assertThrows(
                IllegalArgumentException.class,
                () -> site.run(new SimulationPlan(SimulatedSite.SITE, SimulationPlan.MOST_DAYS, 1, SEED, true, "")));
    }

    @Test
    void tellsThePastAndNotTheFuture() {
        assertEquals(
                "t",
                site.rows("select max(received_at) < '" + SimulatedSite.NOW + "' from raw.event")
                        .getFirst());
        assertTrue(site.count("select count(*) from raw.event where day = '" + SimulatedSite.today() + "'") > 0);
        assertEquals(
                0,
                site.count(
                        "select count(*) from raw.event where day <> (received_at at time zone 'Europe/Paris')::date"));
    }

    @Test
    void weekdaysAreBusierThanWeekendsAndDaysThanNights() {
        double weekday = site.count("select count(*) from raw.event where extract(isodow from day) <= 5") / 25.0;
        double weekend = site.count("select count(*) from raw.event where extract(isodow from day) > 5") / 10.0;
        assertTrue(weekday > 1.15 * weekend, weekday + " and " + weekend);
        String hour = "extract(hour from received_at at time zone 'Europe/Paris')";
        long afternoon = site.count("select count(*) from raw.event where " + hour + " between 12 and 15");
        long night = site.count("select count(*) from raw.event where " + hour + " between 1 and 4");
        assertTrue(afternoon > 8 * night, afternoon + " and " + night);
    }

    @Test
    void oneCampaignStandsOut() {
        List<String> peak = site.rows("""
            select day, count(distinct pseudonym) as visitors
            from raw.event
            group by day
            order by visitors desc
            limit 1
            """);
        List<String> campaign = site.rows("""
            select day, count(*) as views
            from raw.event
            where utm_campaign = 'open-workshop'
            group by day
            order by views desc
            """);
        assertTrue(campaign.size() <= 7, "a campaign ends: " + campaign);
        assertTrue(
                campaign.stream()
                        .limit(3)
                        .anyMatch(day -> day.startsWith(peak.getFirst().substring(0, 10))),
                peak + " " + campaign);
    }

    @Test
    void comesFromEverywhereAsPlanned() {
        // Half of the campaign's referrers are of no channel of their own: its medium decides.
        share("channel = 'search'", .33, .05);
        share("channel = 'direct'", .25, .05);
        share("channel = 'social'", .09, .04);
        share("channel = 'email'", .065, .03);
        share("channel = 'ai_assistant'", .045, .03);
        share("channel = 'referral'", .11, .04);
        share("country = 'FR'", .58, .06);
        share("device = 'mobile'", .59, .06);
        assertTrue(site.count("select count(distinct country) from raw.event") >= 12);
        assertEquals(0, site.count("select count(*) from raw.event where country is null"));
        assertTrue(site.count("select count(distinct browser) from raw.event") >= 5);
        assertTrue(site.count("select count(distinct language) from raw.event") >= 5);
    }

    private static void share(String which, double expected, double tolerance) {
        double all = site.count("select count(*) from " + LANDINGS);
        double share = site.count("select count(*) from " + LANDINGS + " where " + which) / all;
        assertTrue(Math.abs(share - expected) < tolerance, which + ": " + share);
    }

    @Test
    void visitsHaveEverythingThatBeaconsCanTell() {
        for (String each : List.of(
                "type = 'engagement' and seconds > 0 and scroll > 0",
                "click = 'test-ride-quai'",
                "click = 'see-bicycles'",
                "target_host is not null",
                "download = 'pdf'",
                "metric = 'LCP'",
                "metric = 'INP'",
                "metric = 'CLS'",
                "problem = 'not_found'",
                "path like '/fr/%'",
                "utm_medium = 'email'")) {
            assertTrue(site.count("select count(*) from raw.event_named where " + each) > 0, each);
        }
        assertEquals(
                0,
                site.count("select count(*) from raw.event_named where type is null or browser is null or browser ="
                        + " 'other' or system is null or device is null or screen is null or language is null"));
    }

    @Test
    void pagesAreThoseOfTheWorkshopAndAFewAreMostPopular() {
        Workshop workshop = new Workshop("");
        Set<String> known = new HashSet<>(workshop.paths(false));
        known.addAll(workshop.paths(true));
        assertEquals(120, known.size());
        for (String gone : List.of("/bicycles/delta/", "/shop/spring-sale")) {
            known.addAll(List.of(gone, "/fr" + gone));
        }
        List<String> views = site.rows("""
            select path
            from raw.event_named
            where type = 'pageview'
            group by path
            order by count(*) desc
            """);
        Set<String> stored = new HashSet<>();
        // The slash at a path's end is not kept.
        known.forEach(path -> stored.add(path.replaceAll("(.)/$", "$1")));
        assertTrue(stored.containsAll(views), views::toString);
        assertTrue(views.size() > 90, "paths: " + views.size());
        long first = site.count("select count(*) from raw.event where type = 1 and path = '" + views.getFirst() + "'");
        long fiftieth = site.count("select count(*) from raw.event where type = 1 and path = '" + views.get(49) + "'");
        assertTrue(first > 15 * fiftieth, first + " and " + fiftieth);
    }

    @Test
    void visitorsComeBackAfterDaysOrForTheFirstTime() {
        String gaps = """
            (select day, pseudonym, max(e.gap_days) as gap
             from raw.event e
             group by day, pseudonym) as visitor_day
            """;
        assertEquals(
                0, site.count("select count(*) from " + gaps + " where gap not between 1 and 396 and gap <> 32767"));
        long days = site.count("select count(*) from " + gaps);
        long firsts = site.count("select count(*) from " + gaps + " where gap = 32767");
        assertEquals(summary.visitors(), firsts, "each visitor has one first day");
        assertTrue(days - firsts > days / 6, "some come back: " + (days - firsts) + " of " + days);
        assertEquals(0, site.count("select count(*) from " + gaps + " where gap <> 32767 and gap > " + DAYS));
    }

    @Test
    void whoeverDoesNotConsentLeavesNoRow() {
        for (DropReason reason : List.of(DropReason.OPTED_OUT, DropReason.GPC, DropReason.NO_CONSENT, DropReason.BOT)) {
            assertTrue(summary.dropped().getOrDefault(reason, 0L) > 0, reason.label());
        }
        long granted = site.count("select count(*) from consent.receipt where choice = 'granted' and first_choice");
        // Programs press the button too, and leave a receipt and nothing else.
        assertTrue(summary.visitors() <= granted, summary.visitors() + " of " + granted);
        assertTrue(summary.visitors() > .9 * granted, summary.visitors() + " of " + granted);
    }

    @Test
    void choicesLeaveTheirReceipts() {
        double choices = site.count("select count(*) from consent.receipt where first_choice");
        double refused = site.count("select count(*) from consent.receipt where first_choice and choice = 'refused'");
        assertTrue(Math.abs(refused / choices - .25) < .05, refused + " of " + choices);
        assertTrue(site.count("select count(*) from consent.receipt where choice in ('withdrawn', 'objected')") > 0);
        assertEquals(DAYS + 1, site.count("select count(distinct day) from consent.receipt"));
        assertEquals(
                0,
                site.count("select count(*) from consent.receipt r where not exists (select from consent.notice n"
                        + " where n.version = r.notice_version and n.sha256 = r.notice_sha256)"));
    }

    @Test
    void theDemosHistoryIsToldOnceAndNotBesideRealVisits() throws InterruptedException {
        try (SimulatedSite demo = new SimulatedSite()) {
            SimulationPlan plan = SimulatedSite.plan(2, 20, SEED);
            tell(demo, plan);
            long events = demo.count("select count(*) from raw.event");
            assertTrue(events > 0);
            demo.execute("delete from raw.event");
            tell(demo, plan);
            assertEquals(0, demo.count("select count(*) from raw.event"), "once");

            demo.execute("delete from registry.job where job like 'history%'", """
                insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device,
                  site, path)
                values ('2026-11-23T10:00:00Z', '2026-11-23', gen_random_uuid(), gen_random_uuid(), 1, 1, 140, 1, 1,
                  'invented.test', '/')
                """);
            tell(demo, plan);
            assertEquals(1, demo.count("select count(*) from raw.event"), "somebody was there");
        }
    }

    private static void tell(SimulatedSite demo, SimulationPlan plan) throws InterruptedException {
        DemoHistory history = demo.history(plan);
        history.start();
        assertTrue(history.join(Duration.ofSeconds(60)), "it ends");
    }
}
