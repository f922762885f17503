package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.InvalidSettings;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.Database;
import dev.lethe.database.DatabaseProblem;
import dev.lethe.database.TestDirectories;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R6: Lethe does not open a database that may lose what it acknowledged; this is what every start does first. */
class R6RefusesToStartWithoutDurabilityIT {
    private static Path directory;

    @BeforeAll
    static void makeDatabase() throws InvalidSettings {
        directory = TestDirectories.fresh("r6");
        open();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fsync", "full_page_writes", "synchronous_commit"})
    void refusesWhenOff(String setting) throws SQLException, InvalidSettings {
        restarted("alter system set " + setting + " = off");
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> open());
        assertTrue(problem.getMessage().contains(setting + " is off"), problem.getMessage());
        // The control: nothing but the question stands in the way, and nothing was mended on the way.
        open("--database.durability=provider-guaranteed");
        assertEquals("off", restarted("show " + setting, "alter system reset " + setting));
    }

    @Test
    void namesAllThatIsOff() throws SQLException, InvalidSettings {
        restarted("alter system set fsync = off", "alter system set full_page_writes = off");
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> open());
        assertTrue(problem.getMessage().contains("fsync"), problem.getMessage());
        assertTrue(problem.getMessage().contains("full_page_writes"), problem.getMessage());
        assertTrue(problem.getMessage().contains("provider-guaranteed"), problem.getMessage());
        restarted("alter system reset all");
        open();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "remote_write", "remote_apply"})
    void acceptsEveryFormOfCommitThatWaitsForThisServersDisk(String commit) throws SQLException, InvalidSettings {
        restarted("alter system set synchronous_commit = " + commit);
        open();
        restarted("alter system reset all");
    }

    /** Opens the database as a start does, and closes it. */
    private static void open(String... flags) throws InvalidSettings {
        Settings settings = settings(flags);
        Database.open(settings, keys(settings)).close();
    }

    /** Changes settings and stops: the next start has them. Gives what the first statement shows, if it shows something. */
    private static String restarted(String... statements) throws SQLException, InvalidSettings {
        Settings settings = settings();
        String shown = "";
        try (Database database = Database.attach(settings, keys(settings));
                Connection connection = database.connectAsOwner();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                if (statement.execute(each)) {
                    try (ResultSet row = statement.getResultSet()) {
                        row.next();
                        shown = row.getString(1);
                    }
                }
            }
        }
        return shown;
    }

    private static KeyDirectory keys(Settings settings) {
        return KeyDirectory.open(settings.keysDir(), new SecureRandom());
    }

    private static Settings settings(String... flags) throws InvalidSettings {
        List<String> all = new ArrayList<>(List.of("--state-dir=" + directory.resolve("state")));
        all.addAll(List.of(flags));
        return SettingsLoader.load(new Surroundings(Map.of(), directory, directory, false), Optional.empty(), all)
                .settings();
    }
}
