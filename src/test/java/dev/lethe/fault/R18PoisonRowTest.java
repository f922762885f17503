package dev.lethe.fault;

import static dev.lethe.event.WriterDatabase.await;
import static dev.lethe.event.WriterDatabase.awaitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.EventWriter.Unstorable;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * R18: one row that PostgreSQL refuses does not cost the others of its group. Minimisation lets no such value through; these are
 * handed to the writer directly, for the day on which it does.
 */
class R18PoisonRowTest {
    private static final String REFUSED_BY_A_CHECK = "/refused-by-a-check";

    private static WriterDatabase database;

    @BeforeAll
    static void open() {
        database = new WriterDatabase(18);
        database.server()
                .execute("alter table raw.event_20260615 add constraint test_only check (path <> '" + REFUSED_BY_A_CHECK
                        + "')");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    /** PostgreSQL's text holds no NUL: SQLSTATE 22021. */
    @Test
    void storesTheOther499WhenAValueCannotBeHeld() {
        assertIsolated("/a\0b", WriterDatabase.NOON);
    }

    /** SQLSTATE 23514, as a missing partition has: making days would go on for ever. */
    @Test
    void storesTheOther499WhenACheckRefusesOne() {
        assertIsolated(REFUSED_BY_A_CHECK, WriterDatabase.NOON);
    }

    @Test
    void storesTheOther499NearMidnight() {
        assertIsolated("/a\0b", Instant.parse("2026-06-15T23:55:00Z"));
        assertEquals(499, database.count("select count(*) from raw.seen"), "the poison row's id is forgotten too");
    }

    private static void assertIsolated(String poison, Instant at) {
        database.server().execute("truncate raw.event, raw.seen");
        Writer writer = database.writer();
        int place = database.random().nextInt(500);
        List<RawEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            UUID tag = new UUID(1, 1);
            events.add(WriterDatabase.event(
                    WriterDatabase.SITE, at, database.uuid(), database.uuid(), tag, i == place ? poison : "/docs"));
        }
        List<Outcome> outcomes = new ArrayList<>(awaitAll(writer.writeEach(events)));
        assertInstanceOf(Unstorable.class, outcomes.remove(place));
        outcomes.forEach(outcome -> assertInstanceOf(Stored.class, outcome));
        assertEquals(499, database.count("select count(*) from raw.event"));
        await(writer.close());
    }
}
