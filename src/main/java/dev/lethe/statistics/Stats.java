package dev.lethe.statistics;

import dev.lethe.site.Preset;
import dev.lethe.site.SiteId;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The tables of {@code stats}: rows go in once and stay. Stateless; blocking. */
final class Stats {
    private static final Set<String> TOTALS = Set.of(
            "visitors",
            "further_visits",
            "first_visit_bounced",
            "further_pageviews",
            "engaged_minutes",
            "click_visitors",
            "unique_7",
            "unique_28",
            "bound_hits_views",
            "bound_hits_pages");
    private static final String REACH = "reach";

    private Stats() {}

    /** The periods that have numbers. */
    static Set<Period> published(SqlClient client) {
        return periods(client, "select site, grain, period from stats.published where state = 'published'");
    }

    /** The periods that never will have any. */
    static Set<Period> lost(SqlClient client) {
        return periods(client, "select site, grain, period from stats.published where state = 'lost'");
    }

    /** The periods that are published or lost. */
    static Set<Period> known(SqlClient client) {
        return periods(client, "select site, grain, period from stats.published");
    }

    private static Set<Period> periods(SqlClient client, String query) {
        Set<Period> periods = new HashSet<>();
        client.query(query)
                .execute()
                .await()
                .forEach(row -> periods.add(new Period(
                        new SiteId(row.getString("site")),
                        Grain.ofLabel(row.getString("grain")),
                        row.getLocalDate("period"))));
        return periods;
    }

    static boolean isKnown(SqlClient client, Period period) {
        return client.preparedQuery("select from stats.published where site = $1 and grain = $2 and period = $3")
                        .execute(key(period))
                        .await()
                        .size()
                > 0;
    }

    /** A period that is published, as it was. */
    static PublishedPeriod read(SqlClient client, Period period) {
        Row head = client.preparedQuery("""
            select begins, ends, time_zone, at, preset, bounds
            from stats.published
            where site = $1 and grain = $2 and period = $3
            """)
                .execute(key(period))
                .await()
                .iterator()
                .next();
        List<PublishedPeriod.Row> rows = new ArrayList<>();
        client.preparedQuery("""
            select measure as name, '' as key, '' as key2, noisy, sigma
            from stats.total
            where site = $1 and grain = $2 and period = $3
            union all
            select dimension, key, key2, noisy, sigma
            from stats.breakdown
            where site = $1 and grain = $2 and period = $3
            union all
            select 'reach', gap::text, '', noisy, sigma
            from stats.reach
            where site = $1 and period = $3 and $2 = 'day'
            order by name, key, key2
            """)
                .execute(key(period))
                .await()
                .forEach(row -> rows.add(new PublishedPeriod.Row(
                        new Cell(row.getString("name"), row.getString("key"), row.getString("key2")),
                        row.getLong("noisy"),
                        row.getDouble("sigma"))));
        return new PublishedPeriod(
                period,
                head.getOffsetDateTime("begins").toInstant(),
                head.getOffsetDateTime("ends").toInstant(),
                head.getString("time_zone"),
                head.getOffsetDateTime("at").toInstant(),
                Preset.ofLabel(head.getString("preset")),
                Bounds.parse(head.getJsonObject("bounds").encode()),
                rows);
    }

    /** In the caller's transaction. Fails when the period is there. */
    static void insert(SqlClient transaction, PublishedPeriod published) {
        insertHead(transaction, published, "published");
        Period period = published.period();
        insertTotals(transaction, period, rows(published, TOTALS::contains));
        insertReach(transaction, period, rows(published, REACH::equals));
        insertBreakdowns(transaction, period, rows(published, name -> !TOTALS.contains(name) && !name.equals(REACH)));
    }

    /** Marks a period that will never have numbers. */
    static void insertLost(SqlClient client, PublishedPeriod empty) {
        insertHead(client, empty, "lost");
    }

    private static void insertHead(SqlClient client, PublishedPeriod published, String state) {
        client.preparedQuery("""
            insert into stats.published (site, grain, period, begins, ends, time_zone, state, at, preset, bounds)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """)
                .execute(key(published.period())
                        .addValue(published.begins().atOffset(ZoneOffset.UTC))
                        .addValue(published.ends().atOffset(ZoneOffset.UTC))
                        .addValue(published.timeZone())
                        .addValue(state)
                        .addValue(published.at().atOffset(ZoneOffset.UTC))
                        .addValue(published.preset().label())
                        .addValue(new JsonObject(published.bounds().toJson())))
                .await();
    }

    private static void insertTotals(SqlClient client, Period period, List<PublishedPeriod.Row> rows) {
        client.preparedQuery("""
            insert into stats.total (site, grain, period, measure, noisy, sigma)
            select $1, $2, $3, * from unnest($4::text[], $5::bigint[], $6::float8[])
            """)
                .execute(key(period).addValue(names(rows)).addValue(noisy(rows)).addValue(sigmas(rows)))
                .await();
    }

    private static void insertBreakdowns(SqlClient client, Period period, List<PublishedPeriod.Row> rows) {
        client.preparedQuery("""
            insert into stats.breakdown (site, grain, period, dimension, key, key2, noisy, sigma)
            select $1, $2, $3, * from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::float8[])
            """)
                .execute(key(period)
                        .addValue(names(rows))
                        .addValue(rows.stream().map(row -> row.cell().key()).toArray(String[]::new))
                        .addValue(rows.stream().map(row -> row.cell().key2()).toArray(String[]::new))
                        .addValue(noisy(rows))
                        .addValue(sigmas(rows)))
                .await();
    }

    private static void insertReach(SqlClient client, Period period, List<PublishedPeriod.Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        client.preparedQuery("""
            insert into stats.reach (site, period, gap, noisy, sigma)
            select $1, $2, * from unnest($3::smallint[], $4::bigint[], $5::float8[])
            """)
                .execute(Tuple.of(period.site().value(), period.first())
                        .addValue(rows.stream()
                                .map(row -> Short.valueOf(row.cell().key()))
                                .toArray(Short[]::new))
                        .addValue(noisy(rows))
                        .addValue(sigmas(rows)))
                .await();
    }

    private static Tuple key(Period period) {
        return Tuple.of(period.site().value(), period.grain().label(), period.first());
    }

    private static List<PublishedPeriod.Row> rows(PublishedPeriod published, Predicate<String> names) {
        return published.rows().stream()
                .filter(row -> names.test(row.cell().name()))
                .toList();
    }

    private static String[] names(List<PublishedPeriod.Row> rows) {
        return rows.stream().map(row -> row.cell().name()).toArray(String[]::new);
    }

    private static Long[] noisy(List<PublishedPeriod.Row> rows) {
        return rows.stream().map(PublishedPeriod.Row::noisy).toArray(Long[]::new);
    }

    private static Double[] sigmas(List<PublishedPeriod.Row> rows) {
        return rows.stream().map(PublishedPeriod.Row::sigma).toArray(Double[]::new);
    }

    static LocalDate oldestRawDay(SqlClient client) {
        LocalDate oldest = client.query("select min(day) as day from raw.day")
                .execute()
                .await()
                .iterator()
                .next()
                .getLocalDate("day");
        return oldest == null ? LocalDate.MIN : oldest;
    }
}
