package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The roles of dashboards have no right on any table or column with personal data, whatever a migration adds. */
class ReadersSeeNothingPersonalTest {

    @Test
    void neitherReadsNorWritesOutsideOfTheirSchema() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            for (DutyRole reader : List.of(DutyRole.DASHBOARDS, DutyRole.LIVE)) {
                assertEquals(List.of(), tablesOpenTo(lethe, reader), reader::toString);
            }
            assertNotEquals(
                    List.of(), tablesOpenTo(lethe, DutyRole.PUBLISHER), "control: the publisher reads raw events");
        }
    }

    private static List<String> tablesOpenTo(TestLethe lethe, DutyRole role) {
        return lethe.rows("""
            select c.oid::regclass
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('raw', 'consent', 'rights', 'keys', 'registry')
              and c.relkind in ('r', 'p', 'v', 'm')
              and (has_table_privilege('%1$s', c.oid, 'select, insert, update, delete, truncate, references, trigger')
                or has_any_column_privilege('%1$s', c.oid, 'select, insert, update, references'))
            """.formatted(role.name("lethe")));
    }
}
