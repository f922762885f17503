package dev.lethe.retention;

import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * What lives in the database for a limited time beside the raw events. All of it with the pool of the retention role, which may
 * delete these rows and not change them.
 */
public final class Expiry {
    /** How long a visitor code gives possession, and so how long the tag that it can release has to stand. */
    private static final Period TAGS = Period.ofMonths(38);

    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    private Expiry() {}

    /** Receipts of consent: as long as the consent may be relied on, and then as long as what was collected by it may live. */
    public static Expiring receipts(Pool retention, Period consentValidity) {
        return byDay("consent receipts", retention, "consent.receipt", consentValidity.plus(RetentionPolicy.LONGEST));
    }

    /** Tags of those who objected or asked for restriction. */
    public static Expiring tags(Pool retention) {
        return byDay("objections and restrictions", retention, "rights.tag", TAGS);
    }

    /** Pseudonyms of those who asked for restriction: with the days and keys of their month, by the calendar. */
    public static Expiring withheld(Pool retention, RetentionPolicy policy) {
        return new Expiring(
                "withheld pseudonyms",
                now -> retention
                        .query("select distinct month from rights.withheld")
                        .execute()
                        .compose(rows -> {
                            List<LocalDate> over = new ArrayList<>();
                            for (Row row : rows) {
                                LocalDate month = row.getLocalDate("month");
                                if (policy.isMonthOver(YearMonth.from(month), now)) {
                                    over.add(month);
                                }
                            }
                            return retention
                                    .preparedQuery("delete from rights.withheld where month = any ($1)")
                                    .execute(Tuple.tuple().addArrayOfLocalDate(over.toArray(LocalDate[]::new)));
                        })
                        .map(Expiry::count));
    }

    /** Beacon ids of the minutes around midnight: a retry comes within a quarter of an hour. */
    public static Expiring seen(Pool retention) {
        return new Expiring(
                "beacon ids of midnight",
                now -> retention
                        .preparedQuery("delete from raw.seen where seen_at <= $1::timestamptz - interval '1 day'")
                        .execute(Tuple.of(now.atOffset(ZoneOffset.UTC)))
                        .map(Expiry::count));
    }

    /**
     * Rows that have a day and end when it is older than the period anywhere on Earth. The period is added to the day, as in
     * {@link RetentionPolicy}; the first condition only lets the index find the few days to look at.
     */
    private static Expiring byDay(String what, Pool retention, String table, Period life) {
        return new Expiring(what, now -> {
            LocalDate today = now.atOffset(EARLIEST).toLocalDate();
            return retention
                    .preparedQuery("""
                        delete from %s
                        where day <= $1
                            and day + $2::text::interval <= $3::date
                        """.formatted(table))
                    .execute(Tuple.of(today.minus(life).plusDays(7), life.toString(), today))
                    .map(Expiry::count);
        });
    }

    private static long count(SqlResult<?> result) {
        return result.rowCount();
    }
}
