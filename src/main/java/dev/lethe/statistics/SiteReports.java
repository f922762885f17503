package dev.lethe.statistics;

import dev.lethe.statistics.SiteReport.Course;
import dev.lethe.statistics.SiteReport.Estimate;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReport.Point;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;

/**
 * Reads reports from the views of {@code stats}, with the rights of a dashboard and no others. Stateless; blocking, for virtual threads
 * and commands.
 */
public final class SiteReports {
    /** What a report covers unless told otherwise: four whole weeks, so that weekdays do not matter. */
    private static final int DAYS = 28;

    private static final List<String> COURSES = List.of("visitors", "pageviews");
    private static final List<String> DIMENSIONS = List.of(
            "page", "channel", "referrer_host", "campaign", "country", "device", "goal", "click", "landing", "exit");

    private final SqlClient client;

    /** @param client logs in as the dashboards role */
    public SiteReports(SqlClient client) {
        this.client = client;
    }

    /** What is known of a site before anything is read: whether it exists, and which days are published. */
    public sealed interface Answer {
        /** No site of that name is registered. */
        record NoSuchSite() implements Answer {}

        /** The site has no published day yet. */
        record NothingYet(LocalDate firstDay, String timeZone) implements Answer {}

        /** Days are published, but none of the range. */
        record OutsideOfPublished(LocalDate first, LocalDate last) implements Answer {}

        /** The report. */
        record Found(SiteReport report) implements Answer {}
    }

    /**
     * Reads a report.
     *
     * @param from the first day; empty: so that 28 days are covered
     * @param to the last day; empty: the last that is published
     */
    public Answer read(String site, Optional<LocalDate> from, Optional<LocalDate> to) {
        return read(site, end -> from.orElse(end.minusDays(DAYS - 1)), to);
    }

    /** Reads a report of the last so many days that are published. */
    public Answer readLast(String site, int days) {
        return read(site, end -> end.minusDays(days - 1L), Optional.empty());
    }

    /** The different visitors of the last so many published days, beside as many before; empty when nothing is published. */
    public Optional<Headline> visitors(String site, int days) {
        return rows("""
            select c.*
            from stats.sites s
            cross join lateral stats.compare(s.site, s.last_published_day - ($2::int - 1), s.last_published_day) c
            where s.site = $1 and c.measure = 'visitors'
            """, site, days).stream().findFirst().map(SiteReports::headline);
    }

    private Answer read(String site, UnaryOperator<LocalDate> from, Optional<LocalDate> to) {
        Optional<Row> found = rows("""
            select time_zone, weakest_preset, first_day, first_published_day, last_published_day, guess_points
            from stats.sites
            where site = $1
            """, site).stream().findFirst();
        if (found.isEmpty()) {
            return new Answer.NoSuchSite();
        }
        Row known = found.get();
        LocalDate first = known.getLocalDate("first_published_day");
        LocalDate last = known.getLocalDate("last_published_day");
        if (first == null || last == null) {
            return new Answer.NothingYet(known.getLocalDate("first_day"), known.getString("time_zone"));
        }
        LocalDate end = to.filter(day -> day.isBefore(last)).orElse(last);
        LocalDate wanted = from.apply(end);
        LocalDate begin = wanted.isBefore(first) ? first : wanted;
        if (begin.isAfter(end)) {
            return new Answer.OutsideOfPublished(first, last);
        }
        return new Answer.Found(new SiteReport(
                site,
                begin,
                end,
                known.getString("weakest_preset"),
                known.getInteger("guess_points"),
                headlines(site, begin, end),
                COURSES.stream()
                        .map(measure -> course(site, measure, begin, end))
                        .toList(),
                tables(site, begin, end)));
    }

    private List<Headline> headlines(String site, LocalDate from, LocalDate to) {
        return rows("select * from stats.compare($1, $2, $3) order by measure", site, from, to).stream()
                .map(SiteReports::headline)
                .toList();
    }

    private static Headline headline(Row row) {
        return new Headline(
                row.getString("measure"),
                row.getDouble("value") == null ? Optional.empty() : Optional.of(estimate(row)),
                row.getDouble("previous") == null
                        ? Optional.empty()
                        : Optional.of(new Estimate(
                                row.getDouble("previous"),
                                row.getDouble("previous_low"),
                                row.getDouble("previous_high"),
                                row.getDouble("previous_sigma"),
                                row.getBoolean("previous_below_noise"))),
                Optional.ofNullable(row.getDouble("relative")),
                Optional.ofNullable(row.getString("mark")));
    }

    private Course course(String site, String measure, LocalDate from, LocalDate to) {
        return new Course(
                measure,
                rows("""
                    select period, value, low, high, sigma, below_noise
                    from stats.totals
                    where site = $1 and grain = 'day' and measure = $2 and period between $3 and $4
                    order by period
                    """, site, measure, from, to).stream()
                        .map(row -> new Point(row.getLocalDate("period"), estimate(row)))
                        .toList());
    }

    /** The fewer periods are added up, the less noise: months where the range holds two, weeks where it holds one, else days. */
    private List<SiteReport.Table> tables(String site, LocalDate from, LocalDate to) {
        Map<Grain, List<LocalDate>> periods = new LinkedHashMap<>();
        for (Row row : rows("""
            select grain, period
            from stats.published
            where site = $1 and state = 'published' and period >= $2
                and (period + case grain
                    when 'day' then interval '1 day' when 'week' then interval '7 days' else interval '1 month' end)::date - 1 <= $3
            order by period
            """, site, from, to)) {
            periods.computeIfAbsent(Grain.ofLabel(row.getString("grain")), grain -> new ArrayList<>())
                    .add(row.getLocalDate("period"));
        }
        List<SiteReport.Table> tables = new ArrayList<>();
        for (String dimension : DIMENSIONS) {
            for (Grain grain : List.of(Grain.MONTH, Grain.WEEK, Grain.DAY)) {
                List<LocalDate> held = periods.getOrDefault(grain, List.of());
                if (held.size() >= (grain == Grain.MONTH ? 2 : 1)) {
                    List<SiteReport.Row> rows = table(site, dimension, grain, held);
                    if (!rows.isEmpty()) {
                        tables.add(new SiteReport.Table(
                                dimension,
                                grain,
                                held.getFirst(),
                                grain.next(held.getLast()).minusDays(1),
                                rows));
                        break;
                    }
                }
            }
        }
        return tables;
    }

    private List<SiteReport.Row> table(String site, String dimension, Grain grain, List<LocalDate> periods) {
        List<Row> rows = rows("""
            with visitor as (
                select sum(noisy)::double precision as noisy, sqrt(sum(sigma * sigma)) as sigma
                from stats.total
                where site = $1 and grain = $3 and measure = 'visitors' and period = any($4)
            ),
            summed as (
                select
                    key, case when dimension <> 'goal' then key2 else '' end as key2,
                    sum(noisy)::double precision as noisy, sqrt(sum(sigma * sigma)) as sigma
                from stats.breakdown
                where site = $1 and dimension = $2 and grain = $3 and period = any($4)
                group by 1, 2
            )
            select
                s.key, s.key2, greatest(s.noisy, 0) as value, greatest(s.noisy - 1.959964 * s.sigma, 0) as low,
                greatest(s.noisy + 1.959964 * s.sigma, 0) as high, s.sigma,
                s.noisy < case when count(*) over () > 1000 then 4 else 3 end * s.sigma as below_noise,
                case when v.noisy >= 3 * v.sigma then least(greatest(s.noisy, 0) / v.noisy, 1) end as share
            from summed s
            cross join visitor v
            order by s.noisy desc, s.key, s.key2
            """, site, dimension, grain.label(), periods.toArray(LocalDate[]::new));
        return rows.stream()
                .map(row -> new SiteReport.Row(
                        row.getString("key"),
                        row.getString("key2"),
                        estimate(row),
                        Optional.ofNullable(row.getDouble("share"))))
                .toList();
    }

    private static Estimate estimate(Row row) {
        return new Estimate(
                row.getDouble("value"),
                row.getDouble("low"),
                row.getDouble("high"),
                row.getDouble("sigma"),
                row.getBoolean("below_noise"));
    }

    private List<Row> rows(String query, Object... parameters) {
        return StreamSupport.stream(
                        client.preparedQuery(query)
                                .execute(Tuple.from(parameters))
                                .await()
                                .spliterator(),
                        false)
                .toList();
    }
}
