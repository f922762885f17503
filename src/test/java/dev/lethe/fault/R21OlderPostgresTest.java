package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.OlderPostgres;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * R21, the move: from the embedded PostgreSQL to somebody else's server of an older major version, whose owner of the database is no
 * superuser and may make no roles, so that an administrator runs what {@code db roles --print} prints.
 */
@Timeout(240)
class R21OlderPostgresTest {
    private static final String PATHS = "select path from raw.event order by 1";
    private static final String PUBLISHED = """
        select site || grain || period || measure || ' ' || noisy || ' ' || sigma from stats.total order by 1\
        """;

    @Test
    void movesToAnOlderMajorVersionWhoseOwnerIsNoSuperuser(@TempDir Path directory) {
        Path file = directory.resolve("lethe.backup");
        TestClock clock = TestClock.at(Instant.parse("2026-03-10T10:00:00Z"));
        try (OlderPostgres older = OlderPostgres.start();
                TestLethe lethe = TestLethe.start(clock)) {
            lethe.database().execute("update registry.site set first_day = '2026-03-10'");
            Visitor staying = reader(lethe, "/staying");
            Visitor leaving = reader(lethe, "/leaving");
            Visitor restricting = reader(lethe, "/restricting");
            run(lethe, "db", "backup", file.toString());
            // After the backup: only the journal knows them.
            leaving.form("/privacy/erase", "site=" + TestLethe.SITE);
            restricting.form("/privacy/restrict", "site=" + TestLethe.SITE);
            clock.jumpTo(Instant.parse("2026-03-11T07:00:00Z"));
            try (TestLethe node = lethe.another()) {
                Wait.until(() -> node.count("select count(*) from stats.published where site = 'example.test'") == 1);
            }
            List<String> published = lethe.rows(PUBLISHED);
            assertFalse(published.isEmpty());
            lethe.collector().close();

            String to = "--database.url=" + older.url().reveal();
            older.asAdministrator(run(lethe, "db", "roles", "--print", to).out());
            CommandRun restored = run(lethe, "db", "restore", file.toString(), to);
            System.out.println(older.rows("show server_version") + " " + restored.out());
            assertEquals(List.of("/leaving", "/restricting", "/staying"), older.rows(PATHS), "the control");

            try (TestLethe node = lethe.another(to)) {
                assertEquals(List.of("/restricting", "/staying"), older.rows(PATHS), "erased before the first request");
                assertEquals(List.of("/staying"), older.rows("select path from raw.counted order by 1"));
                assertEquals(published, older.rows(PUBLISHED), "put back, not drawn again");
                assertEquals(
                        Optional.of("stored"),
                        Visitor.outcome(staying.through(node).view("/on")));
                assertEquals(
                        Optional.of("dropped; reason=restricted"),
                        Visitor.outcome(restricting.through(node).view("/on")));
                assertEquals(200, node.sendAdmin("GET", "/health/ready", null).statusCode());
                assertTrue(
                        staying.send("GET", "/privacy/data?site=" + TestLethe.SITE, null, null)
                                .body()
                                .contains("/staying"),
                        "the keys of today find it");
            }
            // A day is made, dropped and vacuumed by the role that owns the table, not by the owner of the database.
            run(lethe, "retention", "--as-of", "2026-03-11T07:00:00Z", "--confirm", to);
            // And back again into the newer one.
            Path back = directory.resolve("back.backup");
            run(lethe, "db", "backup", back.toString(), to);
            run(lethe, "db", "restore", back.toString(), "--replace");
            assertEquals(List.of("/on", "/restricting", "/staying"), lethe.rows(PATHS));
        }
    }

    private static Visitor reader(TestLethe lethe, String path) {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view(path)));
        return visitor;
    }

    private static CommandRun run(TestLethe lethe, String... words) {
        CommandRun run = CommandRun.of(lethe, words);
        assertEquals(0, run.exitCode(), () -> String.join(" ", words) + ": " + run.err());
        return run;
    }
}
