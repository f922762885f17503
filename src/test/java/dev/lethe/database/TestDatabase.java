package dev.lethe.database;

import dev.lethe.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An empty database of its own for one test, on a real PostgreSQL that all tests of this JVM share. Thread-safe; {@link
 * #close} drops it, and the server ends with the JVM.
 *
 * <pre>{@code
 * try (TestDatabase database = TestDatabase.fresh(); Connection connection = database.connect()) { … }
 * }</pre>
 */
public final class TestDatabase implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final EmbeddedPostgres server;
    private final String name;

    private TestDatabase(EmbeddedPostgres server, String name) {
        this.server = server;
        this.name = name;
    }

    /** What every test gives as passwords: roles belong to the server, so all databases of this JVM share them. */
    public static Secret passwordOf(String name) {
        return new Secret("test-password-of-" + name);
    }

    /** Where the programs are unpacked for all tests. */
    static Path programs() {
        return Path.of("target", "postgresql").toAbsolutePath();
    }

    /** Creates a database {@code test_<number>}, owned by the superuser {@link #user}. */
    public static TestDatabase fresh() {
        EmbeddedPostgres server = Server.RUNNING;
        String name = "test_" + COUNT.incrementAndGet();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("no test database", e);
        }
        return new TestDatabase(server, name);
    }

    public String host() {
        return server.host();
    }

    public int port() {
        return server.port();
    }

    public String name() {
        return name;
    }

    public String user() {
        return server.user();
    }

    public Secret password() {
        return server.password();
    }

    /** Without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + name;
    }

    /** What {@code database.url} would be for it, password included. */
    public Secret url() {
        return new Secret(
                "postgresql://" + user() + ":" + password().reveal() + "@" + host() + ":" + port() + "/" + name);
    }

    /** As the owner. */
    public Connection connect() throws SQLException {
        return connect(user(), password());
    }

    public Connection connect(String role, Secret rolePassword) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", rolePassword.reveal());
        return DriverManager.getConnection(jdbcUrl(), properties);
    }

    /** Runs statements as the owner, each on its own. */
    public void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists " + name + " with (force)");
        } catch (SQLException e) {
            throw new IllegalStateException("test database not dropped", e);
        }
    }

    /** Started with the first test that wants a database. The programs are unpacked once for all runs. */
    private static final class Server {
        private static final Path DIRECTORY =
                Path.of("target", "postgres-" + ProcessHandle.current().pid()).toAbsolutePath();

        private static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            stopServersOfKilledTests();
            EmbeddedPostgres started =
                    EmbeddedPostgres.start(DIRECTORY, Optional.of(programs()), TestDatabase::passwordOf);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started), "stop the test database"));
            return started;
        }

        /** A test JVM that was killed leaves its server: the same adoption that users rely on ends it here. */
        private static void stopServersOfKilledTests() {
            try (Stream<Path> siblings = Files.list(DIRECTORY.getParent())) {
                for (Path sibling : siblings.filter(Server::isOfAKilledTest).toList()) {
                    if (Files.exists(sibling.resolve("database").resolve("postmaster.pid"))) {
                        EmbeddedPostgres.start(sibling, Optional.of(programs()), TestDatabase::passwordOf)
                                .stop();
                    }
                    PostgresPrograms.deleteTree(sibling);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static boolean isOfAKilledTest(Path sibling) {
            String name = sibling.getFileName().toString();
            return name.matches("postgres-\\d+")
                    && ProcessHandle.of(Long.parseLong(name.substring("postgres-".length())))
                            .isEmpty();
        }

        private static void stop(EmbeddedPostgres started) {
            started.stop();
            try {
                PostgresPrograms.deleteTree(DIRECTORY);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
