package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.statistics.StatisticsDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * P25 and X11 for the two roles of Grafana: each table, view and function of Lethe is tried with each verb, read-only lifted. Counters
 * of the catalog, sizes, advisory locks and large objects are in {@code RolesTest}.
 */
class P25ReadersTest {
    private static final String DENIED = "42501";

    private static StatisticsDatabase statistics;

    @BeforeAll
    static void fill() {
        statistics = new StatisticsDatabase(25, "Europe/Paris", LocalDate.of(2026, 3, 10));
        statistics.event(statistics.uuid(), "2026-03-10T10:00:00").store();
    }

    @AfterAll
    static void drop() {
        statistics.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = DutyRole.class,
            names = {"DASHBOARDS", "LIVE"})
    void readsItsOwnSchemaAndTouchesNothing(DutyRole role) throws SQLException {
        String own = role == DutyRole.DASHBOARDS ? "stats" : "live";
        List<String> relations = statistics.rows("""
            select n.nspname || '.' || quote_ident(c.relname) || ' ' || coalesce((
                select quote_ident(a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum = 1), '')
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            order by 1
            """);
        assertTrue(relations.stream().anyMatch(name -> name.startsWith("raw.event_2")), "the control: days exist");
        List<String> open = new ArrayList<>();
        int readable = 0;
        Connection reader = reader(role);
        for (String each : relations) {
            String relation = each.split(" ")[0];
            String column = each.split(" ")[1];
            String read = state(reader, "select * from " + relation + " limit 1");
            if (read.isEmpty()) {
                readable++;
            }
            if (!read.equals(DENIED) && !relation.startsWith(own + ".")) {
                open.add("select " + relation + " " + read);
            }
            for (String verb : List.of(
                    "insert into %s default values",
                    "update %s set %s = default",
                    "delete from %s",
                    "truncate %s",
                    "lock table %s in access exclusive mode")) {
                String state = state(reader, verb.formatted(relation, column));
                // What is no table for this verb (55000, 42809) cannot be changed either.
                if (!List.of(DENIED, "55000", "42809").contains(state)) {
                    open.add(verb.formatted(relation, column) + " " + state);
                }
            }
        }
        reader.close();
        assertEquals(List.of(), open);
        // The control: its own schema is open to it, as far as it exists.
        assertEquals(
                relations.stream().anyMatch(name -> name.startsWith(own + ".")), readable > 0, "readable: " + readable);
        System.out.printf("%s: %d relations tried, %d readable%n", role, relations.size(), readable);
    }

    @ParameterizedTest
    @EnumSource(
            value = DutyRole.class,
            names = {"DASHBOARDS", "LIVE"})
    void runsNoFunctionWithTheRightsOfOthers(DutyRole role) {
        List<String> lent = statistics.rows("""
            select p.oid::regprocedure::text
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            """);
        assertFalse(lent.isEmpty(), "the control: raw.make_day lends the rights of the owner of days");
        assertEquals(List.of(), statistics.rows("""
            select p.oid::regprocedure::text
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                and has_schema_privilege('%1$s', n.oid, 'usage') and has_function_privilege('%1$s', p.oid, 'execute')
            """.formatted(role.name("lethe"))));
    }

    private static Connection reader(DutyRole role) throws SQLException {
        Connection connection = statistics.server().connect(role.name("lethe"), TestDatabase.passwordOf(role.word()));
        try (Statement statement = connection.createStatement()) {
            statement.execute("set default_transaction_read_only = off");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    /** The SQLSTATE of a refusal; empty when it worked. Nothing is committed. */
    private static String state(Connection reader, String sql) throws SQLException {
        try (Statement statement = reader.createStatement()) {
            statement.execute(sql);
            return "";
        } catch (SQLException refused) {
            return refused.getSQLState();
        } finally {
            reader.rollback();
        }
    }
}
