package dev.lethe.database;

import dev.lethe.config.Secret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code <state>/database}: how the data directory of the embedded PostgreSQL is made, configured and read. Immutable; used while {@link
 * DatabaseLock} is held. Nothing here ever deletes data.
 */
record DataDirectory(Path stateDir) {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    Path path() {
        return stateDir.resolve("database");
    }

    /** Whether there is a database. */
    boolean isMade() {
        return Files.exists(path().resolve("PG_VERSION"));
    }

    /** @throws DatabaseProblem when another PostgreSQL made it */
    void refuseOtherMajor() {
        Path version = path().resolve("PG_VERSION");
        if (!Files.exists(version)) {
            return;
        }
        try {
            String major = Files.readString(version).strip();
            if (!major.equals(PostgresPrograms.MAJOR)) {
                throw new DatabaseProblem("The database in " + path() + " was made by PostgreSQL " + major
                        + ", and this Lethe carries PostgreSQL " + PostgresPrograms.MAJOR
                        + ". Nothing was changed. Run `lethe"
                        + " db backup FILE` with the Lethe that made it, move " + path()
                        + " aside, and run `lethe db restore FILE` with this one.");
            }
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The file " + version + " cannot be read (" + StateDirectory.reason(e)
                            + "). Run Lethe as the user that made the database.",
                    e);
        }
    }

    /** In a directory of another name, renamed when it is whole: half a database is never taken for one. */
    void create(PostgresPrograms programs, RunAs runAs, String owner, Secret password, Duration limit)
            throws IOException {
        if (Files.exists(path())) {
            throw new DatabaseProblem(
                    "The directory " + path() + " is not a PostgreSQL database (it has no PG_VERSION)."
                            + " Move it aside, and Lethe makes a new one.");
        }
        Path unfinished = stateDir.resolve("database.new");
        // Never started, so never holding data: what a crash in the middle of this method left.
        PostgresPrograms.deleteTree(unfinished);
        StateDirectory.createPrivate(unfinished);
        Path passwordFile = Files.createTempFile(stateDir, "owner-", ".password");
        try {
            Files.writeString(passwordFile, password.reveal());
            runAs.give(passwordFile);
            runAs.give(unfinished);
            PostgresPrograms.Outcome outcome = programs.run(
                    runAs,
                    stateDir,
                    limit.toSeconds(),
                    "initdb",
                    "--pgdata=" + unfinished,
                    "--username=" + owner,
                    "--pwfile=" + passwordFile,
                    "--auth-host=scram-sha-256",
                    "--auth-local=reject",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    "--no-instructions");
            if (!outcome.succeeded()) {
                throw new DatabaseProblem("PostgreSQL could not make a database in " + stateDir + ". It said:\n"
                        + PostgresPrograms.lastLines(outcome.output()));
            }
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        write(runAs, unfinished, "pg_hba.conf", """
            # Made by Lethe: only this machine, only with a password.
            host all all 127.0.0.1/32 scram-sha-256
            """);
        write(runAs, unfinished, "postgresql.conf", """
            # Made by Lethe, which writes lethe.conf anew at each start.
            # Your own settings go below the line, or through `alter system`; they win.
            include 'lethe.conf'
            """);
        write(runAs, unfinished, "lethe.conf", "");
        Files.move(unfinished, path(), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(stateDir, StandardOpenOption.READ)) {
            directory.force(true);
        }
        LOG.info("Made a new database in {}", path());
    }

    /** Before each start. */
    void configure(RunAs runAs, String host, int port) throws IOException {
        write(runAs, path(), "lethe.conf", configuration(host, port));
        write(runAs, path(), "start.log", "");
    }

    Path startLog() {
        return path().resolve("start.log");
    }

    /** The log of its last day; empty before the first. */
    String newestLog() throws IOException {
        Path directory = path().resolve("log");
        if (!Files.isDirectory(directory)) {
            return "";
        }
        try (Stream<Path> files = Files.list(directory)) {
            Optional<Path> newest =
                    files.max(Comparator.comparingLong(file -> file.toFile().lastModified()));
            return newest.isPresent() ? Files.readString(newest.get()) : "";
        }
    }

    /**
     * What differs from PostgreSQL's defaults, and the defaults that Lethe's promises rest on.
     *
     * <p>Errors are told to clients and not to the log: their texts quote values ({@code invalid input syntax …
     * "value"}), and nothing a visitor sent may be in a log. What is about the server itself (start, stop, recovery,
     * failed log-ins) is logged.
     */
    private static String configuration(String host, int port) {
        return """
            # Written by Lethe at each start: changes here are lost. Your own settings go into postgresql.conf.
            listen_addresses = '%s'
            port = %d
            unix_socket_directories = ''
            max_connections = 60
            password_encryption = 'scram-sha-256'
            cluster_name = 'lethe'

            # Acknowledged means committed.
            fsync = on
            full_page_writes = on
            synchronous_commit = on

            # The log of changes must not keep what was dropped.
            wal_recycle = off
            max_wal_size = '512MB'

            shared_buffers = '128MB'
            jit = off
            timezone = 'UTC'
            lc_messages = 'C'

            # At most a week of log, without statements, parameters or values.
            logging_collector = on
            log_directory = 'log'
            log_filename = 'postgresql-%%a.log'
            log_file_mode = 0600
            log_rotation_age = '1d'
            log_rotation_size = 0
            log_truncate_on_rotation = on
            log_timezone = 'UTC'
            log_line_prefix = '%%m [%%p] '
            log_min_messages = log
            log_min_error_statement = panic
            log_error_verbosity = terse
            log_statement = 'none'
            log_min_duration_statement = -1
            log_min_duration_sample = -1
            log_parameter_max_length = 0
            log_parameter_max_length_on_error = 0
            log_connections = ''
            log_disconnections = off
            log_checkpoints = off
            log_autovacuum_min_duration = -1
            log_lock_waits = off
            """.formatted(host, port);
    }

    private static void write(RunAs runAs, Path directory, String name, String text) throws IOException {
        Path written = directory.resolve(name + ".lethe");
        Files.deleteIfExists(written);
        Files.createFile(written, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(written, text);
        runAs.give(written);
        Files.move(written, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
