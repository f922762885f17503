package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S20: a visitor gets exactly her own events, with what they are for, where they come from and when they end. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S20OwnCopyTest {
    private TestLethe lethe;
    private TestClock clock;

    @BeforeAll
    void start() {
        clock = TestClock.at(Instant.parse("2026-03-10T12:00:00Z"));
        lethe = TestLethe.start(clock);
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void theCopyIsAllOfOnesOwnFromEveryMonthAndNothingElse() {
        Visitor reader = OwnData.reader(lethe, "/march/a", "/march/b");
        Visitor other = OwnData.reader(lethe, "/other");
        reader.beacon("{\"id\":\"%s\",\"type\":\"click\",\"url\":\"%s/march/b\",\"name\":\"newsletter\"}"
                .formatted(TestLethe.id(new java.util.Random(1)), TestLethe.ORIGIN));
        clock.jumpTo(Instant.parse("2026-04-20T12:00:00Z"));
        assertEquals("stored", Visitor.outcome(reader.view("/april")).orElse(""));
        JsonObject copy = OwnData.copy(reader);
        List<JsonObject> events = OwnData.events(copy);
        // Times are whole seconds: within one the order says nothing.
        assertEquals(
                List.of("/april", "/march/a", "/march/b", "/march/b"),
                events.stream().map(event -> event.getString("path")).sorted().toList());
        assertEquals("/april", events.getLast().getString("path"), "oldest first");
        assertTrue(events.stream().anyMatch(event -> "newsletter".equals(event.getString("click"))));
        assertEquals("2026-03-10", events.get(0).getString("day"));
        assertEquals("2028-04-10", events.get(0).getString("destroyed_before"));
        for (String told : List.of(
                "controller",
                "purposes",
                "legal_basis",
                "origin",
                "recipients",
                "place",
                "retention",
                "rights",
                "authority",
                "decisions")) {
            assertFalse(copy.getString(told).isBlank(), told);
        }
        Set<String> described = new HashSet<>();
        copy.getJsonArray("schema").forEach(field -> described.add(((JsonObject) field).getString("field")));
        events.forEach(event -> assertTrue(described.containsAll(event.fieldNames()), event::encode));
        // Every column of the table is in the schema, so that nothing is held back.
        Set<String> columns =
                new TreeSet<>(lethe.rows("select case column_name when 'beacon_id' then 'id' else column_name end from"
                        + " information_schema.columns where table_schema = 'raw' and table_name = 'event_named'"));
        described.remove("destroyed_before");
        assertEquals(columns, new TreeSet<>(described));
        assertEquals(
                List.of("/other"),
                OwnData.events(OwnData.copy(other)).stream()
                        .map(event -> event.getString("path"))
                        .toList());
        clock.jumpTo(Instant.parse("2026-03-10T12:00:00Z"));
    }

    @Test
    void aScriptGetsNothing() {
        Visitor reader = OwnData.reader(lethe, "/secret");
        for (String destination : List.of("empty", "iframe", "script", "image", "embed")) {
            HttpResponse<String> refused = reader.header("Sec-Fetch-Dest", destination)
                    .send("GET", "/privacy/data?" + OwnData.SITE, null, null);
            assertEquals(403, refused.statusCode(), destination);
            assertFalse(refused.body().contains("/secret"));
        }
        HttpResponse<String> opened =
                reader.header("Sec-Fetch-Dest", "document").send("GET", "/privacy/data?" + OwnData.SITE, null, null);
        assertEquals(200, opened.statusCode());
        assertTrue(opened.body().contains("/secret"));
        assertEquals(
                List.of(), opened.headers().allValues("access-control-allow-origin"), "no other origin may read it");
    }

    @Test
    void thePageListsWhatIsHeldTheNewestFirst() {
        Visitor reader = OwnData.reader(lethe, "/first");
        clock.jump(Duration.ofSeconds(5));
        reader.view("/second");
        String page = OwnData.page(reader, "&lang=en");
        assertTrue(page.indexOf(">/second<") > 0 && page.indexOf(">/second<") < page.indexOf(">/first<"), page);
        assertTrue(page.contains("10 March 2026") || page.contains("March 10, 2026"), page);
        assertFalse(OwnData.page(lethe.visitor(), "").contains("/first"));
    }

    /** S13's audit: a line for each copy, whoever asks and whatever is found, and nothing in it that says who. */
    @Test
    void eachCopyLeavesALineThatNamesNobody() {
        long before = lines();
        Visitor reader = OwnData.reader(lethe, "/seen");
        OwnData.copy(reader);
        OwnData.copy(lethe.visitor());
        assertEquals(before + 2, lines());
        List<String> details = lethe.rows("select distinct detail from registry.ledger where detail like '%access%'");
        assertEquals(List.of("{\"right\":\"access\",\"site\":\"example.test\"}"), details);
    }

    private long lines() {
        return lethe.count("select count(*) from registry.ledger where kind = 'right_exercised'");
    }

    @Test
    void aCopyOfMoreThanAPageIsWhole() {
        Visitor reader = OwnData.reader(lethe, "/start");
        lethe.database().execute("""
            insert into raw.event (received_at, day, pseudonym, beacon_id, type, site, path, browser,
              browser_major, system, device)
            select received_at, day, pseudonym, gen_random_uuid(), type, site, '/many/' || n, browser,
              browser_major, system, device
            from raw.event, generate_series(1, 1700) n where path = '/start'
            """);
        JsonObject copy = OwnData.copy(reader);
        assertEquals(1_701, OwnData.events(copy).size());
        assertEquals(
                1_701,
                OwnData.events(copy).stream()
                        .map(event -> event.getString("id"))
                        .distinct()
                        .count());
        String page = OwnData.page(reader, "&lang=en");
        assertEquals(200, page.split("type=\"radio\"", -1).length - 1, "the page shows the newest and says so");
        assertTrue(page.contains("200 newest"));
        assertNotEquals("", page);
    }
}
