package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lethe.config.Settings;
import dev.lethe.database.ServeLock;
import dev.lethe.database.TestDatabase;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a node begins and ends when something is in its way. */
@Timeout(60)
class CollectorTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void keepOthersOut() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** The failure is a checked exception, thrown by an await() that declares none. */
    @ParameterizedTest
    @ValueSource(strings = {"admin", "public"})
    void closesWhatItOpenedWhenAPortIsTaken(String listener) throws IOException, SQLException {
        Path state = directory.resolve("state");
        try (TestDatabase database = TestDatabase.fresh();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Settings settings =
                    TestLethe.settings(database, directory, state, "--" + listener + ".port=" + taken.getLocalPort());
            Exception failure = assertThrows(
                    Exception.class, () -> Collector.start(settings, TestClock.now()), "the port is taken");
            assertInstanceOf(BindException.class, failure);
            assertEquals(Optional.empty(), ServeLock.find(state), "the lock is free again");
            assertEquals(0, connections(database), "no connection of this node is left");
        }
    }

    private static int connections(TestDatabase database) throws SQLException {
        String sql =
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
