package dev.lethe.fault;

import dev.lethe.database.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What a database holds, so that two can be compared. */
final class AllRows {
    private static final String NAMES = """
        select n.nspname || '.' || c.relname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
        and n.nspname in ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys')
        """;

    private AllRows() {}

    /** For each of Lethe's tables how many rows it has, and the hash of them all. */
    static Map<String, String> of(TestDatabase database) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(NAMES)) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            Map<String, String> all = new TreeMap<>();
            for (String name : names) {
                try (ResultSet row = statement.executeQuery("select count(*) || ' ' ||"
                        + " md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from " + name + " t")) {
                    row.next();
                    all.put(name, row.getString(1));
                }
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks again and again, for at most 30 seconds. */
    static void await(BooleanSupplier condition) {
        Instant until = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(until)) {
                throw new AssertionError("it did not happen within 30 seconds");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
