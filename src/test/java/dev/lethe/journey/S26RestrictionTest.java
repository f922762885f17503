package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S26: the rows are kept, their pseudonyms of every month are listed for the publisher to leave out, and nothing more is collected, until
 * the visitor lifts it. That the publisher leaves them out is proved where statistics are made.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S26RestrictionTest {
    private static final String USABLE = """
        select count(*) from raw.event e where not exists (
          select from rights.withheld w where w.pseudonym = e.pseudonym and w.site = e.site)
        """;

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

    @BeforeEach
    void forget() throws IOException {
        lethe.database().execute("truncate raw.event, rights.tag, rights.withheld");
        for (Path file : journal(lethe)) {
            Files.delete(file);
        }
        clock.jumpTo(Instant.parse("2026-03-10T12:00:00Z"));
    }

    @Test
    void rowsAreKeptAndLeftOutUntilReleased() {
        Visitor reader = OwnData.reader(lethe, "/march");
        OwnData.reader(lethe, "/others");
        clock.jumpTo(Instant.parse("2026-04-20T12:00:00Z"));
        reader.view("/april");
        assertEquals(3, lethe.count(USABLE));

        assertTrue(OwnData.exercise(reader, "/privacy/restrict", "").getBoolean("executed"));

        assertEquals(3, lethe.count("select count(*) from raw.event"), "kept");
        assertEquals(1, lethe.count(USABLE), "and left out, of both months");
        assertEquals(Optional.of("dropped; reason=restricted"), Visitor.outcome(reader.view("/later")));
        assertEquals(2, OwnData.ids(reader).size(), "she still sees them");
        assertTrue(OwnData.page(reader, "&lang=en").contains("suspended"));
        try (TestLethe second = lethe.another()) {
            assertEquals(
                    Optional.of("dropped; reason=restricted"),
                    Visitor.outcome(reader.through(second).view("/elsewhere")));
            reader.through(lethe);
        }

        assertTrue(OwnData.exercise(reader, "/privacy/release", "").getBoolean("executed"));

        assertEquals(3, lethe.count(USABLE));
        assertEquals(0, lethe.count("select count(*) from rights.withheld"));
        assertEquals(Optional.of("stored"), Visitor.outcome(reader.view("/again")));
        assertEquals(false, OwnData.exercise(reader, "/privacy/release", "").getBoolean("executed"));
    }

    @Test
    void anObjectionThatKeepsThePastWithholdsItAndIsNotWeakened() {
        Visitor reader = OwnData.reader(lethe, "/kept");
        String code = OwnData.exercise(reader, "/privacy/code", "").getString("code");
        reader.form("/privacy/opt-out", OwnData.SITE + "&erase=false");
        assertEquals(1, lethe.count("select count(*) from raw.event"));
        assertEquals(0, lethe.count(USABLE));
        Visitor elsewhere = lethe.visitor();
        OwnData.exercise(elsewhere, "/privacy/restrict", "&code=" + code);
        OwnData.exercise(elsewhere, "/privacy/release", "&code=" + code);
        assertEquals(List.of("objected"), lethe.rows("select kind from rights.tag"));
        assertEquals(0, lethe.count(USABLE));
    }

    /** Her pseudonyms stand nowhere any more, also not in the list of those who are left out. */
    @Test
    void whoeverIsErasedAfterwardsLeavesTheListAsWell() {
        Visitor reader = OwnData.reader(lethe, "/restricted");
        OwnData.exercise(reader, "/privacy/restrict", "");
        assertEquals(1, lethe.count("select count(*) from rights.withheld"), "only months that have or may get rows");
        OwnData.exercise(reader, "/privacy/erase", "");
        assertEquals(0, lethe.count("select count(*) from raw.event"));
        assertEquals(0, lethe.count("select count(*) from rights.withheld"));
    }

    private static List<Path> journal(TestLethe lethe) throws IOException {
        Path root = Files.createDirectories(
                lethe.keysDir().resolveSibling("journal").resolve("standings"));
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** The list goes with its months, by the calendar, and so do the journal's files that would put it back after a restore. */
    @Test
    void theListGoesWithItsMonth() throws IOException {
        TestClock later = TestClock.at(Instant.parse("2026-03-10T12:00:00Z"));
        try (TestLethe own = TestLethe.start(later)) {
            Visitor reader = OwnData.reader(own, "/march");
            later.jumpTo(Instant.parse("2026-04-20T12:00:00Z"));
            reader.view("/april");
            OwnData.exercise(reader, "/privacy/restrict", "");
            assertEquals(
                    List.of("2026-03-01", "2026-04-01"),
                    own.rows("select month from rights.withheld order by month"),
                    "the months that have keys");
            List<Path> files = journal(own);
            assertEquals(2, files.size(), files::toString);
            for (Path file : files) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
            // A process that was killed after the first file wrote the whole wish.
            Files.delete(files.getLast());
            own.database().execute("truncate rights.tag, rights.withheld");
            try (TestLethe restarted = own.another()) {
                assertEquals(2, restarted.count("select count(*) from rights.withheld"));
            }
            assertTrue(Files.exists(files.getLast()), "written again");
            later.jumpTo(Instant.parse("2028-04-30T12:00:00Z"));
            try (TestLethe restarted = own.another()) {
                Tables.await(() -> restarted.count("select count(*) from rights.withheld") == 1);
                assertEquals(List.of("2026-04-01"), restarted.rows("select month from rights.withheld"));
                Tables.await(() -> files.stream().filter(Files::exists).count() == 1);
                assertTrue(Files.exists(files.getLast()), "April lives");
            }
        }
    }
}
