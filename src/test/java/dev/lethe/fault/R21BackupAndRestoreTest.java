package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** R21: a backup, the loss of the database, and what a restore and the next start put back. */
@Timeout(120)
class R21BackupAndRestoreTest {
    private static final Instant FIRST_DAY = Instant.parse("2026-03-10T10:00:00Z");
    private static final String PUBLISHED = """
        select 'total', site, grain, period, measure, '', '', noisy, sigma from stats.total
        union all
        select 'breakdown', site, grain, period, dimension, key, key2, noisy, sigma from stats.breakdown
        union all
        select 'reach', site, 'day', period, gap::text, '', '', noisy, sigma from stats.reach
        order by 1, 2, 3, 4, 5, 6, 7\
        """;

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.at(FIRST_DAY);

    @Test
    void publishedRowsAreIdenticalAfterALossAlsoThoseYoungerThanTheBackup() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            visit(lethe, 5);
            publishOn(lethe, "2026-03-11T07:00:00Z", 1);
            CommandRun backup = CommandRun.of(lethe, "db", "backup", file.toString());
            assertEquals(0, backup.exitCode(), backup::err);

            visit(lethe, 3);
            publishOn(lethe, "2026-03-12T07:00:00Z", 2);
            List<String> before = lethe.rows(PUBLISHED);
            assertFalse(before.isEmpty());

            lethe.collector().close();
            CommandRun restore = CommandRun.of(lethe, "db", "restore", file.toString(), "--replace");
            assertEquals(0, restore.exitCode(), restore::err);
            assertEquals(5, lethe.count("select count(*) from raw.event"), "events are those of the backup");
            assertNotEquals(before, lethe.rows(PUBLISHED), "the control: the second day is not in the backup");
            assertEquals(
                    "database_restored",
                    lethe.text("select kind from registry.ledger order by seq desc limit 1"),
                    "the chain says why it goes on from an older entry");

            try (TestLethe restored = lethe.another()) {
                assertEquals(before, restored.rows(PUBLISHED), "put back before the first request, not drawn again");
            }
        }
    }

    @Test
    void whoeverWasErasedAfterTheBackupIsGoneBeforeTheFirstRequest() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            Visitor leaving = lethe.visitor();
            leaving.grant();
            leaving.view("/leaving");
            Visitor staying = lethe.visitor();
            staying.grant();
            staying.view("/staying");
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            assertEquals(
                    303,
                    leaving.form("/privacy/erase", "site=" + TestLethe.SITE).statusCode());
            lethe.collector().close();
            CommandRun restore = CommandRun.of(lethe, "db", "restore", file.toString(), "--replace");
            assertEquals(0, restore.exitCode(), restore::err);
            assertEquals(2, lethe.count("select count(*) from raw.event"), "the control: the backup brings her back");
            try (TestLethe restored = lethe.another()) {
                assertEquals(List.of("/staying"), restored.rows("select path from raw.event"));
            }
        }
    }

    @Test
    void movesIntoAnotherDatabaseWithEveryRow() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured();
                TestDatabase other = TestDatabase.fresh()) {
            visit(lethe, 4);
            publishOn(lethe, "2026-03-11T07:00:00Z", 1);
            lethe.collector().close();
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            Map<String, String> before = AllRows.of(lethe.database());

            CommandRun move = CommandRun.of(
                    lethe,
                    "db",
                    "restore",
                    file.toString(),
                    "--database.url=" + other.url().reveal());
            assertEquals(0, move.exitCode(), move::err);
            Map<String, String> after = AllRows.of(other);
            assertTrue(before.size() >= 18, () -> "every table is looked at: " + before.keySet());
            assertNotEquals(before.get("registry.ledger"), after.get("registry.ledger"), "which has one entry more");
            after.put("registry.ledger", before.get("registry.ledger"));
            assertEquals(before, after);
        }
    }

    @Test
    void refusesWhatWouldLoseSomethingAndSaysWhatToDo() throws IOException, SQLException {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            visit(lethe, 2);
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertRefused(CommandRun.of(lethe, "db", "backup", file.toString()), "exists");
            assertRefused(CommandRun.of(lethe, "db", "restore", file.toString(), "--replace"), "is running");
            lethe.collector().close();
            try (Connection node = lethe.database().connect();
                    Statement statement = node.createStatement()) {
                statement.execute("set application_name = 'lethe collector'");
                assertRefused(CommandRun.of(lethe, "db", "restore", file.toString(), "--replace"), "Stop every node");
            }
            Map<String, String> before = AllRows.of(lethe.database());
            assertRefused(CommandRun.of(lethe, "db", "restore", file.toString()), "--replace");
            byte[] whole = Files.readAllBytes(file);
            for (int length : List.of(0, 100, whole.length / 2, whole.length - 1)) {
                Path cut = Files.write(directory.resolve("cut-" + length), Arrays.copyOf(whole, length));
                assertRefused(CommandRun.of(lethe, "db", "restore", cut.toString(), "--replace"), "not a whole backup");
            }
            Path changed = directory.resolve("changed");
            rewrite(file, changed);
            assertRefused(
                    CommandRun.of(lethe, "db", "restore", changed.toString(), "--replace"),
                    "raw.event/2026-03-10.copy is not what was written");
            assertEquals(before, AllRows.of(lethe.database()), "nothing was changed by any of them");
        }
    }

    @Test
    void aBackupHoldsNoKey() throws IOException {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            visit(lethe, 2);
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            StringBuilder text = new StringBuilder();
            try (ZipFile zip = new ZipFile(file.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        text.append(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
                    }
                }
            }
            String wrapped = lethe.text("select encode(wrapped, 'hex') from keys.month limit 1");
            assertTrue(text.indexOf(wrapped) >= 0, "the control: what the database holds is found");
            try (Stream<Path> keys = Files.list(lethe.keysDir())) {
                List<Path> files = keys.filter(Files::isRegularFile).toList();
                assertTrue(files.size() >= 4, files::toString);
                for (Path key : files) {
                    byte[] bytes = Files.readAllBytes(key);
                    assertEquals(-1, text.indexOf(HexFormat.of().formatHex(bytes)), key::toString);
                    assertEquals(-1, text.indexOf(new String(bytes, StandardCharsets.ISO_8859_1)), key::toString);
                }
            }
        }
    }

    private static void assertRefused(CommandRun run, String because) {
        assertEquals(1, run.exitCode(), run::out);
        assertTrue(run.err().contains(because), run::err);
    }

    /** As somebody would who adds an event and leaves the rest as it is. */
    private static void rewrite(Path from, Path to) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry : zip.stream().toList()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                byte[] bytes;
                try (InputStream in = zip.getInputStream(entry)) {
                    bytes = in.readAllBytes();
                }
                if (entry.getName().equals("raw.event/2026-03-10.copy")) {
                    bytes[bytes.length / 2] ^= 1;
                }
                out.write(bytes);
                out.closeEntry();
            }
        }
    }

    private TestLethe measured() {
        TestLethe lethe = TestLethe.start(clock);
        lethe.database().execute("update registry.site set first_day = '2026-03-10'");
        return lethe;
    }

    private static void visit(TestLethe lethe, int visitors) {
        for (int i = 0; i < visitors; i++) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
        }
    }

    /** A node publishes at its start. */
    private void publishOn(TestLethe lethe, String now, int days) {
        clock.jumpTo(Instant.parse(now));
        try (TestLethe node = lethe.another()) {
            AllRows.await(() -> node.count("select count(*) from stats.published where grain = 'day'" + " and site = '"
                                    + TestLethe.SITE + "'")
                            == days
                    && node.count("select count(*) from registry.job"
                                    + " where job = 'publication' and last_success >= '" + now + "'")
                            == 1);
        }
    }
}
