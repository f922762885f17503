package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which duty may say what about which job: a forged success of retention would silence its alarm. */
class JobGrantsTest {
    private static final String DENIED = "denied";

    @TempDir
    private static Path directory;

    private static TestDatabase database;

    @BeforeAll
    static void makeReady() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        database = TestDatabase.fresh();
        Settings settings = TestLethe.settings(database, directory, directory.resolve("state"));
        Database.open(settings, KeyDirectory.open(directory.resolve("keys"), new SecureRandom()))
                .close();
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "COLLECTOR, retention,   last_success = now(),      0",
        "COLLECTOR, publication, last_success = now(),      0",
        "COLLECTOR, partitions,  last_success = now(),      1",
        "COLLECTOR, retention,   paused_because = null,     denied",
        "COLLECTOR, partitions,  job = 'retention',         denied",
        "PUBLISHER, retention,   last_success = now(),      0",
        "PUBLISHER, publication, last_success = now(),      1",
        "PUBLISHER, live,        last_success = now(),      1",
        "PUBLISHER, publication, paused_because = null,     denied",
        "RETENTION, retention,   last_success = now(),      1",
        "RETENTION, publication, paused_because = null,     1",
        "RIGHTS,    retention,   last_success = now(),      denied",
    })
    void eachDutySaysOnlyWhatIsItsOwn(DutyRole duty, String job, String change, String rows) throws SQLException {
        assertEquals(rows, changed(duty, "update registry.job set " + change + " where job = '" + job + "'"));
    }

    private static String changed(DutyRole duty, String update) throws SQLException {
        try (Connection connection = database.connect(duty.name("lethe"), TestDatabase.passwordOf(duty.word()));
                Statement statement = connection.createStatement()) {
            return String.valueOf(statement.executeUpdate(update));
        } catch (SQLException e) {
            if (e.getSQLState().equals("42501")) {
                return DENIED;
            }
            throw e;
        }
    }
}
