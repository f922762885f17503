package dev.lethe.database;

import dev.lethe.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL that Lethe brings along, running in the state directory for as long as somebody uses it. Thread-safe;
 * one instance is one user, made by {@link #start} and ended by {@link #stop}.
 *
 * <p>The server is a process of its own: it outlives a killed JVM and is adopted by the next start. The data directory
 * is {@code <state>/database}, the programs are unpacked into {@code <state>/postgresql}, the port is kept in {@code
 * <state>/database.port}. Nothing here ever deletes data.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final String HOST = "127.0.0.1";
    private static final String OWNER = "lethe";
    private static final String DATABASE = "lethe";

    /** Those of the server's databases that every role may enter. */
    private static final String OPEN_DATABASES = """
        select
        from pg_database
        where datname in ('postgres', 'template1', '%s')
          and has_database_privilege('public', oid, 'connect, temporary')
        """.formatted(DATABASE);

    /** Below Linux' and macOS' ranges for outgoing connections, so that no passing connection sits on the kept port. */
    private static final int LOWEST_PORT = 20_000;

    private static final int HIGHEST_PORT = 30_000;

    /** Crash recovery replays at most max_wal_size: minutes on a slow disk, never hours. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private static final Duration WATCHED_EVERY = Duration.ofSeconds(1);

    /** Idle backends of a killed server end at once, busy ones with their statement: those are not waited for. */
    private static final Duration ORPHANS_LIMIT = Duration.ofSeconds(3);

    /** What PostgreSQL says while backends of a killed server are still ending; they do so by themselves. */
    private static final String ORPHANS = "pre-existing shared memory block";

    private final Path stateDir;
    private final Path dataDir;
    private final Secret password;
    private final PostgresPrograms programs;
    private final RunAs runAs;
    private int port;
    /** The process that was started or adopted last. */
    private volatile long serverPid;

    private volatile boolean stopped;
    private final CountDownLatch stopping = new CountDownLatch(1);

    private EmbeddedPostgres(Path stateDir, Secret password, PostgresPrograms programs, RunAs runAs) {
        this.stateDir = stateDir;
        this.dataDir = stateDir.resolve("database");
        this.password = password;
        this.programs = programs;
        this.runAs = runAs;
    }

    /**
     * Makes the database if there is none, starts PostgreSQL or adopts the one that runs, and waits until it answers.
     *
     * @param passwords gives the owner's password for the name {@code "owner"}: the same at each start with this state
     *     directory
     * @throws DatabaseProblem with a sentence that says what to do
     */
    public static EmbeddedPostgres start(Path stateDir, Function<String, Secret> passwords) {
        return start(stateDir, Optional.empty(), passwords);
    }

    /** With the programs unpacked elsewhere, so that many state directories share them. */
    static EmbeddedPostgres start(Path stateDir, Optional<Path> programsDir, Function<String, Secret> passwords) {
        Path state = StateDirectory.prepare(stateDir);
        refuseOtherMajor(state.resolve("database"));
        try {
            PostgresPrograms programs = PostgresPrograms.unpackInto(programsDir.orElse(state.resolve("postgresql")));
            RunAs runAs = RunAs.choose(state, state.resolve("database"));
            EmbeddedPostgres postgres = new EmbeddedPostgres(state, passwords.apply("owner"), programs, runAs);
            DatabaseLock.join(state, postgres::adoptOrStart, postgres::stopServer);
            return postgres;
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The embedded PostgreSQL in " + state + " could not be started (" + StateDirectory.reason(e) + ").",
                    e);
        }
    }

    /** Whether a state directory holds a database. */
    static boolean isMade(Path stateDir) {
        return Files.exists(stateDir.resolve("database").resolve("PG_VERSION"));
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    public String database() {
        return DATABASE;
    }

    /** The owner of everything: a superuser, for migrations and the roles step. Duties log in as themselves. */
    public String user() {
        return OWNER;
    }

    public Secret password() {
        return password;
    }

    /** Without user and password. */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /** What {@code database.url} would be for this server, password included. */
    public Secret url() {
        return new Secret("postgresql://" + OWNER + ":" + password.reveal() + "@" + HOST + ":" + port + "/" + DATABASE);
    }

    /** A new connection of the owner, closed by the caller. */
    public Connection connect() throws SQLException {
        return connect(DATABASE);
    }

    /**
     * Watches the server from a virtual thread until {@link #stop}: when its process has ended, killed by the system for want of memory
     * for instance, it is started again on the same port. Once.
     */
    void keepRunning() {
        Thread.ofVirtual().name("watch PostgreSQL").start(this::watch);
    }

    private void watch() {
        watch(stopping, WATCHED_EVERY, () -> {
            if (!isRunning()) {
                DatabaseLock.change(stateDir, this::revive);
            }
        });
    }

    /** A look at the server, and what follows from it. */
    interface Look {
        void take() throws Exception;
    }

    /** Whatever a look fails with, the next one comes: without it nobody would start the server again. */
    static void watch(CountDownLatch stopping, Duration every, Look look) {
        boolean failing = false;
        while (true) {
            try {
                // Never interrupted: that would close the channel of the lock.
                if (stopping.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                look.take();
                failing = false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                if (!failing) {
                    LOG.error("PostgreSQL has ended and cannot be started yet; trying on: {}", e.getMessage());
                }
                failing = true;
            }
        }
    }

    private boolean isRunning() throws IOException {
        Optional<Postmaster> alive = Postmaster.find(dataDir).filter(postmaster -> postmaster.isAlive(dataDir));
        alive.ifPresent(postmaster -> serverPid = postmaster.pid());
        // A server whose file somebody removed ends itself within a minute; until then it is not replaced.
        return alive.isPresent() || new Postmaster(serverPid, port).isAlive(dataDir);
    }

    /** What was acknowledged is in the log, and PostgreSQL replays it. Connections break and are made again. */
    private void revive() throws IOException {
        if (stopped || isRunning()) {
            return;
        }
        Optional<Postmaster> named = Postmaster.find(dataDir);
        if (named.isPresent() && named.get().pid() != serverPid && !named.get().isNobody()) {
            throw new DatabaseProblem("The server that ran in " + dataDir + " as process " + serverPid
                    + " has ended, and another process that cannot be seen from here has taken its place.");
        }
        LOG.error("PostgreSQL has ended unasked (process {}): starting it again", serverPid);
        endOrphans();
        if (named.filter(Postmaster::numberIsTaken).isPresent()) {
            named.get().disown(dataDir, runAs);
        }
        if (!isFree(port)) {
            throw new DatabaseProblem("The database's port " + port + " is taken by another program.");
        }
        launchUntilOrphansAreGone();
        LOG.info("PostgreSQL runs again on port {}", port);
    }

    /** Two servers' processes on one directory would destroy it, so PostgreSQL does not start while one of the old is there. */
    private void endOrphans() {
        long deadline = System.nanoTime() + ORPHANS_LIMIT.toNanos();
        while (!Postmaster.orphans(dataDir).isEmpty() && System.nanoTime() < deadline) {
            pause();
        }
        for (ProcessHandle orphan : Postmaster.orphans(dataDir)) {
            LOG.warn("Ending a backend of the dead server that still works (process {})", orphan.pid());
            orphan.destroyForcibly();
        }
    }

    /** Ends this use; the last user of all processes stops the server, which writes everything out first. */
    public void stop() {
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            stopping.countDown();
        }
        try {
            DatabaseLock.leave(stateDir, this::stopServer);
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The embedded PostgreSQL in " + stateDir + " could not be stopped (" + StateDirectory.reason(e)
                            + "); it keeps running and the next start adopts it.",
                    e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    private static void refuseOtherMajor(Path dataDir) {
        Path version = dataDir.resolve("PG_VERSION");
        if (!Files.exists(version)) {
            return;
        }
        try {
            String major = Files.readString(version).strip();
            if (!major.equals(PostgresPrograms.MAJOR)) {
                throw new DatabaseProblem("The database in " + dataDir + " was made by PostgreSQL " + major
                        + ", and this Lethe carries PostgreSQL " + PostgresPrograms.MAJOR
                        + ". Nothing was changed. Run `lethe"
                        + " db backup FILE` with the Lethe that made it, move " + dataDir
                        + " aside, and run `lethe db restore FILE` with this one.");
            }
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The file " + version + " cannot be read (" + StateDirectory.reason(e)
                            + "). Run Lethe as the user that made the database.",
                    e);
        }
    }

    private void adoptOrStart(boolean alone) throws IOException {
        if (!isMade(stateDir)) {
            create();
        }
        if (!adopt()) {
            if (!alone) {
                refuseSecondServer();
            }
            startServer();
        }
        createDatabase();
    }

    /**
     * Another process uses the database, and its server cannot be seen from here: it may run in another container on
     * the same volume, where PostgreSQL's own check is blind too, and two servers on one directory destroy it.
     */
    private void refuseSecondServer() {
        if (Files.exists(dataDir.resolve("postmaster.pid"))) {
            throw new DatabaseProblem(
                    "Another Lethe uses the database in " + dataDir + ", but its PostgreSQL cannot be reached from"
                            + " here: it runs in another container, or it has"
                            + " crashed. Stop the other Lethe first. To run"
                            + " several at once, give them one PostgreSQL with"
                            + " database.url.");
        }
    }

    /** In a directory of another name, renamed when it is whole: half a database is never taken for one. */
    private void create() throws IOException {
        if (Files.exists(dataDir)) {
            throw new DatabaseProblem(
                    "The directory " + dataDir + " is not a PostgreSQL database (it has no PG_VERSION)."
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
                    START_LIMIT.toSeconds(),
                    "initdb",
                    "--pgdata=" + unfinished,
                    "--username=" + OWNER,
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
                        + lastLines(outcome.output()));
            }
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        write(unfinished, "pg_hba.conf", """
            # Made by Lethe: only this machine, only with a password.
            host all all 127.0.0.1/32 scram-sha-256
            """);
        write(unfinished, "postgresql.conf", """
            # Made by Lethe, which writes lethe.conf anew at each start.
            # Your own settings go below the line, or through `alter system`; they win.
            include 'lethe.conf'
            """);
        write(unfinished, "lethe.conf", "");
        Files.move(unfinished, dataDir, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(stateDir, StandardOpenOption.READ)) {
            directory.force(true);
        }
        LOG.info("Made a new database in {}", dataDir);
    }

    /** True when the server that runs in the data directory is now used; waits while it starts or stops. */
    private boolean adopt() throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            Optional<Postmaster> found = Postmaster.find(dataDir);
            if (found.isEmpty()) {
                return false;
            }
            Postmaster postmaster = found.get();
            if (!postmaster.isAlive(dataDir)) {
                if (postmaster.numberIsTaken()) {
                    LOG.info(
                            "PostgreSQL was not stopped; its process number {} now belongs to another program",
                            postmaster.pid());
                    postmaster.disown(dataDir, runAs);
                }
                return false;
            }
            port = postmaster.port();
            try (Connection connection = connect("postgres")) {
                requireDataDirectory(connection);
                LOG.info("PostgreSQL was still running as process {} on port {}: using it", postmaster.pid(), port);
                serverPid = postmaster.pid();
                return true;
            } catch (SQLException e) {
                throwUnlessTransient(e);
            }
            if (System.nanoTime() > deadline) {
                throw new DatabaseProblem("PostgreSQL runs in " + dataDir + " as process " + postmaster.pid()
                        + ", but has not answered on port " + port + " for " + START_LIMIT.toMinutes()
                        + " minutes. Look into " + dataDir.resolve("log") + ", or end that process.");
            }
            pause();
        }
    }

    private void startServer() throws IOException {
        port = keptPort();
        if (!isFree(port)) {
            chooseAnotherPort();
        }
        try {
            launchUntilOrphansAreGone();
        } catch (DatabaseProblem e) {
            if (isFree(port) || Postmaster.find(dataDir).isPresent()) {
                throw e;
            }
            chooseAnotherPort();
            launchUntilOrphansAreGone();
        }
        LOG.info("PostgreSQL {} started on port {}", PostgresPrograms.VERSION, port);
    }

    private void launchUntilOrphansAreGone() throws IOException {
        PostgresPrograms.Outcome outcome = launch();
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        while (!outcome.succeeded() && newestLog().contains(ORPHANS) && System.nanoTime() < deadline) {
            pause();
            outcome = launch();
        }
        Postmaster.find(dataDir).ifPresent(postmaster -> serverPid = postmaster.pid());
        if (!outcome.succeeded()) {
            throw new DatabaseProblem("PostgreSQL did not start in " + dataDir + ". It said:\n"
                    + lastLines(outcome.output() + Files.readString(dataDir.resolve("start.log")) + newestLog()));
        }
    }

    private PostgresPrograms.Outcome launch() throws IOException {
        write(dataDir, "lethe.conf", configuration());
        write(dataDir, "start.log", "");
        return programs.run(
                runAs,
                stateDir,
                START_LIMIT.toSeconds() + 10,
                "pg_ctl",
                "start",
                "--pgdata=" + dataDir,
                "--log=" + dataDir.resolve("start.log"),
                "--timeout=" + START_LIMIT.toSeconds(),
                "--wait",
                "--silent");
    }

    /**
     * What differs from PostgreSQL's defaults, and the defaults that Lethe's promises rest on.
     *
     * <p>Errors are told to clients and not to the log: their texts quote values ({@code invalid input syntax …
     * "value"}), and nothing a visitor sent may be in a log. What is about the server itself (start, stop, recovery,
     * failed log-ins) is logged.
     */
    private String configuration() {
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
            """.formatted(HOST, port);
    }

    private void createDatabase() {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            if (!has(statement, "select from pg_database where datname = '" + DATABASE + "'")) {
                statement.execute("create database " + DATABASE);
            }
            // Looked at each time: a kill after the statement above would leave them open for good.
            if (has(statement, OPEN_DATABASES)) {
                statement.execute(
                        "revoke connect, temporary on database postgres, template1, " + DATABASE + " from public");
            }
        } catch (SQLException e) {
            throwUnlessTransient(e);
            throw new DatabaseProblem(
                    "PostgreSQL runs in " + dataDir + ", but does not take connections on port " + port + " ("
                            + StateDirectory.reason(e) + "). Look into " + dataDir.resolve("log") + ".",
                    e);
        }
    }

    private static boolean has(Statement statement, String query) throws SQLException {
        try (ResultSet found = statement.executeQuery(query)) {
            return found.next();
        }
    }

    /** Runs while this process holds the lock that says nobody else uses the server. */
    private void stopServer() throws IOException {
        if (Postmaster.find(dataDir)
                .filter(postmaster -> postmaster.isAlive(dataDir))
                .isEmpty()) {
            return;
        }
        PostgresPrograms.Outcome outcome = programs.run(
                runAs,
                stateDir,
                STOP_LIMIT.toSeconds() + 10,
                "pg_ctl",
                "stop",
                "--pgdata=" + dataDir,
                "--mode=fast",
                "--timeout=" + STOP_LIMIT.toSeconds(),
                "--wait",
                "--silent");
        if (!outcome.succeeded() && Postmaster.find(dataDir).isPresent()) {
            LOG.warn(
                    "PostgreSQL has not stopped yet; the next start waits for it or adopts it. It said: {}",
                    lastLines(outcome.output()));
        }
    }

    private int keptPort() throws IOException {
        Path file = portFile();
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            try {
                int kept = Integer.parseInt(text);
                if (kept > 0 && kept < 65_536) {
                    return kept;
                }
            } catch (NumberFormatException notANumber) {
                // Said below.
            }
            throw new DatabaseProblem(
                    "The file " + file + " does not hold a port number. Put the number there that other"
                            + " programs know, or delete the file and Lethe chooses one.");
        }
        int chosen = freePort();
        keepPort(chosen);
        return chosen;
    }

    /**
     * A collector that does not start loses visits for good, a dashboard with an old port loses nothing: so Lethe
     * moves, and says loudly what else has to.
     */
    private void chooseAnotherPort() throws IOException {
        int taken = port;
        port = freePort();
        keepPort(port);
        LOG.warn(
                "The database's port {} is taken by another program. It is now {} (kept in {}): change it wherever you"
                        + " connect from, such as Grafana's data source (`lethe db url` prints it)",
                taken,
                port,
                portFile());
    }

    private void keepPort(int chosen) throws IOException {
        Path written = Files.createTempFile(stateDir, "database-", ".port");
        Files.writeString(written, chosen + "\n");
        Files.move(written, portFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path portFile() {
        return stateDir.resolve("database.port");
    }

    private static int freePort() {
        RandomGenerator random = RandomGenerator.getDefault();
        for (int tries = 0; tries < 1_000; tries++) {
            int candidate = random.nextInt(LOWEST_PORT, HIGHEST_PORT);
            if (isFree(candidate)) {
                return candidate;
            }
        }
        throw new DatabaseProblem("No free port between " + LOWEST_PORT + " and " + HIGHEST_PORT
                + " on 127.0.0.1 for the embedded PostgreSQL. Use a PostgreSQL of your own with database.url.");
    }

    private static boolean isFree(int candidate) {
        try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private String jdbcUrl(String database) {
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + database;
    }

    Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", OWNER);
        properties.setProperty("password", password.reveal());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("ApplicationName", "lethe");
        return DriverManager.getConnection(jdbcUrl(database), properties);
    }

    private void requireDataDirectory(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('data_directory')")) {
            if (!row.next() || !Path.of(row.getString(1)).toRealPath().equals(dataDir)) {
                throw new DatabaseProblem("Port " + port + " answers for another database than " + dataDir
                        + ". End the process that uses the port, or delete " + dataDir.resolve("postmaster.pid")
                        + " if no PostgreSQL runs in that directory.");
            }
        }
    }

    /** Starting, stopping and not listening yet pass by themselves; a refused password does not. */
    private void throwUnlessTransient(SQLException e) {
        @Nullable String state = e.getSQLState();
        if (state != null && state.startsWith("28")) {
            throw new DatabaseProblem(
                    "The database in " + dataDir + " does not accept the owner's password that this keys.dir gives."
                            + " The keys directory belongs to another database: set keys.dir to"
                            + " the one that was used when this database was made.",
                    e);
        }
    }

    private void write(Path directory, String name, String text) throws IOException {
        Path written = directory.resolve(name + ".lethe");
        Files.deleteIfExists(written);
        Files.createFile(written, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(written, text);
        runAs.give(written);
        Files.move(written, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private String newestLog() throws IOException {
        Path directory = dataDir.resolve("log");
        if (!Files.isDirectory(directory)) {
            return "";
        }
        try (Stream<Path> files = Files.list(directory)) {
            Optional<Path> newest =
                    files.max(Comparator.comparingLong(file -> file.toFile().lastModified()));
            return newest.isPresent() ? Files.readString(newest.get()) : "";
        }
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseProblem("Interrupted while PostgreSQL was starting.", e);
        }
    }
}
