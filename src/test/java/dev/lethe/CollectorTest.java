package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** The sign-in link would otherwise stand in a service's log, where others read it. */
    @Test
    void tellsTheLinkThatSignsInToSomebodyWhoWatchesOnly() {
        Path state = directory.resolve("state");
        try (TestDatabase database = TestDatabase.fresh()) {
            Settings settings = TestLethe.settings(database, directory, state);
            try (Collector collector = Collector.start(settings, TestClock.now())) {
                String link = collector.consoleLink().toString();
                String watched = String.join("\n", LetheOperations.welcome(collector, settings, true));
                String logged = String.join("\n", LetheOperations.welcome(collector, settings, false));
                assertTrue(watched.contains(link), watched);
                assertFalse(logged.contains(collector.consoleLink().getPath()), logged);
                assertTrue(logged.contains(state.resolve("admin.token").toString()), logged);
            }
        }
    }

    /** The embedded PostgreSQL allows 60 connections, and a node's pools hold 26. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "8, 8", "32, 8", "192, 8"})
    void listenersLeaveConnectionsToTheOthers(int processors, int listeners) {
        assertEquals(listeners, Collector.listeners(processors));
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
