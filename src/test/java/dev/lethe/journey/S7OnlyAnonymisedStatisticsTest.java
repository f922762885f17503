package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.statistics.StatisticsDatabase;
import dev.lethe.statistics.TestNoise;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** S7: what visitors do is used for anonymised statistics and for nothing else: who reads numbers cannot read anything beneath them. */
class S7OnlyAnonymisedStatisticsTest {
    private static final LocalDate DAY = LocalDate.of(2026, 6, 15);
    private static final Set<String> PERSONAL = Set.of("raw", "consent", "rights", "keys");

    @Test
    void whoReadsStatisticsCanReadNothingElse() throws SQLException {
        try (StatisticsDatabase database = new StatisticsDatabase(7, "UTC", DAY)) {
            database.event(database.uuid(), DAY + "T10:00:00").store();
            database.publish(() -> TestNoise.seeded(7), Instant.parse("2026-06-16T06:00:00Z"));
            Set<String> readable = new TreeSet<>();
            List<String> denied = new ArrayList<>();
            String role = DutyRole.DASHBOARDS.name("lethe");
            try (Connection reader =
                            database.server().connect(role, TestDatabase.passwordOf(DutyRole.DASHBOARDS.word()));
                    Statement statement = reader.createStatement()) {
                for (String relation : database.rows("""
                    select table_schema || '.' || table_name from information_schema.tables
                    where table_schema in ('raw', 'consent', 'rights', 'keys', 'registry', 'live', 'stats')
                    """)) {
                    try (ResultSet rows = statement.executeQuery("select count(*) from " + relation)) {
                        rows.next();
                        readable.add(relation.substring(0, relation.indexOf('.')));
                    } catch (SQLException e) {
                        assertEquals("42501", e.getSQLState(), relation);
                        denied.add(relation);
                    }
                }
                assertThrows(SQLException.class, () -> statement.execute("delete from stats.total"));
            }
            assertEquals(Set.of("stats"), readable);
            for (String schema : PERSONAL) {
                assertFalse(
                        denied.stream().noneMatch(relation -> relation.startsWith(schema + ".")),
                        "the control: " + schema + " has something to deny");
            }
        }
    }
}
