package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.statistics.StatisticsDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * X11: what each of the six roles may do with each schema, table, column and function of Lethe is a committed list, which the server's
 * own answers must equal, its refusals must follow, and docs/privacy.md must tell. After a migration that is meant to change rights:
 * {@code mvn -q test -Dtest=X11RoleMatrixTest -Dlethe.write-docs=true}, and read what it changed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class X11RoleMatrixTest {
    private static final Path LIST = Path.of("src", "test", "resources", "dev", "lethe", "attack", "role-matrix.txt");
    private static final Path DOCUMENT = Path.of("docs", "privacy.md");
    private static final String DENIED = "42501";
    private static final Pattern COLUMNS = Pattern.compile("(\\w+) ?\\(([^)]*)\\)");

    private static final String HEAD = """
        # What each role may do, as the server says it: object, role, rights. No line: nothing.
        # "select(a, b)": these columns only. "all": it owns the object. X11RoleMatrixTest compares and writes this list.
        """;

    private static final String RELATIONS = """
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
            and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not c.relispartition
        """;

    private StatisticsDatabase statistics;

    @BeforeAll
    void migrate() {
        statistics = new StatisticsDatabase(11, "UTC", LocalDate.of(2026, 3, 10));
    }

    @AfterAll
    void drop() {
        statistics.close();
    }

    @Test
    void everyRightOfEveryRoleIsInTheList() throws IOException {
        Map<String, String> rights = rights();
        if (Boolean.getBoolean("lethe.write-docs")) {
            Files.writeString(LIST, HEAD + lines(rights));
        }
        assertEquals(HEAD + lines(rights), Files.readString(LIST));
    }

    /** The control: a right that is granted beyond the list is seen, also one on a single column, and one of everybody's. */
    @Test
    void aRightTooManyIsSeen() {
        Map<String, String> before = rights();
        Map<String, String> changes = new TreeMap<>(Map.of(
                "keys.month collector", "update on keys.month to lethe_collector",
                "rights.contact retention", "select (contact) on rights.contact to lethe_retention",
                "registry.ledger publisher", "truncate on registry.ledger to lethe_publisher",
                "stats.requests dashboards", "select on stats.requests to public",
                "raw.make_day(date) publisher", "execute on function raw.make_day(date) to lethe_publisher",
                "consent rights", "create on schema consent to lethe_rights"));
        changes.values().forEach(change -> statistics.server().execute("grant " + change));
        Map<String, String> after = rights();
        changes.values()
                .forEach(change -> statistics
                        .server()
                        .execute("revoke " + change.replace(" to l", " from l").replace(" to p", " from p")));
        Set<String> changed = new TreeSet<>(after.keySet());
        changed.removeIf(key -> after.get(key).equals(before.get(key)));
        // What is everybody's is each role's.
        changed.removeIf(key -> key.startsWith("stats.requests") && !key.endsWith("dashboards"));
        assertEquals(changes.keySet(), changed);
        assertEquals(before, rights());
    }

    /** What the list does not give the server refuses, and what it gives it does not. */
    @ParameterizedTest
    @EnumSource(DutyRole.class)
    void theServerRefusesWhatIsNotInTheList(DutyRole role) throws SQLException {
        Map<String, String> rights = rights();
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        int allowed = 0;
        try (Connection connection =
                statistics.server().connect(role.name("lethe"), TestDatabase.passwordOf(role.word()))) {
            connection.createStatement().execute("set default_transaction_read_only = off");
            connection.setAutoCommit(false);
            for (String row : statistics.rows("""
                select n.nspname || '.' || c.relname, c.relkind, (
                    select string_agg(quote_ident(a.attname), ',' order by a.attnum)
                    from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
                """ + RELATIONS + " and c.relkind <> 'S' order by 1")) {
                String[] relation = row.split("\\|");
                boolean isView = relation[1].equals("v");
                Map<String, String> tries = tries(relation[0], List.of(relation[2].split(",")));
                for (Map.Entry<String, String> each : tries.entrySet()) {
                    String verb = each.getKey().split(" ")[0];
                    if (isView && !verb.equals("select")) {
                        // Views are read only here; whether one could be written to is a question of its form.
                        continue;
                    }
                    boolean mayNot = state(connection, each.getValue()).equals(DENIED);
                    boolean listed = isListed(rights.getOrDefault(relation[0] + " " + role.word(), ""), each.getKey());
                    if (mayNot == listed) {
                        wrong.add(each.getValue() + (mayNot ? " was refused" : " was let through"));
                    }
                    refused += mayNot ? 1 : 0;
                    allowed += mayNot ? 0 : 1;
                }
            }
        }
        System.out.printf("X11: %s: %d tries refused, %d let through%n", role, refused, allowed);
        assertEquals(List.of(), wrong);
        assertTrue(refused > 100 && allowed > 0, refused + " refused, " + allowed + " let through");
    }

    /** The column "Who can read" of the data inventory says what the server says. */
    @Test
    void theDataInventoryTellsWhoCanRead() throws IOException {
        Map<String, String> rights = rights();
        Set<String> told = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            String[] cells = line.split("\\|");
            if (cells.length == 6 && cells[1].strip().matches("`(raw|consent|rights|keys|registry|stats|live)\\..*")) {
                List<String> tables = Pattern.compile("`((?:raw|consent|rights|keys|registry|stats|live)\\.\\w+)`")
                        .matcher(cells[1])
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .toList();
                String[] readers = cells[5].strip().split(" · ");
                for (int i = 0; i < tables.size(); i++) {
                    String said = readers[readers.length == 1 ? 0 : i];
                    String is = readers(rights, tables.get(i));
                    told.add(tables.get(i));
                    if (!said.equals(is)) {
                        wrong.add(tables.get(i) + " is read by " + is + ", not by " + said);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        Set<String> all = new TreeSet<>(statistics.rows("select n.nspname || '.' || c.relname " + RELATIONS
                + " and c.relkind in ('r', 'p') and n.nspname <> 'public'"));
        // This one has a section of its own.
        all.remove("raw.event");
        assertEquals(all, told);
    }

    /** As the document writes it: {@code rights, retention (`request`, `closed`)}, in the order of {@link DutyRole}. */
    private static String readers(Map<String, String> rights, String table) {
        List<String> readers = new ArrayList<>();
        for (DutyRole role : DutyRole.values()) {
            String held = rights.getOrDefault(table + " " + role.word(), "");
            if (held.equals("all") || Arrays.asList(held.split(" ")).contains("select")) {
                readers.add(role.word());
            } else {
                Matcher columns = COLUMNS.matcher(held);
                while (columns.find()) {
                    if (columns.group(1).equals("select")) {
                        readers.add(role.word() + " (`" + columns.group(2).replace(", ", "`, `") + "`)");
                    }
                }
            }
        }
        return String.join(", ", readers);
    }

    /** One statement for each verb, and for reading and changing each column. None of them has an effect. */
    private static Map<String, String> tries(String relation, List<String> columns) {
        Map<String, String> tries = new TreeMap<>();
        tries.put("insert", "insert into " + relation + " default values");
        tries.put("delete", "delete from " + relation);
        tries.put("truncate", "truncate " + relation + " cascade");
        for (String column : columns) {
            tries.put("select " + column, "select " + column + " from " + relation + " limit 0");
            tries.put("update " + column, "update " + relation + " set " + column + " = default");
        }
        return tries;
    }

    /** @param what a verb, or a verb and a column */
    private static boolean isListed(String held, String what) {
        String[] words = what.split(" ");
        String whole = COLUMNS.matcher(held).replaceAll("");
        if (held.equals("all") || Arrays.asList(whole.strip().split(" +")).contains(words[0])) {
            return true;
        }
        Matcher columns = COLUMNS.matcher(held);
        while (columns.find()) {
            if (columns.group(1).equals(words[0])
                    && words.length == 2
                    && List.of(columns.group(2).split(", ")).contains(words[1])) {
                return true;
            }
        }
        return false;
    }

    /** The SQLSTATE of a refusal; empty when it worked. Nothing is committed. */
    private static String state(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "";
        } catch (SQLException refused) {
            return refused.getSQLState();
        } finally {
            connection.rollback();
        }
    }

    private static String lines(Map<String, String> rights) {
        return rights.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /** {@code object role} and what it may do with it. A day's partition has no rights of its own but its owner's. */
    private Map<String, String> rights() {
        Map<String, String> rights = new TreeMap<>();
        for (DutyRole role : DutyRole.values()) {
            statistics.rows("""
                select n.nspname::text,
                    case when pg_has_role('%1$s', n.nspowner, 'usage') then 'all' else concat_ws(' ',
                        case when has_schema_privilege('%1$s', n.oid, 'usage') then 'usage' end,
                        case when has_schema_privilege('%1$s', n.oid, 'create') then 'create' end) end
                from pg_namespace n
                where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                union all
                select n.nspname || '.' || c.relname,
                    case when pg_has_role('%1$s', c.relowner, 'usage') then 'all' else (
                        select string_agg(v.verb || held.of, ' ' order by v.place)
                        from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
                            with ordinality v (verb, place)
                        cross join lateral (
                            select case
                                when has_table_privilege('%1$s', c.oid, v.verb) then ''
                                when v.verb in ('select', 'insert', 'update', 'references') then (
                                    select '(' || string_agg(a.attname, ', ' order by a.attnum) || ')'
                                    from pg_attribute a
                                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                                        and has_column_privilege('%1$s', c.oid, a.attnum, v.verb))
                                end) held (of)
                        where held.of is not null) end
                %2$s
                union all
                select n.nspname || '.' || p.oid::regprocedure::text, 'execute'
                from pg_proc p
                join pg_namespace n on n.oid = p.pronamespace
                where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                    and has_schema_privilege('%1$s', n.oid, 'usage')
                    and has_function_privilege('%1$s', p.oid, 'execute')
                """.formatted(role.name("lethe"), RELATIONS)).forEach(row -> {
                String[] columns = row.split("\\|", -1);
                if (!columns[1].isEmpty() && !columns[1].equals("null")) {
                    // A function's name comes with its schema where the search path does not hold it.
                    String object = columns[0].replaceFirst("^(\\w+)\\.\\1\\.", "$1.");
                    rights.put(object + " " + role.word().toLowerCase(Locale.ROOT), columns[1]);
                }
            });
        }
        return rights;
    }
}
