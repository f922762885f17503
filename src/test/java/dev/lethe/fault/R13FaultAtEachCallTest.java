package dev.lethe.fault;

import static dev.lethe.event.WriterDatabase.await;
import static dev.lethe.event.WriterDatabase.awaitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R13: the way of a group to its commit, cut at the first call to the database, at the second, and so on until none is left: log-in,
 * limits, preparing, inserting, making a day, committing, looking up. Each time every event is acknowledged and stored once.
 */
class R13FaultAtEachCallTest {
    private static final long SEED = 13;
    private static final int EVENTS = 5;
    private static final int MOST_CALLS = 60;

    private static WriterDatabase database;

    @BeforeAll
    static void open() {
        database = new WriterDatabase(SEED);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "by day, 2026-06-15T12:00:00Z, false, false",
        "near midnight, 2026-06-15T23:55:00Z, false, false",
        "on a day without partition, 2026-09-01T12:00:00Z, true, false",
        "some of it repeated, 2026-06-15T12:00:00Z, false, true"
    })
    void storesOnceWhereverItIsCut(String when, Instant at, boolean dayMissing, boolean repeated) {
        try (FaultProxy proxy =
                FaultProxy.to(database.server().host(), database.server().port())) {
            int cuts = 0;
            for (boolean heard : List.of(false, true)) {
                boolean reached = true;
                for (int call = 1; reached; call++) {
                    assertTrue(call < MOST_CALLS, "it never comes to an end");
                    database.server().execute("truncate raw.event, raw.seen");
                    if (dayMissing) {
                        database.server().execute("drop table if exists raw.event_20260901");
                    }
                    List<RawEvent> events = new ArrayList<>();
                    for (int i = 0; i < EVENTS; i++) {
                        events.add(database.event(at, database.uuid(), database.uuid()));
                    }
                    if (repeated) {
                        Writer earlier = database.writer();
                        assertInstanceOf(Stored.class, await(earlier.write(events.getFirst())));
                        await(earlier.close());
                    }
                    Writer writer = database.hurriedWriter(database.options(proxy.port()));
                    proxy.cutAtCall(call, heard);
                    for (Outcome outcome : awaitAll(writer.writeEach(events))) {
                        assertInstanceOf(Stored.class, outcome, "cut at call " + call);
                    }
                    reached = !proxy.isCutPending();
                    proxy.cutAtCall(0, heard);
                    cuts += reached ? 1 : 0;
                    assertEquals(EVENTS, database.count("select count(*) from raw.event"), "cut at call " + call);
                    await(writer.close());
                }
            }
            assertTrue(cuts >= 6, "only " + cuts + " calls were cut");
            System.out.println("R13 " + when + ": cut at each of " + cuts + " places, all stored once");
        }
    }
}
