package dev.lethe.statistics;

import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounded exact counts of one site's events, read in the snapshot of a transaction: what noise is then added to. They go from the
 * database into a publication and nowhere else. One for each publication; blocking.
 */
final class ExactCounts {
    private static final Map<String, String> FILES = new ConcurrentHashMap<>();

    private final SqlConnection connection;
    private final String site;

    ExactCounts(SqlConnection connection, String site) {
        this.connection = connection;
        this.site = site;
    }

    /**
     * Runs one file of {@code sql/statistics}, which documents its parameters.
     *
     * @param from the first day
     * @param until the day after the last
     * @param parameters from $4 on
     */
    Map<Cell, Long> of(String file, LocalDate from, LocalDate until, Object... parameters) {
        Tuple arguments = Tuple.of(site, from, until);
        for (Object parameter : parameters) {
            arguments.addValue(parameter);
        }
        Map<Cell, Long> exact = new HashMap<>();
        connection
                .preparedQuery(FILES.computeIfAbsent(file, SqlFile::read))
                .execute(arguments)
                .await()
                .forEach(row -> exact.put(
                        new Cell(row.getString("name"), row.getString("key"), row.getString("key2")),
                        row.getLong("exact")));
        return exact;
    }
}
