package dev.lethe.database;

import dev.lethe.LeftOut;
import dev.lethe.config.FreePorts;
import dev.lethe.config.Secret;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * An installed PostgreSQL of the oldest major version that Lethe supports, or the next one, as somebody else's server would be: a
 * database whose owner is no superuser and may make no roles. Runs for one test, on 127.0.0.1 and in a directory below {@code target/}.
 */
public final class OlderPostgres implements AutoCloseable {
    private static final List<String> MAJORS = List.of("15", "16", "17");
    private static final String SUPERUSER = "administrator";
    private static final String OWNER = "tenant";
    private static final String PASSWORD = "test-password-of-both";

    private final Path programs;
    private final RunAs runAs;
    private final Path data;
    private final int port;

    private OlderPostgres(Path programs, RunAs runAs, Path data, int port) {
        this.programs = programs;
        this.runAs = runAs;
        this.data = data;
        this.port = port;
    }

    /** Leaves the test out where none is installed. */
    public static OlderPostgres start() {
        Optional<Path> programs = MAJORS.stream()
                .map(major -> Path.of("/usr/lib/postgresql", major, "bin"))
                .filter(directory -> Files.isExecutable(directory.resolve("initdb")))
                .findFirst();
        if (programs.isEmpty()) {
            LeftOut.because("a move to an older PostgreSQL", "install postgresql-15 (Debian's or the PGDG's package)");
        }
        try {
            Path directory = TestDirectories.fresh("older-postgres");
            Path data = directory.resolve("data");
            RunAs runAs = RunAs.choose(directory, data);
            StateDirectory.createPrivate(data);
            Path passwordFile = Files.writeString(directory.resolve("password"), PASSWORD);
            runAs.give(directory);
            OlderPostgres server = new OlderPostgres(programs.orElseThrow(), runAs, data, FreePorts.choose());
            server.run(
                    "initdb",
                    "--pgdata=" + data,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-instructions");
            server.run(
                    "pg_ctl",
                    "start",
                    "--wait",
                    "--pgdata=" + data,
                    "--log=" + directory.resolve("log"),
                    "--options=-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c port=" + server.port);
            try (Connection administrator = server.administrator("postgres");
                    Statement statement = administrator.createStatement()) {
                statement.execute("create role " + OWNER + " login password '" + PASSWORD + "'");
                statement.execute("create database " + OWNER + " owner " + OWNER);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(runAs.prefix());
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        File output = data.resolveSibling(program + ".out").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        try {
            Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(program + " failed: " + Files.readString(output.toPath()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Connection administrator(String database) throws SQLException {
        return connect(SUPERUSER, database);
    }

    private Connection connect(String user, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", PASSWORD);
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    }

    /** What {@code database.url} is for the owner of the database. */
    public Secret url() {
        return new Secret("postgresql://" + OWNER + ":" + PASSWORD + "@127.0.0.1:" + port + "/" + OWNER);
    }

    /** Runs what an administrator was handed. */
    public void asAdministrator(String statements) {
        try (Connection administrator = administrator(OWNER);
                Statement statement = administrator.createStatement()) {
            statement.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of each row, as the administrator sees it. */
    public List<String> rows(String query) {
        try (Connection administrator = administrator(OWNER);
                Statement statement = administrator.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            run("pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata=" + data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
