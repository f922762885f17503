package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.MacKey;
import dev.lethe.config.Secret;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RolesTest {
    private static final String PREFIX = "lethe";
    private static final Roles ROLES = new Roles(PREFIX, TestDatabase::passwordOf, RolesTest::saltOf);
    private static TestDatabase database;

    @BeforeAll
    static void prepare() throws SQLException {
        database = TestDatabase.fresh();
        try (Connection owner = database.connect()) {
            ROLES.prepare(owner);
        }
    }

    @AfterAll
    static void drop() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource(DutyRole.class)
    void eachDutyLogsInWithItsOwnPasswordOnly(DutyRole duty) throws SQLException {
        try (Connection connection = as(duty)) {
            assertEquals(duty.name(PREFIX), ask(connection, "select current_user::text"));
        }
        SQLException refused = assertThrows(
                SQLException.class, () -> database.connect(duty.name(PREFIX), new Secret("another password")));
        assertEquals("28P01", refused.getSQLState());
    }

    @ParameterizedTest
    @EnumSource(DutyRole.class)
    void noDutyMayMakeTablesRolesOrDatabases(DutyRole duty) throws SQLException {
        try (Connection connection = as(duty)) {
            ask(connection, "set default_transaction_read_only = off");
            assertDenied(connection, "create table public.mine (a int)");
            assertDenied(connection, "create temporary table mine (a int)");
            assertDenied(connection, "create role somebody");
            assertDenied(connection, "create database something");
            assertDenied(connection, "select * from pg_authid");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select pg_database_size(current_database())",
                "select pg_relation_size('pg_class')",
                "select pg_table_size('pg_class')",
                "select pg_total_relation_size('pg_class')",
                "select pg_indexes_size('pg_class')",
                "select pg_tablespace_size('pg_default')",
                "select pg_stat_get_live_tuples(1259)",
                "select pg_stat_get_db_xact_commit(1)",
                "select * from pg_stat_user_tables",
                "select * from pg_stat_all_tables",
                "select * from pg_statio_all_tables",
                "select * from pg_stat_activity",
                "select * from pg_stat_database",
                "select * from pg_stat_wal",
                "select * from pg_stats",
                "select * from pg_locks",
                "select reltuples from pg_class",
                "select relpages from pg_class",
                "select * from pg_class",
                "select xmin from pg_class",
                "select pg_current_wal_lsn()",
                "select pg_current_snapshot()",
                "select txid_current()",
                "select age('3'::xid)",
                "select * from pg_control_checkpoint()",
                "select pg_try_advisory_lock(1)",
                "select pg_advisory_lock(1)",
                "select pg_advisory_xact_lock_shared(1)",
                "select lo_creat(-1)",
                "select lo_create(0)",
                "select lo_from_bytea(0, 'x')",
                "select lo_open(1, 131072)",
            })
    void readersSeeNeitherSizesNorActivityNorEstimates(String query) throws SQLException {
        for (DutyRole duty : List.of(DutyRole.DASHBOARDS, DutyRole.LIVE)) {
            try (Connection connection = as(duty)) {
                assertDenied(connection, query);
            }
        }
    }

    @Test
    void namesWhatStaysOpenToReaders() throws SQLException {
        try (TestDatabase another = TestDatabase.fresh();
                Connection owner = another.connect()) {
            assertTrue(ROLES.listOpenSideChannels(owner).size() > 100, "the control: nothing was closed here");
            ROLES.prepare(owner);
            assertEquals(List.of(), ROLES.listOpenSideChannels(owner));
            another.execute(
                    "grant execute on function pg_database_size(name) to public",
                    "grant select on pg_stat_activity to " + DutyRole.LIVE.name(PREFIX),
                    "grant select (reltuples) on pg_class to " + DutyRole.DASHBOARDS.name(PREFIX));
            assertEquals(
                    List.of("pg_class.reltuples", "pg_database_size(name)", "pg_stat_activity"),
                    ROLES.listOpenSideChannels(owner));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "COLLECTOR, select pg_try_advisory_xact_lock(1)",
        "PUBLISHER, select count(*) from pg_stat_activity",
        "RETENTION, select pg_total_relation_size('pg_class')",
        "RETENTION, select reltuples from pg_class limit 1",
        "RIGHTS, select pg_current_snapshot()",
    })
    void otherDutiesKeepWhatTheirWorkNeeds(DutyRole duty, String query) throws SQLException {
        try (Connection connection = as(duty)) {
            assertFalse(ask(connection, query).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select count(*) from information_schema.columns",
                "select count(relname) from pg_class where relkind = 'r'",
                "select age(timestamp '2026-01-02', timestamp '2026-01-01')",
                "select current_setting('server_version_num')",
                "select count(*) from pg_tables",
            })
    void readersKeepWhatAQueryEditorAsks(String query) throws SQLException {
        try (Connection connection = as(DutyRole.DASHBOARDS)) {
            assertFalse(ask(connection, query).isEmpty());
        }
    }

    @Test
    void readersBeginReadOnlyWithFifteenSeconds() throws SQLException {
        try (Connection connection = as(DutyRole.DASHBOARDS)) {
            assertEquals("on", ask(connection, "show default_transaction_read_only"));
            assertEquals("15s", ask(connection, "show statement_timeout"));
        }
    }

    @Test
    void runningTheStepAgainChangesNothing() throws SQLException {
        String state = """
            select md5(string_agg(t, '|' order by t)) from (
              select 'r' || oid || xmin::text || coalesce(rolpassword, '') from pg_authid
              union all select 'p' || oid || xmin::text from pg_proc
              union all select 'c' || oid || xmin::text from pg_class where relnamespace = 'pg_catalog'::regnamespace
              union all select 's' || setdatabase || setrole || xmin::text from pg_db_role_setting) all_rows (t)
            """;
        try (Connection owner = database.connect()) {
            String before = ask(owner, state);
            ROLES.prepare(owner);
            assertEquals(before, ask(owner, state));
        }
    }

    @Test
    void aChangedPasswordIsSetAndTheOldOneRefused() throws SQLException {
        Roles changed = new Roles("changing", name -> new Secret("second password"), RolesTest::saltOf);
        try (Connection owner = database.connect()) {
            new Roles("changing", name -> new Secret("first password"), RolesTest::saltOf).prepare(owner);
            changed.prepare(owner);
        }
        database.connect("changing_live", new Secret("second password")).close();
        assertThrows(SQLException.class, () -> database.connect("changing_live", new Secret("first password")));
    }

    @Test
    void makesTheVerifierThatPostgresqlItselfMakes() throws SQLException {
        database.execute("create role verified login password 'pencil and paper'");
        try (Connection owner = database.connect()) {
            String text = ask(owner, "select rolpassword from pg_authid where rolname = 'verified'");
            byte[] salt = ScramVerifier.salt(text).orElseThrow();
            assertEquals(
                    text, ScramVerifier.of(new Secret("pencil and paper"), salt).text());
            assertNotEquals(
                    text,
                    ScramVerifier.of(new Secret("pencil and papers"), salt).text());
        }
    }

    @Test
    void aPasswordThatSomebodySetByHandIsSetBack() throws SQLException {
        Roles roles = new Roles("handled", TestDatabase::passwordOf, RolesTest::saltOf);
        try (Connection owner = database.connect()) {
            roles.prepare(owner);
            database.execute("alter role handled_live password 'of somebody'");
            assertThrows(SQLException.class, () -> database.connect("handled_live", TestDatabase.passwordOf("live")));
            roles.prepare(owner);
        }
        database.connect("handled_live", TestDatabase.passwordOf("live")).close();
    }

    private static byte[] saltOf(String role, Secret password) {
        return Arrays.copyOf(new MacKey(new byte[32]).hmac(role + " " + password.reveal()), ScramVerifier.SALT_BYTES);
    }

    @Test
    void aLogInThatMayNotCreateRolesIsToldWhatToRun() throws SQLException {
        try (TestDatabase other = TestDatabase.fresh()) {
            other.execute(
                    "create role plain_owner login password 'plain password'",
                    "alter database " + other.name() + " owner to plain_owner");
            Roles roles = new Roles("absent", TestDatabase::passwordOf, RolesTest::saltOf);
            try (Connection plain = other.connect("plain_owner", new Secret("plain password"))) {
                DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> roles.prepare(plain));
                assertTrue(problem.getMessage().contains("lethe db roles --print"), problem.getMessage());
            }
            String script = roles.printStatements(other.name(), "plain_owner");
            assertFalse(script.contains("test password"), "no clear password");
            other.execute(script);
            try (Connection plain = other.connect("plain_owner", new Secret("plain password"))) {
                roles.prepare(plain);
                roles.prepare(plain);
                Statement statement = plain.createStatement();
                statement.execute("create schema raw");
                statement.execute("grant usage, create on schema raw to absent_retention");
                statement.execute("create table raw.event (a int)");
                statement.execute("alter table raw.event owner to absent_retention");
            }
            other.connect("absent_live", TestDatabase.passwordOf("live")).close();
            other.execute("reassign owned by plain_owner to " + other.user());
        }
    }

    @Test
    void anOwnerWhoMayCreateRolesNeedsNoAdministrator() throws SQLException {
        try (TestDatabase other = TestDatabase.fresh()) {
            other.execute(
                    "create role role_maker login createrole password 'maker password'",
                    "alter database " + other.name() + " owner to role_maker");
            Roles roles = new Roles("made", TestDatabase::passwordOf, RolesTest::saltOf);
            try (Connection maker = other.connect("role_maker", new Secret("maker password"))) {
                roles.prepare(maker);
                roles.prepare(maker);
                Statement statement = maker.createStatement();
                statement.execute("create schema raw");
                statement.execute("grant usage, create on schema raw to made_retention");
                statement.execute("create table raw.event (a int)");
                statement.execute("alter table raw.event owner to made_retention");
                statement.execute("set role made_retention");
                statement.execute("drop table raw.event");
            }
            other.connect("made_dashboards", TestDatabase.passwordOf("dashboards"))
                    .close();
            other.execute("reassign owned by role_maker to " + other.user());
        }
    }

    private static Connection as(DutyRole duty) throws SQLException {
        return database.connect(duty.name(PREFIX), TestDatabase.passwordOf(duty.word()));
    }

    private static void assertDenied(Connection connection, String sql) {
        SQLException denied = assertThrows(SQLException.class, () -> ask(connection, sql), sql);
        assertEquals("42501", denied.getSQLState(), denied.getMessage());
    }

    /** The first column of the first row. */
    private static String ask(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        values.add(String.valueOf(rows.getString(1)));
                    }
                }
            }
        }
        return values.isEmpty() ? "" : values.getFirst();
    }
}
