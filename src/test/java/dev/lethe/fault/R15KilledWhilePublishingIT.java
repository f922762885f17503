package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.Database;
import dev.lethe.database.TestDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R15 with a real kill: a node is killed at random moments while it publishes and started again, until everything is published. Each
 * period once, with the numbers that could be seen first; none is lost. {@code R15KilledPublicationTest} cuts at each answer instead.
 */
@Timeout(900)
class R15KilledWhilePublishingIT {
    private static final int FULL = 50;
    private static final long SEED = 15;
    private static final int VISITORS_A_DAY = 20;

    /** For a start and for publishing all the rest, also on a busy machine. */
    private static final int MOST_SECONDS = 120;

    @Test
    void isPublishedOnceWhereverTheNodeIsKilled() throws Exception {
        int kills = Full.rounds(FULL) == FULL ? FULL : 2;
        Random random = new Random(SEED);
        Path state = TestDirectories.fresh("r15").resolve("state");
        ServeProcess node = ServeProcess.start(state);
        try (Database database = Auditor.open(state);
                Connection owner = database.connectAsOwner()) {
            node.kill();
            invent(owner, 8 + 4 * kills);
            Map<String, String> seen = new TreeMap<>();
            int inTheMiddle = 0;
            for (int kill = 0; kill < kills; kill++) {
                long before = published(owner);
                try (ServeProcess killed = ServeProcess.begin(state)) {
                    Wait.until(MOST_SECONDS, () -> published(owner) > before);
                    LockSupport.parkNanos(random.nextLong(250_000_000));
                    killed.kill();
                }
                inTheMiddle += begun(state) > 0 ? 1 : 0;
                keep(seen, owner, "killed " + kill);
            }
            Instant last = Instant.now();
            node = ServeProcess.start(state);
            Wait.until(MOST_SECONDS, () -> succeeded(owner, last));
            int before = seen.size();
            keep(seen, owner, "at the end");
            assertEquals(0, count(owner, "select count(*) from stats.published where state <> 'published'"));
            assertEquals(0, begun(state), "a draw was begun and not ended");
            assertEquals(published(owner), files(state, ".json.gz"), "each is in the journal");
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(30), node::output);
            Full.report(
                    "R15 (seed " + SEED + "), killed",
                    kills,
                    FULL,
                    inTheMiddle + " in the middle of a draw; " + before + " numbers seen before the last start, "
                            + seen.size() + " after it, none changed, " + published(owner) + " periods once each");
            assertTrue(before > 0 && before < seen.size(), "the kills came in the middle");
        } finally {
            node.close();
        }
    }

    /** Days with visitors, ending yesterday. */
    private static void invent(Connection owner, int days) throws SQLException {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        try (Statement statement = owner.createStatement()) {
            statement.execute("update registry.site set first_day = '" + today.minusDays(days) + "'");
            for (LocalDate day = today.minusDays(days); day.isBefore(today); day = day.plusDays(1)) {
                statement.execute("select raw.make_day('" + day + "')");
                statement.execute("""
                    insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site, path, gap_days)
                    select '%1$s 10:00:00+00', '%1$s', gen_random_uuid(), gen_random_uuid(), 1, 1, 120, 1, 1, 'demo', '/demo/', 32767
                    from generate_series(1, %2$d)
                    """.formatted(day, VISITORS_A_DAY));
            }
        }
    }

    /** What was seen once stays as it was. */
    private static void keep(Map<String, String> seen, Connection owner, String when) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select grain || ' ' || period || ' ' || measure, noisy::text from stats.total")) {
            while (rows.next()) {
                String before = seen.put(rows.getString(1), rows.getString(2));
                assertTrue(before == null || before.equals(rows.getString(2)), when + ": " + rows.getString(1));
            }
        }
    }

    private static boolean succeeded(Connection owner, Instant since) {
        return count(
                        owner,
                        "select count(*) from registry.job where job = 'publication' and last_success > '" + since
                                + "'")
                > 0;
    }

    private static long published(Connection owner) {
        return count(owner, "select count(*) from stats.published");
    }

    private static long begun(Path state) throws IOException {
        return files(state, ".intent");
    }

    private static long files(Path state, String ending) throws IOException {
        Path directory = state.resolve("journal/published");
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }

    private static long count(Connection owner, String query) {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
