package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import dev.lethe.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedPostgresTest {
    private static final int NOBODY = 65_534;

    @Test
    void givesEachTestItsOwnEmptyDatabase() throws SQLException {
        try (TestDatabase one = TestDatabase.fresh();
                TestDatabase other = TestDatabase.fresh();
                Connection connection = other.connect()) {
            one.execute("create table only_here (a int)");
            assertEquals("0", ask(connection, "select count(*) from pg_tables where tablename = 'only_here'"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "empty",
            value = {
                "server_version, 18.6",
                "fsync, on",
                "full_page_writes, on",
                "synchronous_commit, on",
                "data_checksums, on",
                "wal_recycle, off",
                "listen_addresses, 127.0.0.1",
                "unix_socket_directories, empty",
                "password_encryption, scram-sha-256",
                "server_encoding, UTF8",
                "log_statement, none",
                "log_min_messages, log",
                "log_parameter_max_length, 0",
                "log_parameter_max_length_on_error, 0",
                "log_min_duration_statement, -1",
                "jit, off",
            })
    void runsWithTheSettingsThatThePromisesRestOn(String setting, String expected) throws SQLException {
        try (TestDatabase database = TestDatabase.fresh();
                Connection connection = database.connect()) {
            assertEquals(expected == null ? "" : expected, ask(connection, "show " + setting));
            Durability.check(connection);
        }
    }

    @Test
    void keepsDataFromOtherUsers() throws IOException {
        Path state = TestDirectories.fresh("private").resolve("state");
        try (EmbeddedPostgres postgres = start(state)) {
            assertEquals("rwx------", mode(state));
            assertEquals("rwx------", mode(state.resolve("database")));
            assertEquals("rw-------", mode(state.resolve("database.lock")));
            assertEquals("rw-------", mode(state.resolve("database.port")));
            assertEquals(
                    Integer.toString(postgres.port()),
                    Files.readString(state.resolve("database.port")).strip());
            try (Stream<Path> all = Files.walk(state.resolve("database"))) {
                assertEquals(
                        List.of(),
                        all.filter(each -> !mode(each).endsWith("------")).toList());
            }
        }
    }

    @Test
    void refusesAWrongPassword() {
        try (TestDatabase database = TestDatabase.fresh()) {
            SQLException refused = assertThrows(
                    SQLException.class, () -> database.connect(database.user(), new Secret("not the password")));
            assertEquals("28P01", refused.getSQLState());
        }
    }

    @Test
    void logsNoValueOfAFailedStatement() throws Exception {
        Path state = TestDirectories.fresh("log").resolve("state");
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertThrows(SQLException.class, () -> ask(connection, "select 'canary-in-text'::int"));
            ask(connection, "create table once (a text primary key)");
            ask(connection, "insert into once values ('canary-in-key')");
            assertThrows(SQLException.class, () -> ask(connection, "insert into once values ('canary-in-key')"));
            try (var statement = connection.prepareStatement("select ?::text::inet")) {
                statement.setString(1, "canary-in-parameter");
                assertThrows(SQLException.class, statement::executeQuery);
            }
            assertThrows(
                    SQLException.class,
                    () -> DriverManager.getConnection(postgres.jdbcUrl(), "control_user", "wrong password"));
        }
        StringBuilder logged = new StringBuilder();
        try (Stream<Path> files = Files.list(state.resolve("database/log"))) {
            for (Path file : files.toList()) {
                logged.append(Files.readString(file));
            }
        }
        assertTrue(logged.toString().contains("control_user"), "the log is written: " + logged);
        assertFalse(logged.toString().contains("canary"), logged.toString());
    }

    @Test
    void leavesADatabaseOfAnotherMajorVersionAloneAndSaysWhatToDo() throws IOException {
        Path database = Files.createDirectories(TestDirectories.fresh("older").resolve("state/database"));
        Files.writeString(database.resolve("PG_VERSION"), "17\n");
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> start(database.getParent()));
        assertTrue(problem.getMessage().contains("PostgreSQL 17"), problem.getMessage());
        assertTrue(problem.getMessage().contains("lethe db restore FILE"), problem.getMessage());
        try (Stream<Path> files = Files.list(database)) {
            assertEquals(List.of(database.resolve("PG_VERSION")), files.toList());
        }
    }

    @Test
    void leavesADirectoryThatIsNoDatabaseAlone() throws IOException {
        Path database = Files.createDirectories(TestDirectories.fresh("foreign").resolve("state/database"));
        Files.writeString(database.resolve("letters.txt"), "dear");
        assertThrows(DatabaseProblem.class, () -> start(database.getParent()));
        assertEquals("dear", Files.readString(database.resolve("letters.txt")));
    }

    @Test
    void beginsAnewAfterACrashInTheMiddleOfMakingTheDatabase() throws Exception {
        Path state = TestDirectories.fresh("half").resolve("state");
        Files.createDirectories(state.resolve("database.new/base"));
        Files.writeString(state.resolve("database.new/PG_VERSION"), "18\n");
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertEquals("lethe", ask(connection, "select current_database()"));
        }
    }

    @Test
    void keepsItsPortAndDataAndMovesLoudlyWhenAStrangerSitsOnThePort() throws Exception {
        Path state = TestDirectories.fresh("port").resolve("state");
        int first;
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            first = postgres.port();
            ask(connection, "create table kept as select 1");
        }
        try (EmbeddedPostgres postgres = start(state)) {
            assertEquals(first, postgres.port());
        }
        try (ServerSocket stranger = new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
                EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertNotEquals(stranger.getLocalPort(), postgres.port());
            assertEquals("1", ask(connection, "select count(*) from kept"));
            assertEquals(
                    Integer.toString(postgres.port()),
                    Files.readString(state.resolve("database.port")).strip());
        }
    }

    /** As a kill just after the database was made leaves it. */
    @Test
    void closesItsDatabasesToOthersAtEachStart() throws Exception {
        Path state = TestDirectories.fresh("open").resolve("state");
        String open = "select string_agg(datname, ',') from pg_database where datallowconn"
                + " and has_database_privilege('public', oid, 'connect')";
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertEquals("null", ask(connection, open));
            ask(connection, "grant connect on database postgres, template1, lethe to public");
        }
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertEquals("null", ask(connection, open));
        }
    }

    @Test
    void whateverALookFailsWithTheNextOneComes() {
        CountDownLatch stopping = new CountDownLatch(1);
        Queue<Exception> failures = new ArrayDeque<>(List.of(
                new IOException("no file"),
                new UncheckedIOException(new IOException("no directory")),
                new IllegalStateException("no idea")));
        EmbeddedPostgres.watch(stopping, Duration.ofMillis(1), () -> {
            Exception failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            stopping.countDown();
        });
        assertEquals(0, stopping.getCount(), "it came to the look that found everything well");
    }

    @Test
    void twoUsersInOneProcessShareOneServer() throws Exception {
        Path state = TestDirectories.fresh("twice").resolve("state");
        EmbeddedPostgres one = start(state);
        EmbeddedPostgres two = start(state);
        assertEquals(one.port(), two.port());
        one.stop();
        one.stop();
        try (Connection connection = two.connect()) {
            assertEquals("1", ask(connection, "select 1"));
        }
        two.stop();
        assertFalse(Files.exists(state.resolve("database/postmaster.pid")));
    }

    @Test
    void twoProcessesShareOneServerAndTheLastStopsIt() throws Exception {
        Path state = TestDirectories.fresh("shared").resolve("state");
        try (EmbeddedPostgres here = start(state)) {
            try (EmbeddedPostgresProcess there = EmbeddedPostgresProcess.start(state)) {
                assertEquals(here.port(), there.port());
            }
            try (Connection connection = here.connect()) {
                assertEquals("1", ask(connection, "select 1"), "still running after the other process has ended");
            }
            try (EmbeddedPostgresProcess last = EmbeddedPostgresProcess.start(state)) {
                here.stop();
                assertTrue(
                        Files.exists(state.resolve("database/postmaster.pid")), "the last user is the other process");
                assertEquals(here.port(), last.port());
            }
        }
        assertFalse(Files.exists(state.resolve("database/postmaster.pid")), "stopped by the last user");
    }

    @Test
    void startsWhenTheNumberOfACrashedServerNowBelongsToAnotherProcess() throws Exception {
        Path state = TestDirectories.fresh("reused").resolve("state");
        EmbeddedPostgres crashed = start(state);
        try (Connection connection = crashed.connect()) {
            ask(connection, "create table kept as select 1");
        }
        Path pidFile = state.resolve("database/postmaster.pid");
        List<String> lines = Files.readAllLines(pidFile);
        ProcessHandle postmaster =
                ProcessHandle.of(Long.parseLong(lines.getFirst())).orElseThrow();
        List<ProcessHandle> workers = postmaster.children().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().get(1, TimeUnit.MINUTES);
        for (ProcessHandle worker : workers) {
            worker.onExit().get(1, TimeUnit.MINUTES);
        }
        crashed.stop();
        lines.set(0, Long.toString(ProcessHandle.current().pid()));
        Files.write(pidFile, lines);
        try (EmbeddedPostgres postgres = start(state);
                Connection connection = postgres.connect()) {
            assertEquals("1", ask(connection, "select count(*) from kept"));
        }
    }

    @Test
    void startsAtOnceAfterItsServerWasKilled() throws Exception {
        Path state = TestDirectories.fresh("killed").resolve("state");
        EmbeddedPostgres crashed = start(state);
        try (Connection busy = crashed.connect()) {
            ask(busy, "create table kept as select 1");
            killPostmaster(state);
            crashed.stop();
            try (EmbeddedPostgres postgres = start(state);
                    Connection connection = postgres.connect()) {
                assertEquals("1", ask(connection, "select count(*) from kept"));
            }
        }
    }

    @Test
    void startsNoSecondServerWhileAnotherProcessUsesOneThatItCannotSee() throws Exception {
        Path state = TestDirectories.fresh("unseen").resolve("state");
        EmbeddedPostgresProcess other = EmbeddedPostgresProcess.start(state);
        try {
            killPostmaster(state);
            DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> start(state));
            assertTrue(problem.getMessage().contains("Another Lethe uses the database"), problem.getMessage());
        } finally {
            other.kill();
        }
        start(state).stop();
    }

    private static void killPostmaster(Path state) throws Exception {
        String pid =
                Files.readAllLines(state.resolve("database/postmaster.pid")).getFirst();
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(1, TimeUnit.MINUTES);
    }

    @Test
    void saysThatTheKeysDirectoryBelongsToAnotherDatabase() {
        Path state = TestDirectories.fresh("keys").resolve("state");
        start(state).stop();
        DatabaseProblem problem = assertThrows(
                DatabaseProblem.class,
                () -> EmbeddedPostgres.start(
                        state, Optional.of(TestDatabase.programs()), name -> new Secret("from other keys")));
        assertTrue(problem.getMessage().contains("keys.dir"), problem.getMessage());
        assertFalse(
                Files.exists(state.resolve("database/postmaster.pid")), "a start that fails leaves no server behind");
    }

    @Test
    void refusesAStateDirectoryThatSomebodyElseCouldExchange() throws IOException {
        assumeRoot("a state directory in another user's world-writable directory");
        Path open = TestDirectories.fresh("open");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setAttribute(open, "unix:uid", NOBODY);
        DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> start(open.resolve("state")));
        assertTrue(problem.getMessage().contains("everybody may write"), problem.getMessage());
        assertFalse(Files.exists(open.resolve("state")));
    }

    @Test
    void anOrdinaryUserMakesItAndRootUsesItAsThatUser() throws Exception {
        assumeRoot("an ordinary user's database used by root");
        Path home = TestDirectories.fresh("ordinary");
        assumeNobodyMayEnter("an ordinary user's database used by root", home.getParent());
        Files.setAttribute(home, "unix:uid", NOBODY);
        Files.setAttribute(home, "unix:gid", NOBODY);
        Path state = home.resolve("state");
        int port;
        try (EmbeddedPostgresProcess ordinary = EmbeddedPostgresProcess.startAs(NOBODY, home)) {
            port = ordinary.port();
            assertEquals(NOBODY, StateDirectory.ownerOf(state.resolve("database/PG_VERSION")));
            assertEquals("rwx------", mode(state));
        }
        try (EmbeddedPostgres root = start(state);
                Connection connection = root.connect()) {
            assertEquals(port, root.port());
            ask(connection, "create table by_root as select 1");
        }
        try (Stream<Path> all = Files.walk(state.resolve("database"))) {
            assertEquals(List.of(), all.filter(each -> ownerOf(each) != NOBODY).toList());
        }
        EmbeddedPostgresProcess.startAs(NOBODY, home).close();
    }

    @Test
    void rootBecomesAnotherUserWhereNamespacesAreNotAllowed() throws Exception {
        assumeRoot("root without user namespaces");
        Path home = TestDirectories.fresh("setpriv");
        assumeNobodyMayEnter("root without user namespaces", home.getParent());
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path path = Files.createDirectory(home.resolve("path"));
        for (String program : List.of("setpriv", "test")) {
            Files.createSymbolicLink(path.resolve(program), Path.of("/usr/bin", program));
        }
        Path state = home.resolve("state");
        try (EmbeddedPostgresProcess there =
                EmbeddedPostgresProcess.startWithPath(state, home.resolve("programs"), path)) {
            assertNotEquals(0, StateDirectory.ownerOf(state.resolve("database/PG_VERSION")));
            assertEquals("rwx------", mode(state.resolve("database")));
            assertEquals("rwx--x---", mode(state), "PostgreSQL's group may pass through, nobody may look");
            try (EmbeddedPostgres here = start(state)) {
                assertEquals(there.port(), here.port());
            }
        }
        assertFalse(Files.exists(state.resolve("database/postmaster.pid")));
    }

    private static EmbeddedPostgres start(Path state) {
        return EmbeddedPostgres.start(state, Optional.of(TestDatabase.programs()), TestDatabase::passwordOf);
    }

    private static void assumeRoot(String what) {
        if (StateDirectory.currentUser() != 0) {
            LeftOut.because(what, "run the tests as root");
        }
    }

    private static void assumeNobodyMayEnter(String what, Path directory) throws Exception {
        if (!nobodyMayEnter(directory)) {
            LeftOut.because(what, "check out where every user may enter the directories");
        }
    }

    private static boolean nobodyMayEnter(Path directory) throws Exception {
        return new ProcessBuilder(
                                "setpriv",
                                "--reuid=" + NOBODY,
                                "--regid=" + NOBODY,
                                "--clear-groups",
                                "test",
                                "-x",
                                directory.toString())
                        .start()
                        .waitFor()
                == 0;
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int ownerOf(Path path) {
        try {
            return StateDirectory.ownerOf(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? String.valueOf(row.getString(1)) : "";
            }
        }
    }
}
