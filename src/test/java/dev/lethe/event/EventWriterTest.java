package dev.lethe.event;

import static dev.lethe.event.WriterDatabase.await;
import static dev.lethe.event.WriterDatabase.awaitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.event.EventWriter.OptedOut;
import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.EventWriter.Overloaded;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.EventWriter.Unstorable;
import dev.lethe.event.WriterDatabase.Writer;
import dev.lethe.fault.FaultProxy;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The writer by itself on a real PostgreSQL. */
class EventWriterTest {
    private static final Duration LONG = Duration.ofSeconds(8);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static WriterDatabase database;

    @BeforeAll
    static void open() {
        database = new WriterDatabase(20261123);
    }

    @BeforeEach
    void empty() {
        database.server().execute("truncate raw.event, raw.seen, rights.tag");
    }

    @AfterAll
    static void close() {
        assertEquals(0, database.waitingRows(), "every row that waited was counted off again");
        database.close();
    }

    @Test
    void groupsGrowWithTheLoad() {
        Writer writer = database.writer();
        await(writer.write(database.event()));
        double before = database.metric("lethe_write_batch_rows_count");
        assertStored(awaitAll(writer.writeEach(database.events(5_000))));
        double statements = database.metric("lethe_write_batch_rows_count") - before;
        // One row in the first group, which nothing waits for; then as many as fit.
        assertEquals(6, statements);
        assertEquals(5_001, stored());
        await(writer.close());
    }

    @Test
    void storesTheEventsOfARequestTogether() {
        Writer writer = database.writer();
        RawEvent[] fifty = database.events(50).toArray(RawEvent[]::new);
        assertInstanceOf(Stored.class, await(writer.write(fifty)));
        assertEquals(50, stored());
        await(writer.close());
    }

    @Test
    void takesARequestThatIsLargerThanAGroup() {
        Writer writer = database.writer();
        RawEvent[] many = database.events(EventWriter.MOST_ROWS + 1).toArray(RawEvent[]::new);
        assertInstanceOf(Stored.class, await(writer.write(many)));
        await(writer.close());
    }

    @Test
    void storesNothingOfARequestThatHoldsOnePoisonRow() {
        Writer writer = database.writer();
        Outcome outcome = await(writer.write(database.event(), database.eventAt("/a\0b"), database.event()));
        assertInstanceOf(Unstorable.class, outcome);
        assertEquals(0, stored());
        await(writer.close());
    }

    @Test
    void answersThatARepeatedBeaconIsStored() {
        Writer writer = database.writer();
        RawEvent event = database.event();
        assertStored(
                List.of(await(writer.write(event)), await(writer.write(event)), await(writer.write(event, event))));
        assertEquals(1, stored());
        await(writer.close());
    }

    @Test
    void skipsWhoObjectedAndStoresTheOthersOfTheGroup() {
        UUID objected = database.uuid();
        database.server()
                .execute("insert into rights.tag (site, tag, kind, day) values ('example.test', '" + objected
                        + "', 'objected', '2026-06-15')");
        Writer writer = database.writer();
        List<RawEvent> events = new ArrayList<>(database.events(20));
        events.add(7, database.eventOf(objected));
        List<Outcome> outcomes = new ArrayList<>(awaitAll(writer.writeEach(events)));
        assertInstanceOf(OptedOut.class, outcomes.remove(7));
        assertStored(outcomes);
        assertEquals(20, stored());
        await(writer.close());
    }

    @Test
    void remembersNoBeaconNearMidnightOfWhoObjected() {
        UUID objected = database.uuid();
        database.server()
                .execute("insert into rights.tag (site, tag, kind, day) values ('example.test', '" + objected
                        + "', 'objected', '2026-06-15')");
        Writer writer = database.writer();
        Instant near = Instant.parse("2026-06-15T23:59:00Z");
        assertInstanceOf(
                OptedOut.class,
                await(writer.write(WriterDatabase.event(
                        WriterDatabase.SITE, near, database.uuid(), database.uuid(), objected, "/docs"))));
        assertEquals(0, database.count("select count(*) from raw.seen"));
        await(writer.close());
    }

    @Test
    void refusesMoreThanMayWait() {
        try (FaultProxy proxy = proxy()) {
            Writer writer = database.writer(database.options(proxy.port()), 100, SHORT);
            proxy.stall();
            List<Future<Outcome>> outcomes = writer.writeEach(database.events(101));
            Outcome last = await(outcomes.get(100));
            Overloaded refused = assertInstanceOf(Overloaded.class, last);
            assertTrue(refused.retryAfter().toSeconds() >= 1);
            assertTrue(outcomes.subList(0, 100).stream().noneMatch(Future::isComplete), "the others still wait");
            assertEquals(100, database.waitingRows());
            proxy.resume();
            assertStored(awaitAll(outcomes.subList(0, 100)));
            await(writer.close());
        }
    }

    @Test
    void answersWhoHasWaitedTooLongAndRecovers() {
        try (FaultProxy proxy = proxy()) {
            Writer writer = database.writer(database.options(proxy.port()), 20_000, SHORT);
            RawEvent first = database.event();
            RawEvent second = database.event();
            await(writer.write(database.event()));
            proxy.stall();
            long began = System.nanoTime();
            List<Outcome> outcomes = awaitAll(writer.writeEach(List.of(first, second)));
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            outcomes.forEach(outcome -> assertInstanceOf(Overloaded.class, outcome));
            assertTrue(took >= 1_000 && took < 2_000, "answered after " + took + " ms");
            proxy.resume();
            assertStored(awaitAll(writer.writeEach(List.of(first, second, database.event()))));
            assertEquals(4, stored());
            await(writer.close());
        }
    }

    /** A timeout must not carry the writer to another thread, where it would race with its own verticle. */
    @Test
    void staysOnItsThreadThroughSilentConnections() {
        try (FaultProxy proxy = proxy()) {
            Writer writer = database.writer(database.options(proxy.port()), 20_000, SHORT);
            await(writer.write(database.event()));
            Set<String> threads = ConcurrentHashMap.newKeySet();
            // Others keep coming, so that whatever happens to a connection there is a next group to write.
            long others = await(writer.on(() ->
                    Future.succeededFuture(database.vertx().setPeriodic(20, tick -> observed(writer, threads)))));
            proxy.stall();
            for (int i = 0; i < 3; i++) {
                assertInstanceOf(Overloaded.class, await(observed(writer, threads)));
            }
            proxy.resume();
            for (Outcome outcome = null; !(outcome instanceof Stored); ) {
                outcome = await(observed(writer, threads));
            }
            database.vertx().cancelTimer(others);
            await(writer.close());
            assertEquals(1, threads.size(), threads::toString);
        }
    }

    private static Future<Outcome> observed(Writer writer, Set<String> threads) {
        return writer.on(() -> {
            threads.add(Thread.currentThread().getName());
            return writer.events()
                    .write(List.of(database.event()))
                    .onComplete(done -> threads.add(Thread.currentThread().getName()));
        });
    }

    @Test
    void keepsOneConnectionHoweverManyLogInsCameTooLate() throws SQLException {
        try (FaultProxy proxy = proxy()) {
            var options = database.options(proxy.port()).addProperty("application_name", "late log-ins");
            Writer writer = database.writer(options, 20_000, SHORT);
            proxy.stall();
            for (int i = 0; i < 3; i++) {
                assertInstanceOf(Overloaded.class, await(writer.write(database.event())));
            }
            proxy.resume();
            assertInstanceOf(Stored.class, await(writer.write(database.event())));
            try (Connection connection = database.server().connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout = '10s'");
                // Closed in the background: asked again until only one is left.
                statement.execute("""
                    do $$ begin
                      while (select count(*) from pg_stat_activity where application_name = 'late log-ins') > 1 loop
                        perform pg_stat_clear_snapshot();
                        perform pg_sleep(0.01);
                      end loop;
                    end $$\
                    """);
            }
            assertInstanceOf(Stored.class, await(writer.write(database.event())));
            await(writer.close());
        }
    }

    /** Near midnight there is a transaction, whose keys a silent connection would hold for hours. */
    @Test
    void isNotBlockedByItsOwnSilentTransaction() throws SQLException {
        try (FaultProxy proxy = proxy()) {
            Writer writer = database.writer(database.options(proxy.port()), 20_000, LONG);
            RawEvent near = database.event(Instant.parse("2026-06-15T23:59:30Z"), database.uuid(), database.uuid());
            await(writer.write(database.event()));
            try (Connection blocker = database.server().connect();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                // The transaction has remembered the beacon and waits to insert it; meanwhile the line goes dead.
                statement.execute("lock table raw.event_20260615 in exclusive mode");
                Future<Outcome> silent = writer.write(near);
                awaitLocksWaitedFor();
                proxy.stall();
                blocker.rollback();
                Writer other = database.writer();
                assertInstanceOf(Stored.class, await(other.write(near)));
                proxy.resume();
                assertInstanceOf(Stored.class, await(silent));
                await(other.close());
            }
            assertEquals(2, stored());
            await(writer.close());
        }
    }

    private static void awaitLocksWaitedFor() {
        database.server().execute("""
            do $$ begin
              while not exists (select from pg_locks where not granted) loop
                perform pg_sleep(0.01);
              end loop;
            end $$\
            """);
    }

    @Test
    void makesAMissingDayOnTheFly() {
        Writer writer = database.writer();
        Instant far = Instant.parse("2031-02-28T12:00:00Z");
        List<RawEvent> events = List.of(
                database.event(),
                database.event(far, database.uuid(), database.uuid()),
                database.event(far.plus(Duration.ofDays(1)), database.uuid(), database.uuid()));
        assertStored(awaitAll(writer.writeEach(events)));
        assertEquals(3, stored());
        assertEquals(2, database.count("select count(*) from raw.day where day >= '2031-01-01'"));
        await(writer.close());
    }

    @Test
    void commitsWhatIsWaitingWhenItCloses() {
        Writer writer = database.writer();
        List<Future<Outcome>> outcomes = writer.writeEach(database.events(3_000));
        await(writer.close());
        assertTrue(outcomes.stream().allMatch(Future::isComplete));
        assertStored(awaitAll(outcomes));
        assertEquals(3_000, stored());
        assertInstanceOf(Overloaded.class, await(writer.write(database.event())), "closed: takes nothing more");
    }

    @Test
    void closesThoughTheDatabaseIsSilent() {
        try (FaultProxy proxy = proxy()) {
            Writer writer = database.writer(database.options(proxy.port()), 20_000, SHORT);
            await(writer.write(database.event()));
            proxy.stall();
            Future<Outcome> lost = writer.write(database.event());
            long began = System.nanoTime();
            await(writer.close());
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            assertInstanceOf(Overloaded.class, await(lost));
            assertTrue(took < 4_000, "closed after " + took + " ms");
        }
    }

    /** The same beacons in opposite order on two connections would deadlock, if the writer did not sort them. */
    @Test
    void overlappingGroupsOfTwoWritersDoNotDeadlock() {
        long before = deadlocks();
        Writer one = database.writer();
        Writer other = database.writer();
        for (int round = 0; round < 20; round++) {
            Instant at = round % 2 == 0 ? WriterDatabase.NOON : Instant.parse("2026-06-15T23:58:00Z");
            List<RawEvent> events = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                events.add(database.event(at, database.uuid(), database.uuid()));
            }
            List<Future<Outcome>> outcomes = new ArrayList<>(one.writeEach(events));
            Collections.shuffle(events, database.random());
            outcomes.addAll(other.writeEach(events));
            assertStored(awaitAll(outcomes));
        }
        assertEquals(20 * 500, stored());
        assertEquals(before, deadlocks());
        await(one.close());
        await(other.close());
    }

    private static long deadlocks() {
        database.server().execute("select pg_stat_force_next_flush()");
        return database.count("select deadlocks from pg_stat_database where datname = current_database()");
    }

    private static FaultProxy proxy() {
        return FaultProxy.to(database.server().host(), database.server().port());
    }

    private static long stored() {
        return database.count("select count(*) from raw.event");
    }

    private static void assertStored(List<Outcome> outcomes) {
        assertFalse(outcomes.isEmpty());
        outcomes.forEach(outcome -> assertInstanceOf(Stored.class, outcome));
    }
}
