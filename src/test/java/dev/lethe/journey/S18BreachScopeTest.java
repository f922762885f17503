package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** S18: a simulated leak of the data of some days has the right scope, and the 72 hours are counted from when it was noticed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S18BreachScopeTest {
    private TestLethe lethe;

    /** Twelve visitors at the end of March, three on 2 April. */
    @BeforeAll
    void visit() {
        lethe = TestLethe.start(TestClock.at(Instant.parse("2026-03-30T09:00:00Z")));
        for (int i = 0; i < 12; i++) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            visitor.view("/march");
        }
        for (int i = 0; i < 3; i++) {
            lethe.database().execute("""
                select raw.make_day('2026-04-02')\
                """, """
                insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site, path)
                values ('2026-04-02 12:00:00+00', '2026-04-02', gen_random_uuid(), gen_random_uuid(), 1, 1, 120, 1, 1,
                  'example.test', '/april')\
                """);
        }
        lethe.database().execute("""
            select raw.make_day('2026-02-10')\
            """, """
            insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site, path)
            values ('2026-02-10 12:00:00+00', '2026-02-10', gen_random_uuid(), gen_random_uuid(), 1, 1, 120, 1, 1,
              'example.test', '/february')\
            """);
        lethe.clock().jumpTo(Instant.parse("2026-04-03T09:00:00Z"));
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private JsonObject breach(String from, String to) {
        return breach(lethe, from, to);
    }

    private static JsonObject breach(TestLethe node, String from, String to) {
        CommandRun run = CommandRun.of(
                node,
                "compliance",
                "breach",
                "--from",
                from,
                "--to",
                to,
                "--detected",
                "2026-04-03T08:00:00Z",
                "--json");
        assertEquals(0, run.exitCode(), run::err);
        return new JsonObject(run.out());
    }

    private static List<String> tables(JsonObject breach) {
        return breach.getJsonArray("tables").stream()
                .map(table -> ((JsonObject) table).getString("table"))
                .toList();
    }

    @Test
    void theJournalOfErasuresIsWithinReachToo() {
        try (TestLethe erased = TestLethe.start(TestClock.at(Instant.parse("2026-04-03T09:00:00Z")))) {
            assertEquals(List.of(), tables(breach(erased, "2026-04-01", "2026-04-03")));
            Visitor leaving = erased.visitor();
            leaving.grant();
            leaving.view("/leaving");
            leaving.form("/privacy/erase", "site=" + TestLethe.SITE);
            assertTrue(tables(breach(erased, "2026-04-01", "2026-04-03")).contains("journal.dir/erasures"));
            assertEquals(List.of(), tables(breach(erased, "2026-02-01", "2026-02-28")));
        }
    }

    @Test
    void namesFieldsDaysAndMonths() {
        JsonObject breach = breach("2026-03-01", "2026-04-02");
        assertEquals("2026-04-06T08:00:00Z", breach.getString("report_by"), "72 hours after it was noticed");
        assertEquals(
                new JsonArray().add(month("2026-03", 1, true)).add(month("2026-04", 1, true)),
                breach.getJsonArray("months"));
        assertEquals(List.of("raw.event", "consent.receipt"), tables(breach));
        assertEquals(
                new TreeSet<>(lethe.rows("select column_name from information_schema.columns"
                        + " where table_schema = 'raw' and table_name = 'event'")),
                new TreeSet<>(breach.getJsonArray("tables").getJsonObject(0).getJsonArray("fields").stream()
                        .map(String::valueOf)
                        .toList()));
        assertEquals(new JsonObject().put("at_least", 10).put("below", 100), breach.getJsonObject("browsers"));
    }

    private static JsonObject month(String month, int days, boolean linkable) {
        return new JsonObject().put("month", month).put("days_held", days).put("linkable", linkable);
    }

    @Test
    void aDayWithFewIsFew() {
        JsonObject breach = breach("2026-04-02", "2026-04-02");
        assertEquals(new JsonObject().put("at_least", 1).put("below", 10), breach.getJsonObject("browsers"));
        assertEquals(List.of("raw.event"), tables(breach), "nobody chose on that day");
    }

    @Test
    void aDayWithoutEventsConcernsNobody() {
        JsonObject breach = breach("2026-03-10", "2026-03-12");
        assertEquals(List.of(), tables(breach));
        assertEquals(new JsonObject().put("at_least", 0).put("below", 1), breach.getJsonObject("browsers"));
    }

    /** February's events are there, but no key ever was: nothing joins them to a cookie. */
    @Test
    void aMonthWithoutItsKeyIsNotLinkable() throws IOException {
        assertEquals(
                new JsonArray().add(month("2026-02", 1, false)),
                breach("2026-02-01", "2026-02-28").getJsonArray("months"));
        CommandRun text = CommandRun.of(lethe, "compliance", "breach", "--from", "2026-02-01", "--to", "2026-02-28");
        assertTrue(text.out().contains("No month of these days can be joined to a cookie."), text::out);
        assertTrue(Files.exists(lethe.keysDir().resolve("month-2026-03.kek")), "the control: March's is there");
        assertFalse(Files.exists(lethe.keysDir().resolve("month-2026-02.kek")));
    }

    @Test
    void tellsTheTimeLeftInBothLanguages() {
        String english = text("en", "2026-04-03T08:00:00Z");
        assertTrue(english.contains("by 2026-04-06T08:00:00Z") && english.contains("70 hours are left"), english);
        String french = text("fr", "2026-03-20T08:00:00Z");
        assertTrue(french.contains("Ce délai est passé"), french);
        assertFalse(english.contains("{") || french.contains("{"));
    }

    private String text(String language, String detected) {
        lethe.clock().jumpTo(Instant.parse("2026-04-03T09:00:01Z"));
        CommandRun run = CommandRun.of(
                lethe,
                "compliance",
                "breach",
                "--from",
                "2026-03-01",
                "--to",
                "2026-04-02",
                "--detected",
                detected,
                "--language",
                language);
        assertEquals(0, run.exitCode(), run::err);
        return run.out();
    }

    @Test
    void countingIsAudited() {
        long before = lethe.count("select count(*) from registry.ledger where kind = 'raw_counted_for_breach'");
        JsonObject breach = breach("2026-03-01", "2026-04-02");
        assertEquals(
                before + 1, lethe.count("select count(*) from registry.ledger where kind = 'raw_counted_for_breach'"));
        assertTrue(breach.containsKey("tables"));
        lethe.rows("select pseudonym from raw.event")
                .forEach(pseudonym -> assertFalse(breach.encode().contains(pseudonym)));
    }

    @Test
    void refusesWrongDays() {
        assertEquals(
                2,
                CommandRun.of(lethe, "compliance", "breach", "--from", "2026-04-02", "--to", "2026-04-01")
                        .exitCode());
        String future = lethe.clock().instant().plus(Duration.ofHours(1)).toString();
        assertEquals(
                2,
                CommandRun.of(
                                lethe,
                                "compliance",
                                "breach",
                                "--from",
                                "2026-04-01",
                                "--to",
                                "2026-04-01",
                                "--detected",
                                future)
                        .exitCode());
    }
}
