package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R22: a backup that an earlier release made is put into the schema of its time, and brought up to date from there. */
@Timeout(120)
class R22OlderBackupTest {
    private static final String SCHEMA =
            "select version from public.lethe_schema where success order by installed_rank desc limit 1";
    private static final String JOBS = "select job from registry.job order by job";
    private static final String PATHS = "select path from raw.event_named order by path";

    @ParameterizedTest
    @ValueSource(strings = {"1", "6"})
    void anEarlierSchemasBackupIsBroughtUpToDate(String version, @TempDir Path directory) throws SQLException {
        Path file = directory.resolve("earlier.backup");
        try (TestDatabase then = TestDatabase.fresh();
                TestDatabase now = TestDatabase.fresh()) {
            KeyDirectory keys = KeyDirectory.open(directory.resolve("keys"), new SecureRandom());
            try (Database database =
                            Database.attach(TestLethe.settings(then, directory, directory.resolve("then")), keys);
                    Connection owner = database.connectAsOwner()) {
                keys.findOrMake("roles.key");
                database.roles().prepare(owner);
                database.migrate(Optional.of(version));
                then.execute(
                        "insert into registry.site (site, origins, time_zone, synthetic)"
                                + " values ('example.test', array['https://example.test'], 'UTC', false)",
                        "select raw.make_day('2026-03-10')",
                        """
                        insert into raw.event (received_at, day, pseudonym, beacon_id, type, site, path, browser, browser_major,
                          system, device)
                        values ('2026-03-10 12:00:00+00', '2026-03-10', gen_random_uuid(), gen_random_uuid(), 1, 'example.test',
                          '/earlier', 1, 140, 1, 1)\
                        """);
                new Backup(database, (table, done, all) -> {}).write(file, Instant.parse("2026-03-10T13:00:00Z"));
            }
            try (Database database =
                    Database.open(TestLethe.settings(now, directory, directory.resolve("now")), keys)) {
                String newest = rows(now, SCHEMA).getFirst();
                List<String> jobs = rows(now, JOBS);
                assertNotEquals(newest, version, "the control: it has to be brought up to date");
                Backup.Summary summary =
                        new Backup(database, (table, done, all) -> {}).restore(file, false, day -> false);
                assertEquals(version, summary.schema());
                assertEquals(List.of(newest), rows(now, SCHEMA));
                assertEquals(jobs, rows(now, JOBS), "each job has its row once");
                assertEquals(List.of("/earlier"), rows(now, PATHS));
                assertEquals(List.of("example.test"), rows(now, "select site from registry.site"));
            }
        }
    }

    private static List<String> rows(TestDatabase database, String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
