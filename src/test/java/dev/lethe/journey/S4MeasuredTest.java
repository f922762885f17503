package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S4: measured are clicks, pages viewed, time and duration of the visit, browser type, screen size and where visitors come from;
 * exactly these. A scripted visit of four minutes on a Tuesday morning gives the expected rows and numbers.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S4MeasuredTest {
    private static final Instant ARRIVES = Instant.parse("2026-03-10T09:30:00Z");

    /** The fields of an event as docs/ and the API promise them. */
    private static final Set<String> FIELDS = Set.of(
            "day",
            "pseudonym",
            "beacon_id",
            "site",
            "received_at",
            "type",
            "path",
            "referrer_host",
            "channel",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "browser",
            "browser_major",
            "system",
            "device",
            "screen",
            "country",
            "language",
            "click",
            "target_host",
            "download",
            "seconds",
            "scroll",
            "metric",
            "value",
            "problem",
            "gap_days");

    private TestLethe lethe;

    @BeforeAll
    void visit() {
        TestClock clock = TestClock.at(ARRIVES);
        lethe = TestLethe.start(clock);
        Visitor visitor = lethe.visitor();
        visitor.grant();
        send(visitor, "/?utm_source=letter&utm_medium=email&utm_campaign=spring&q=x", "pageview", """
            ,"referrer":"https://www.google.com/search?q=x"\
            """);
        clock.jump(Duration.ofSeconds(60));
        send(visitor, "/", "vital", ",\"metric\":\"LCP\",\"value\":1234.5");
        send(visitor, "/", "click", ",\"name\":\"newsletter\"");
        send(visitor, "/", "engagement", ",\"seconds\":55,\"scroll\":80");
        send(visitor, "/docs", "pageview", ",\"referrer\":\"https://www.example.test/\"");
        clock.jump(Duration.ofSeconds(120));
        send(visitor, "/docs", "click", ",\"target\":\"https://docs.partner.example/a?b=c\"");
        send(visitor, "/docs", "click", ",\"target\":\"/files/manual.pdf\"");
        send(visitor, "/docs", "engagement", ",\"seconds\":110,\"scroll\":100");
        clock.jump(Duration.ofSeconds(60));
        send(visitor, "/lost", "pageview", "");
        send(visitor, "/lost", "problem", ",\"kind\":\"not_found\"");
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private static void send(Visitor visitor, String path, String type, String more) {
        String beacon = visitor.pageview(path).replace("\"pageview\"", "\"" + type + "\"");
        var answer = visitor.beacon(beacon.substring(0, beacon.length() - 1) + more + "}");
        assertEquals(Optional.of("stored"), Visitor.outcome(answer), answer::body);
    }

    @Test
    void anEventHasExactlyTheFieldsThatArePublished() {
        assertEquals(new TreeSet<>(FIELDS), new TreeSet<>(columns("event")));
        Set<String> named = new TreeSet<>(FIELDS);
        // Whether there was an earlier visit at all, which the number of days cannot say.
        named.add("first_visit");
        assertEquals(named, new TreeSet<>(columns("event_named")));
    }

    private List<String> columns(String table) {
        return lethe.rows(
                "select column_name from information_schema.columns where table_schema = 'raw' and table_name = '"
                        + table + "'");
    }

    @Test
    void theVisitGivesTheseRows() {
        assertEquals(
                List.of(
                        "09:30:00|pageview|/|google.com|email|letter|email|spring|null|null|null|null|null|null|null|null|t",
                        "09:31:00|click|/|null|null|null|null|null|newsletter|null|null|null|null|null|null|null|null",
                        "09:31:00|engagement|/|null|null|null|null|null|null|null|null|55|80|null|null|null|null",
                        "09:31:00|pageview|/docs|null|direct|null|null|null|null|null|null|null|null|null|null|null|f",
                        "09:31:00|vital|/|null|null|null|null|null|null|null|null|null|null|LCP|1234.5|null|null",
                        "09:33:00|click|/docs|null|null|null|null|null|null|docs.partner.example|null|null|null|null|null|null|null",
                        "09:33:00|click|/docs|null|null|null|null|null|null|null|pdf|null|null|null|null|null|null",
                        "09:33:00|engagement|/docs|null|null|null|null|null|null|null|null|110|100|null|null|null|null",
                        "09:34:00|pageview|/lost|null|direct|null|null|null|null|null|null|null|null|null|null|null|f",
                        "09:34:00|problem|/lost|null|null|null|null|null|null|null|null|null|null|null|null|not_found|null"),
                lethe.rows("select to_char(date_trunc('minute', received_at at time zone 'UTC'), 'HH24:MI:SS'), type,"
                        + " path, referrer_host, channel, utm_source, utm_medium, utm_campaign, click,"
                        + " target_host, download, seconds, scroll, metric, value, problem, first_visit from"
                        + " raw.event_named order by 1, type, path, click, target_host"));
    }

    @Test
    void everyRowTellsBrowserScreenAndLanguageInClasses() {
        assertEquals(
                List.of("2026-03-10|example.test|Chrome|140|Linux|desktop|lg|fr|1"),
                lethe.rows("select distinct day, site, browser, browser_major, system, device, screen, language,"
                        + " (select count(distinct pseudonym) from raw.event) from raw.event_named"));
    }

    @Test
    void theNumbersOfTheVisitAreRight() {
        assertEquals("3|3|165|4|google.com", lethe.rows("""
            select count(*) filter (where type = 'pageview') as pages,
                count(*) filter (where type = 'click') as clicks,
                sum(seconds) as engaged_seconds,
                extract(minute from date_trunc('minute', max(received_at)) - date_trunc('minute',
                    min(received_at)))::integer as minutes,
                max(referrer_host) as comes_from
            from raw.event_named
            """).getFirst());
    }
}
