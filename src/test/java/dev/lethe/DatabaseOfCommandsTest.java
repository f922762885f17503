package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.DatabaseProblem;
import dev.lethe.database.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What commands do to a database that other nodes use: nothing. The roles are an installation's own here, made with passwords that
 * come from its {@code keys.dir}, as they do outside of tests.
 */
@Timeout(60)
class DatabaseOfCommandsTest {
    private static final String PREFIX = "commands_test";
    private static final String VERIFIERS =
            "select string_agg(rolname || rolpassword, ',' order by rolname) from pg_authid where rolname like"
                    + " 'commands\\_test\\_%'";
    private static final String MIGRATIONS = "select count(*) from lethe_schema";

    @TempDir
    private static Path directory;

    private static TestDatabase database;

    @BeforeAll
    static void makeReadyAndUse() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        database = TestDatabase.fresh();
        Run first = lethe("keys", "site", "add", "example.test", "--origin", "https://www.example.test");
        assertEquals(0, first.exitCode(), first::err);
        database.execute("create table public.kept_schema as select * from lethe_schema");
    }

    @AfterEach
    void putTheSchemasHistoryBack() {
        database.execute("truncate lethe_schema", "insert into lethe_schema select * from public.kept_schema");
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    private record Run(int exitCode, String out, String err) {}

    private static Run lethe(String keys, String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(flags(keys));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true));
        int exitCode = Main.run(
                new LetheOperations(terminal, TestClock.now()), surroundings(), TestClock.now(), terminal, arguments);
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static Surroundings surroundings() {
        return new Surroundings(Map.of("LETHE_DATABASE_URL", database.url().reveal()), directory, directory, false);
    }

    private static List<String> flags(String keys) {
        return List.of(
                "--state-dir=" + directory.resolve("state-of-" + keys),
                "--keys.dir=" + directory.resolve(keys),
                "--journal.dir=" + directory.resolve("journal"),
                "--database.role-prefix=" + PREFIX,
                "--retention.backup-days=0",
                "--public.port=0",
                "--admin.port=0");
    }

    private static String one(String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "site list",
                "site add second.test --origin https://second.test",
                "retention",
                "db url --role collector",
                "doctor"
            })
    void aCommandWithAnotherKeysDirectoryShutsNobodyOut(String command) throws SQLException {
        String before = one(VERIFIERS);
        Run run = lethe("other-keys", command.split(" "));
        assertEquals(before, one(VERIFIERS), "the running nodes' passwords");
        assertEquals(1, run.exitCode(), run::out);
        assertTrue((run.out() + run.err()).contains("keys.dir"), run.out() + run.err());
        assertFalse(
                Files.exists(directory.resolve("other-keys").resolve("roles.key")), "nor is a wrong one made right");
        assertEquals("1", one("select count(*) from registry.site"));
    }

    @Test
    void aStartWithAnotherKeysDirectoryIsRefusedBeforeAnythingIsChanged() throws Exception {
        String before = one(VERIFIERS);
        Settings settings = SettingsLoader.load(surroundings(), Optional.empty(), flags("other-keys"))
                .settings();
        DatabaseProblem refused = assertThrows(
                DatabaseProblem.class,
                () -> Collector.start(settings, TestClock.now()).close());
        assertTrue(refused.getMessage().contains("Point keys.dir at the directory"), refused::getMessage);
        assertEquals(before, one(VERIFIERS), "the running nodes' passwords");
        // The control: with the right one the same start goes through.
        Collector.start(
                        SettingsLoader.load(surroundings(), Optional.empty(), flags("keys"))
                                .settings(),
                        TestClock.now())
                .close();
        assertEquals(before, one(VERIFIERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"retention", "site add second.test --origin https://b.test"})
    void aCommandOfALaterReleaseLeavesTheSchemaToTheStart(String command) throws SQLException {
        database.execute(
                "delete from lethe_schema where installed_rank = (select max(installed_rank) from lethe_schema)");
        String before = one(MIGRATIONS);
        Run run = lethe("keys", command.split(" "));
        assertEquals(before, one(MIGRATIONS), "nothing is migrated under the nodes that run");
        assertEquals(1, run.exitCode(), run::out);
        assertTrue(run.err().contains("earlier Lethe") && run.err().contains("lethe serve"), run::err);
    }

    @Test
    void aCommandOfAnEarlierReleaseSaysThatItIsOne() {
        database.execute("""
            insert into lethe_schema (installed_rank, version, description, type, script, installed_by, execution_time, success)
            values (999, '999', 'later', 'SQL', 'V999__later.sql', 'test', 1, true)\
            """);
        Run run = lethe("keys", "site", "list");
        assertEquals(1, run.exitCode(), run::out);
        assertTrue(run.err().contains("later Lethe"), run::err);
    }

    @Test
    void onlyAFirstSiteMakesAnEmptyDatabaseReady() throws SQLException {
        TestDatabase used = database;
        try (TestDatabase empty = TestDatabase.fresh()) {
            database = empty;
            Run list = lethe("keys", "site", "list");
            assertEquals(1, list.exitCode(), list::out);
            assertTrue(list.err().contains("lethe serve") && list.err().contains("lethe site add"), list::err);
            assertEquals("f", one("select to_regclass('lethe_schema') is not null"));
            Run doctor = lethe("keys", "doctor");
            assertTrue(doctor.out().contains("nothing of Lethe yet"), doctor::out);
            Run add = lethe("keys", "site", "add", "example.test", "--origin", "https://www.example.test");
            assertEquals(0, add.exitCode(), add::err);
            assertEquals(0, lethe("keys", "site", "list").exitCode());
        } finally {
            database = used;
        }
    }

    @Test
    void commandsBeforeTheFirstStartSayThatThereIsNoDatabase() {
        Path state = directory.resolve("fresh");
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(new StringWriter(), true), new PrintWriter(err, true));
        int exitCode = Main.run(
                new LetheOperations(terminal, TestClock.now()),
                new Surroundings(Map.of(), directory, state, false),
                TestClock.now(),
                terminal,
                List.of("site", "list", "--state-dir=" + state));
        assertEquals(1, exitCode);
        assertTrue(err.toString().contains("There is no database in"), err::toString);
        assertFalse(Files.exists(state.resolve("database")), "and make none");
    }
}
