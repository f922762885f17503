package dev.lethe.database;

import dev.lethe.config.FreePorts;
import dev.lethe.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

    /** Crash recovery replays at most max_wal_size: minutes on a slow disk, never hours. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private static final Duration WATCHED_EVERY = Duration.ofSeconds(1);

    /** Idle backends of a killed server end at once, busy ones with their statement: those are not waited for. */
    private static final Duration ORPHANS_LIMIT = Duration.ofSeconds(3);

    /** What PostgreSQL says while backends of a killed server are still ending; they do so by themselves. */
    private static final String ORPHANS = "pre-existing shared memory block";

    private final Path stateDir;
    private final DataDirectory data;
    private final Path dataDir;
    private final KeptPort keptPort;
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
        this.data = new DataDirectory(stateDir);
        this.dataDir = data.path();
        this.keptPort = new KeptPort(stateDir);
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
        DataDirectory data = new DataDirectory(state);
        data.refuseOtherMajor();
        try {
            PostgresPrograms programs = PostgresPrograms.unpackInto(programsDir.orElse(state.resolve("postgresql")));
            RunAs runAs = RunAs.choose(state, data.path());
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
        return new DataDirectory(stateDir).isMade();
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
        if (!FreePorts.isFree(port)) {
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

    private void adoptOrStart(boolean alone) throws IOException {
        if (!data.isMade()) {
            data.create(programs, runAs, OWNER, password, START_LIMIT);
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
        port = keptPort.find();
        if (!FreePorts.isFree(port)) {
            port = keptPort.insteadOf(port);
        }
        try {
            launchUntilOrphansAreGone();
        } catch (DatabaseProblem e) {
            if (FreePorts.isFree(port) || Postmaster.find(dataDir).isPresent()) {
                throw e;
            }
            port = keptPort.insteadOf(port);
            launchUntilOrphansAreGone();
        }
        LOG.info("PostgreSQL {} started on port {}", PostgresPrograms.VERSION, port);
    }

    private void launchUntilOrphansAreGone() throws IOException {
        PostgresPrograms.Outcome outcome = launch();
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        while (!outcome.succeeded() && data.newestLog().contains(ORPHANS) && System.nanoTime() < deadline) {
            pause();
            outcome = launch();
        }
        Postmaster.find(dataDir).ifPresent(postmaster -> serverPid = postmaster.pid());
        if (!outcome.succeeded()) {
            throw new DatabaseProblem("PostgreSQL did not start in " + dataDir + ". It said:\n"
                    + PostgresPrograms.lastLines(
                            outcome.output() + Files.readString(data.startLog()) + data.newestLog()));
        }
    }

    private PostgresPrograms.Outcome launch() throws IOException {
        data.configure(runAs, HOST, port);
        return programs.run(
                runAs,
                stateDir,
                START_LIMIT.toSeconds() + 10,
                "pg_ctl",
                "start",
                "--pgdata=" + dataDir,
                "--log=" + data.startLog(),
                "--timeout=" + START_LIMIT.toSeconds(),
                "--wait",
                "--silent");
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
                    PostgresPrograms.lastLines(outcome.output()));
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

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseProblem("Interrupted while PostgreSQL was starting.", e);
        }
    }
}
