package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.EmbeddedPostgres;
import dev.lethe.database.EmbeddedPostgresProcess;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** R7: the JVM is killed, its PostgreSQL lives on, and the next start uses it with everything that was committed. */
class R7AdoptsTheDatabaseOfAKilledJvmIT {
    private static final int FULL = 10;

    @Test
    void adoptsAsOftenAsItIsKilled() throws SQLException, IOException {
        int rounds = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        Path state = TestDirectories.fresh("r7").resolve("state");
        Path pidFile = state.resolve("database/postmaster.pid");
        for (int round = 1; round <= rounds; round++) {
            EmbeddedPostgresProcess killed = EmbeddedPostgresProcess.start(state);
            commitOneRow(killed.port());
            String postmaster = Files.readAllLines(pidFile).getFirst();
            killed.kill();
            assertTrue(ProcessHandle.of(Long.parseLong(postmaster)).isPresent(), "PostgreSQL outlives the JVM");
            try (EmbeddedPostgres adopted = EmbeddedPostgres.start(state, TestDatabase::passwordOf)) {
                assertEquals(postmaster, Files.readAllLines(pidFile).getFirst(), "the same server, not another one");
                assertEquals(killed.port(), adopted.port());
                assertEquals(round, rows(adopted));
            }
            assertFalse(Files.exists(pidFile), "who adopted it, stopped it");
        }
        System.out.println(
                "R7: adopted " + rounds + " of " + rounds + " times (in full: " + FULL + ", -Dlethe.full=true)");
    }

    private static void commitOneRow(int port) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/lethe";
        try (Connection connection = DriverManager.getConnection(
                        url, "lethe", TestDatabase.passwordOf("owner").reveal());
                Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists committed (at timestamptz)");
            statement.execute("insert into committed values (now())");
        }
    }

    private static int rows(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = postgres.connect();
                ResultSet row = connection.createStatement().executeQuery("select count(*) from committed")) {
            row.next();
            return row.getInt(1);
        }
    }
}
