package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresTest {
    @Test
    void givesEachTestItsOwnEmptyDatabase() throws SQLException {
        try (TestDatabase one = TestDatabase.fresh();
                TestDatabase other = TestDatabase.fresh();
                Connection connection = other.connect()) {
            one.execute("create table only_here (a int)");
            try (ResultSet found = connection
                    .createStatement()
                    .executeQuery("select count(*) from pg_tables where tablename = 'only_here'")) {
                found.next();
                assertEquals(0, found.getInt(1));
            }
        }
    }
}
