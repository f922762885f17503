package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.DatabaseProblem;
import dev.lethe.database.Durability;
import dev.lethe.database.EmbeddedPostgres;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R6: a server that may lose what it acknowledged is refused. */
class R6RefusesToStartWithoutDurabilityIT {
    private static Path state;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        state = TestDirectories.fresh("r6").resolve("state");
        restarted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fsync", "full_page_writes", "synchronous_commit"})
    void refusesWhenOff(String setting) throws SQLException {
        restarted("alter system set " + setting + " = off");
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, R6RefusesToStartWithoutDurabilityIT::check);
        assertTrue(problem.getMessage().contains(setting + " is off"), problem.getMessage());
        restarted("alter system reset " + setting);
        check();
    }

    @Test
    void namesAllThatIsOff() throws SQLException {
        restarted("alter system set fsync = off", "alter system set full_page_writes = off");
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, R6RefusesToStartWithoutDurabilityIT::check);
        assertTrue(problem.getMessage().contains("fsync"), problem.getMessage());
        assertTrue(problem.getMessage().contains("full_page_writes"), problem.getMessage());
        assertTrue(problem.getMessage().contains("provider-guaranteed"), problem.getMessage());
        restarted("alter system reset all");
        check();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "remote_write", "remote_apply"})
    void acceptsEveryFormOfCommitThatWaitsForThisServersDisk(String commit) throws SQLException {
        restarted("alter system set synchronous_commit = " + commit);
        check();
        restarted("alter system reset all");
    }

    /** Changes settings and stops: the next start has them. */
    private static void restarted(String... statements) throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(state, TestDatabase::passwordOf);
                Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static void check() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(state, TestDatabase::passwordOf);
                Connection connection = postgres.connect()) {
            Durability.check(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
