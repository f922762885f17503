package dev.lethe.rights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Tags;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import dev.lethe.event.WriterDatabase;
import dev.lethe.fault.FaultProxy;
import dev.lethe.retention.Vacuums;
import dev.lethe.site.Site;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * P14 and R13: an erasure that ends at its first call to the database, at the second, and so on, or between two files of the journal.
 * After the next start all of it has happened, the tag and each month's rows, or nothing of it; all of it when it was confirmed.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class P14ErasureAtEachCallTest {
    private static final Site SITE = WriterDatabase.SITE;
    private static final YearMonth MARCH = YearMonth.of(2026, 3);
    private static final int MOST_CALLS = 80;
    /** By default every third call. */
    private static final int STEP = Boolean.getBoolean("lethe.full") ? 1 : 3;

    private final SecureRandom random = new SecureRandom();
    private final TestDatabase server = TestDatabase.fresh();
    private final Path shared = TestDirectories.fresh("erasure");
    private final TestClock clock = TestClock.at(Instant.parse("2026-04-02T12:00:00Z"));
    private final Vertx vertx = Vertx.vertx();
    private Database database;
    private KeyDirectory keys;
    private Pool collector;
    private Pool direct;
    private Pseudonymiser pseudonymiser;
    private Path journal;
    private int journals;

    @BeforeAll
    void open() {
        Settings settings = TestLethe.settings(server, shared, shared.resolve("state"));
        keys = KeyDirectory.open(settings.keysDir(), random);
        database = Database.open(settings, keys);
        server.execute(
                "insert into registry.site (site, origins, time_zone, synthetic)"
                        + " values ('example.test', array['https://www.example.test'], 'UTC', false)",
                "select raw.make_day('2026-03-20')",
                "select raw.make_day('2026-04-02')");
        collector = Database.pool(vertx, database.options(DutyRole.COLLECTOR), 2);
        direct = Database.pool(vertx, database.options(DutyRole.RIGHTS), 2);
        KeyRing ring = new KeyRing(vertx, collector, keys, random);
        ring.makeAhead(SITE, MARCH).await();
        pseudonymiser = new Pseudonymiser(ring);
    }

    @BeforeEach
    void newJournal() {
        journal = shared.resolve("journal-" + ++journals);
    }

    @AfterAll
    void close() {
        vertx.close().await();
        database.close();
        server.close();
    }

    @Test
    void hasHappenedOrNotAtAllAfterTheNextStart() throws Exception {
        int cuts = 0;
        int confirmed = 0;
        int completed = 0;
        int untouched = 0;
        for (boolean heard : List.of(false, true)) {
            boolean reached = true;
            for (int call = 1; reached; call += STEP) {
                assertTrue(call < MOST_CALLS, "it never comes to an end");
                newJournal();
                Possession leaving = visitor();
                Possession staying = visitor();
                boolean done;
                try (FaultProxy proxy = FaultProxy.to(server.host(), server.port())) {
                    Pool cut = Database.pool(
                            vertx,
                            database.options(DutyRole.RIGHTS)
                                    .setHost("127.0.0.1")
                                    .setPort(proxy.port()),
                            1);
                    proxy.cutAtCall(call, heard);
                    done = erase(withdrawals(cut), leaving);
                    reached = !proxy.isCutPending();
                }
                String where = "cut at call " + call + (heard ? ", heard" : "");
                // The process is gone; the next one starts.
                withdrawals(direct).repeatAll().await();
                boolean tagged = isTagged(leaving);
                assertEquals(tagged ? 0 : 2, rows(leaving), where);
                assertTrue(tagged || !done, where + ": confirmed, and not done");
                assertEquals(2, rows(staying), where + ": somebody else's");
                cuts += reached ? 1 : 0;
                confirmed += done ? 1 : 0;
                completed += tagged && !done ? 1 : 0;
                untouched += tagged ? 0 : 1;
            }
        }
        System.out.printf(
                "P14: an erasure cut at %d places (every %s call): %d confirmed, %d completed by the next start, %d not"
                        + " begun%n",
                cuts, STEP == 1 ? "" : STEP + ".", confirmed, completed, untouched);
        assertTrue(completed > 0 && untouched > 0, "the cuts came before and after its beginning");
    }

    /** The control: without its journal a start could not complete what was begun. */
    @Test
    void staysHalfDoneWithoutTheJournal() throws Exception {
        boolean half = false;
        for (int call = 1; !half; call++) {
            assertTrue(call < MOST_CALLS, "no call left anything half done");
            newJournal();
            Possession leaving = visitor();
            try (FaultProxy proxy = FaultProxy.to(server.host(), server.port())) {
                Pool cut = Database.pool(
                        vertx,
                        database.options(DutyRole.RIGHTS).setHost("127.0.0.1").setPort(proxy.port()),
                        1);
                proxy.cutAtCall(call, false);
                erase(withdrawals(cut), leaving);
            }
            newJournal();
            withdrawals(direct).repeatAll().await();
            half = isTagged(leaving) && rows(leaving) > 0;
        }
    }

    /** The first file is enough: it names the months whose files were no longer written. */
    @Test
    void isCompletedWhenOnlyTheFirstFileWasWritten() throws Exception {
        Possession leaving = visitor();
        Map<YearMonth, Pseudonym> pseudonyms = pseudonymiser.pseudonyms(leaving).await();
        assertTrue(erase(withdrawals(direct), leaving));
        List<Path> files = files();
        assertEquals(2, files.size(), files::toString);
        Path april = files.getLast();
        assertTrue(april.toString().contains("2026-04"), files::toString);
        Files.delete(april);
        store(pseudonyms);
        server.execute("truncate rights.tag");
        assertEquals(2, rows(leaving));

        withdrawals(direct).repeatAll().await();

        assertEquals(0, rows(leaving));
        assertTrue(isTagged(leaving));
        assertEquals(files, files(), "April has its file, for when March's has gone with its month");
        // And April's alone erases April, as it is when March is over.
        Files.delete(files.getFirst());
        store(pseudonyms);
        withdrawals(direct).repeatAll().await();
        assertEquals(1, rows(leaving), "only March's is left");
    }

    @Test
    void doesNotBeginWhenItCannotBeRecorded() throws Exception {
        Possession leaving = visitor();
        Files.createDirectories(journal);
        Files.writeString(journal.resolve("erasures"), "no directory");
        assertThrows(
                Exception.class,
                () -> withdrawals(direct).withdraw(leaving, true).await());
        assertEquals(2, rows(leaving));
        assertEquals(false, isTagged(leaving));
    }

    private Withdrawals withdrawals(Pool rights) {
        return new Withdrawals(
                vertx,
                rights,
                new Vacuums(Database.pool(vertx, database.options(DutyRole.RETENTION), 1)),
                new Tags(collector, keys),
                pseudonymiser,
                Journal.open(journal),
                random,
                clock);
    }

    /** A visitor with an event in March and one in April. */
    private Possession visitor() {
        Possession visitor = ConsentGate.possessionOfNothing(SITE, random);
        store(pseudonymiser.pseudonyms(visitor).await());
        return visitor;
    }

    private void store(Map<YearMonth, Pseudonym> pseudonyms) {
        for (String day : List.of("2026-03-20", "2026-04-02")) {
            server.execute("""
                insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site, path)
                values ('%1$s 12:00:00+00', '%1$s', '%2$s', gen_random_uuid(), 1, 1, 120, 1, 1, 'example.test', '/')
                """.formatted(
                    day, pseudonyms.get(YearMonth.parse(day.substring(0, 7))).value()));
        }
    }

    /** Whether it was confirmed. */
    private static boolean erase(Withdrawals withdrawals, Possession visitor) {
        try {
            withdrawals.withdraw(visitor, true).await(30, TimeUnit.SECONDS);
            return true;
        } catch (Exception cut) {
            return false;
        }
    }

    private long rows(Possession visitor) throws SQLException {
        String all = String.join(
                "','",
                pseudonymiser.pseudonyms(visitor).await().values().stream()
                        .map(pseudonym -> pseudonym.value().toString())
                        .toList());
        return count("select count(*) from raw.event where pseudonym in ('" + all + "')");
    }

    private boolean isTagged(Possession visitor) throws SQLException {
        UUID tag = new Tags(collector, keys).tag(SITE, visitor.visitor());
        return count("select count(*) from rights.tag where kind = 'objected' and tag = '" + tag + "'") == 1;
    }

    private long count(String query) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(journal)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
