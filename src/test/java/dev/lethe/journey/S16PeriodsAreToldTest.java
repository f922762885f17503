package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S16: the periods that pages and facts tell are those of the settings, and the oldest row agrees with them. */
@Timeout(60)
class S16PeriodsAreToldTest {
    @Test
    void pagesFactsSettingsAndRowsSayTheSame() {
        TestClock clock = TestClock.at(Instant.parse("2026-03-10T12:00:00Z"));
        try (TestLethe lethe = TestLethe.start(
                clock,
                "--retention.raw=P14M",
                "--retention.backup-days=5",
                "--consent.validity=P90D",
                "--visitor.lifetime=P7M")) {
            Visitor reader = OwnData.reader(lethe, "/old");
            JsonObject facts = new JsonObject(lethe.send("GET", "/privacy/facts.json?" + OwnData.SITE, null)
                    .body());
            JsonObject periods = facts.getJsonObject("periods");
            assertEquals("P14M", periods.getString("raw_events"));
            assertEquals(5, periods.getInteger("backup_days"));
            assertEquals("P90D", periods.getString("consent"));
            assertEquals("P7M", periods.getString("cookie"));
            assertEquals("P38M", periods.getString("visitor_code"));
            assertEquals(lethe.text("select min(day) from raw.event"), facts.getString("oldest_raw_day"));
            String notice = lethe.send("GET", "/privacy/notice?" + OwnData.SITE + "&lang=en", null)
                    .body();
            for (String told : new String[] {
                "before they are 14 months old",
                "at most 5 days",
                "counts for 90 days",
                "7 months from the day",
                "38 months"
            }) {
                assertTrue(notice.contains(told), told);
            }
            assertTrue(lethe.send("GET", "/privacy/notice?" + OwnData.SITE + "&lang=fr", null)
                    .body()
                    .contains("avant d’avoir 14 mois"));
            // 10 March 2026 plus 14 months, less 5 days.
            assertEquals(
                    "2027-05-05",
                    OwnData.events(OwnData.copy(reader)).getFirst().getString("destroyed_before"));
            String page = OwnData.page(reader, "&lang=en");
            assertTrue(page.contains("5 May 2027") || page.contains("May 5, 2027"), page);
            // The row is gone when it was said to be.
            clock.jumpTo(Instant.parse("2027-05-04T09:59:00Z"));
            try (TestLethe restarted = lethe.another(
                    "--retention.raw=P14M",
                    "--retention.backup-days=5",
                    "--consent.validity=P90D",
                    "--visitor.lifetime=P7M")) {
                Tables.await(() -> restarted.count("select count(*) from raw.event") == 0);
            }
        }
    }

    /** The head that anybody sees is yesterday's: a live one would tell when somebody exercised a right. */
    @Test
    void theHeadOfTheLedgerIsThatOfLastMidnight() {
        TestClock clock = TestClock.at(Instant.parse("2026-03-10T12:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            OwnData.exercise(OwnData.reader(lethe, "/"), "/privacy/erase", "");
            String path = "/privacy/facts.json?" + OwnData.SITE;
            assertEquals(null, new JsonObject(lethe.send("GET", path, null).body()).getJsonObject("ledger"));
            clock.jumpTo(Instant.parse("2026-03-11T00:00:30Z"));
            JsonObject head = new JsonObject(lethe.send("GET", path, null).body()).getJsonObject("ledger");
            assertEquals(
                    lethe.text("select encode(hash, 'hex') from registry.ledger order by seq desc limit 1"),
                    head.getString("sha256"));
        }
    }
}
