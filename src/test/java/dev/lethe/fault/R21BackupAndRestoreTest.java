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
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
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

    private static final String STANDINGS = "select tag, kind from rights.tag order by tag";
    private static final String USABLE = "select path from raw.counted order by path";
    private static final String MARCH =
            "select count(*) from keys.month where month = '2026-03-01' and site = 'example.test'";

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

            // Whoever came between the backup and the restore is missing from the day that was going on.
            publishOn(lethe, "2026-03-13T07:00:00Z", 3);
            publishOn(lethe, "2026-03-14T07:00:00Z", 4);
            assertEquals(
                    List.of(
                            "2026-03-10|published|t",
                            "2026-03-11|published|t",
                            "2026-03-12|lost|f",
                            "2026-03-13|published|f"),
                    lethe.rows("select period, state, exists (select from stats.total t where t.site = p.site"
                            + " and t.grain = 'day' and t.period = p.period and measure = 'unique_7')"
                            + " from stats.published p where grain = 'day' and site = '" + TestLethe.SITE
                            + "' order by 1"));
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

    /** Whoever restricted, released or objected after the backup finds it so; the events that the backup has may not be used meanwhile. */
    @Test
    void restrictionsReleasesAndKeptObjectionsYoungerThanTheBackupHoldBeforeTheFirstRequest() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            Visitor restricting = reader(lethe, "/restricting");
            Visitor releasing = reader(lethe, "/releasing");
            Visitor returning = reader(lethe, "/returning");
            Visitor objecting = reader(lethe, "/objecting");
            Visitor staying = reader(lethe, "/staying");
            exercise(releasing, "restrict", "");
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());

            exercise(restricting, "restrict", "");
            exercise(releasing, "release", "");
            exercise(returning, "restrict", "");
            exercise(returning, "release", "");
            exercise(returning, "restrict", "");
            String token = objecting.cookies().get("lethe-" + TestLethe.SITE);
            exercise(objecting, "opt-out", "&erase=false");
            List<String> standings = lethe.rows(STANDINGS);
            assertEquals(List.of("/releasing", "/staying"), lethe.rows(USABLE));

            lethe.collector().close();
            CommandRun restore = CommandRun.of(lethe, "db", "restore", file.toString(), "--replace");
            assertEquals(0, restore.exitCode(), restore::err);
            assertNotEquals(standings, lethe.rows(STANDINGS), "the control: the backup knows other wishes");
            assertEquals(List.of("/objecting", "/restricting", "/returning", "/staying"), lethe.rows(USABLE));
            // The second start finds everything done.
            for (int start = 1; start <= 2; start++) {
                try (TestLethe restored = lethe.another()) {
                    assertEquals(standings, restored.rows(STANDINGS));
                    assertEquals(List.of("/releasing", "/staying"), restored.rows(USABLE));
                    for (Visitor restricted : List.of(restricting, returning)) {
                        assertEquals(
                                Optional.of("dropped; reason=restricted"),
                                Visitor.outcome(restricted.through(restored).view("/late")));
                    }
                    objecting.cookies().put("lethe-" + TestLethe.SITE, token);
                    objecting.cookies().remove("lethe_refused-" + TestLethe.SITE);
                    assertEquals(
                            Optional.of("dropped; reason=opted_out"),
                            Visitor.outcome(objecting.through(restored).view("/late")));
                }
            }
            // What was put back can be ended like any other, and that holds at the next start as well.
            try (TestLethe restored = lethe.another()) {
                exercise(restricting.through(restored), "release", "");
            }
            try (TestLethe next = lethe.another()) {
                assertEquals(List.of("/releasing", "/restricting", "/staying"), next.rows(USABLE));
                assertEquals(
                        Optional.of("stored"),
                        Visitor.outcome(restricting.through(next).view("/again")));
                assertEquals(
                        Optional.of("stored"),
                        Visitor.outcome(staying.through(next).view("/again")));
            }
        }
    }

    /** An old copy has a key that nothing unwraps any more: that is no reason not to start, and nothing of that month comes back. */
    @Test
    void aBackupFromBeforeAMonthsDestructionBringsNothingOfItBack() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            Visitor visitor = reader(lethe, "/march");
            String code = exercise(visitor, "code", "").getString("code");
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            Visitor elsewhere = lethe.visitor();
            assertEquals(1, copyByCode(elsewhere, code).size(), "the control: the code finds it");

            clock.jumpTo(Instant.parse("2028-05-02T12:00:00Z"));
            try (TestLethe node = lethe.another()) {
                AllRows.await(() -> node.count(MARCH) == 0);
            }
            lethe.collector().close();
            CommandRun restore = CommandRun.of(lethe, "db", "restore", file.toString(), "--replace");
            assertEquals(0, restore.exitCode(), restore::err);
            assertEquals(0, lethe.count("select count(*) from raw.event"), "days that are due stay away");
            assertEquals(1, lethe.count(MARCH), "the control: the backup has the month's wrapped key");
            try (TestLethe restored = lethe.another()) {
                assertEquals(0, copyByCode(elsewhere.through(restored), code).size());
                AllRows.await(() -> restored.count(MARCH) == 0);
            }
        }
    }

    private static Visitor reader(TestLethe lethe, String path) {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view(path)));
        return visitor;
    }

    private static JsonObject exercise(Visitor visitor, String right, String more) {
        visitor.header("Accept", "application/json");
        HttpResponse<String> answer = visitor.form("/privacy/" + right, "site=" + TestLethe.SITE + more);
        visitor.header("Accept", null);
        assertEquals(200, answer.statusCode(), answer::body);
        return new JsonObject(answer.body());
    }

    private static JsonArray copyByCode(Visitor visitor, String code) {
        HttpResponse<String> answer = visitor.form("/privacy/data", "site=" + TestLethe.SITE + "&code=" + code);
        assertEquals(200, answer.statusCode(), answer::body);
        return new JsonObject(answer.body()).getJsonArray("events");
    }

    /** Between the restore and the next start: a command that reads raw events finds none of hers either. */
    @Test
    void whoeverWasErasedAfterTheBackupIsGoneBeforeACommandReadsEvents() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            Visitor leaving = lethe.visitor();
            leaving.grant();
            leaving.view("/leaving");
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            leaving.form("/privacy/erase", "site=" + TestLethe.SITE);
            lethe.collector().close();
            for (String[] command : List.of(
                    new String[] {"publish", "--confirm"},
                    new String[] {"compliance", "breach", "--from", "2026-03-01", "--to", "2026-12-31"})) {
                assertEquals(
                        0,
                        CommandRun.of(lethe, "db", "restore", file.toString(), "--replace")
                                .exitCode());
                assertEquals(1, lethe.count("select count(*) from raw.event"), "the control: the backup has her event");
                CommandRun run = CommandRun.of(lethe, command);
                assertEquals(0, run.exitCode(), run::err);
                assertEquals(0, lethe.count("select count(*) from raw.event"), command[0]);
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
            lethe.database()
                    .execute("insert into live.half_hour (site, at, visitors) values ('example.test', now(), 20)"
                            + " on conflict do nothing");
            Map<String, String> before = AllRows.of(lethe.database());

            CommandRun move = CommandRun.of(
                    lethe,
                    "db",
                    "restore",
                    file.toString(),
                    "--moved",
                    "--database.url=" + other.url().reveal());
            assertEquals(0, move.exitCode(), move::err);
            Map<String, String> after = AllRows.of(other);
            assertTrue(before.size() >= 18, () -> "every table is looked at: " + before.keySet());
            assertNotEquals(before.get("registry.ledger"), after.get("registry.ledger"), "which has one entry more");
            after.put("registry.ledger", before.get("registry.ledger"));
            for (String live : List.of("live.hour", "live.half_hour")) {
                assertTrue(after.get(live).startsWith("0 "), "the live plane stays behind");
                after.put(live, before.get(live));
            }
            assertEquals(before, after);
        }
    }

    /** Everything is back by then, and the ledger has to say so. */
    @Test
    void aRestoreIsDoneAlthoughPostgresCannotCountWhatItHolds() {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            visit(lethe, 2);
            lethe.collector().close();
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            // Worked out by ANALYZE alone, for each row.
            lethe.database()
                    .execute("create statistics registry.uncountable on (1 / (length(site) - length(site)))"
                            + " from registry.site");
            CommandRun restore = CommandRun.of(lethe, "db", "restore", file.toString(), "--replace");
            assertEquals(0, restore.exitCode(), restore::err);
            assertEquals(2, lethe.count("select count(*) from raw.event"));
            assertEquals("database_restored", lethe.text("select kind from registry.ledger order by seq desc limit 1"));
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
    void aBackupHoldsNoKeyAndNothingOfTheLivePlane() throws IOException {
        Path file = directory.resolve("lethe.backup");
        try (TestLethe lethe = measured()) {
            visit(lethe, 2);
            lethe.database()
                    .execute("insert into live.half_hour (site, at, visitors) values ('example.test', now(), 20)"
                            + " on conflict do nothing");
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());
            StringBuilder text = new StringBuilder();
            try (ZipFile zip = new ZipFile(file.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    assertFalse(entry.getName().startsWith("live."), entry::getName);
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
