package dev.lethe.statistics;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What the live plane shows of one site: internal, not anonymised. Immutable.
 *
 * @param now the last 30 minutes; empty before the first refresh
 * @param hours of the last 48, oldest first
 */
public record LiveFigures(Optional<Counts> now, List<Counts> hours) {
    public LiveFigures {
        hours = List.copyOf(hours);
    }

    /**
     * Totals of an hour or half an hour; each is empty when hidden.
     *
     * @param time when the hour begins; for 30 minutes, when they ended
     */
    public record Counts(
            Instant time,
            Optional<Long> visitors,
            Optional<Long> pageviews,
            Optional<Long> clicks,
            Optional<Long> engagedMinutes) {}

    /** @param client logs in as the live role */
    public static Future<LiveFigures> read(SqlClient client, String site) {
        return client.preparedQuery("""
            select false as is_hour, time, visitors, pageviews, clicks, engaged_minutes
            from live.now
            where site = $1
            union all
            select true, time, visitors, pageviews, clicks, engaged_minutes
            from live.hours
            where site = $1
            order by time
            """).execute(Tuple.of(site)).map(rows -> {
            List<Row> all = StreamSupport.stream(rows.spliterator(), false).toList();
            return new LiveFigures(
                    all.stream()
                            .filter(row -> !row.getBoolean("is_hour"))
                            .findFirst()
                            .map(LiveFigures::counts),
                    all.stream()
                            .filter(row -> row.getBoolean("is_hour"))
                            .map(LiveFigures::counts)
                            .toList());
        });
    }

    private static Counts counts(Row row) {
        return new Counts(
                row.getOffsetDateTime("time").toInstant(),
                Optional.ofNullable(row.getLong("visitors")),
                Optional.ofNullable(row.getLong("pageviews")),
                Optional.ofNullable(row.getLong("clicks")),
                Optional.ofNullable(row.getLong("engaged_minutes")));
    }
}
