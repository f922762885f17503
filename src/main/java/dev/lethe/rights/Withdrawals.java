package dev.lethe.rights;

import dev.lethe.consent.Erasure;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Tags;
import dev.lethe.site.Site;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the collecting of a visitor's data and, unless she wants to keep them, deletes her raw events of every month. Thread-safe.
 *
 * <p>A beacon in flight at that moment, from any tab and on any node, leaves no row: first the tag is committed, which every insert
 * that begins afterwards obeys; then the inserts that began before it are waited for; only then are the rows deleted. They are
 * deleted once more after 15 s, for an insert that took longer than anybody waits.
 */
public final class Withdrawals implements Erasure {
    private static final Logger LOG = LoggerFactory.getLogger(Withdrawals.class);
    private static final long SECOND_DELETION_MILLIS = 15_000;
    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final int MOST_LOOKS = 100;
    private static final DateTimeFormatter PARTITION = DateTimeFormatter.ofPattern("'raw.event_'yyyyMMdd");

    private final Vertx vertx;
    private final Pool rights;
    private final Pool retention;
    private final Tags tags;
    private final Pseudonymiser pseudonymiser;
    private final Clock clock;
    /** Erasures whose second deletion is still to come: a node that stops does it at once. */
    private final Map<Long, Map<YearMonth, Pseudonym>> secondDeletions = new ConcurrentHashMap<>();

    /**
     * Makes the one of the process.
     *
     * @param rights the role that may read and delete raw events
     * @param retention the role that owns the partitions, to vacuum those that were touched
     */
    public Withdrawals(Vertx vertx, Pool rights, Pool retention, Tags tags, Pseudonymiser pseudonymiser, Clock clock) {
        this.vertx = vertx;
        this.rights = rights;
        this.retention = retention;
        this.tags = tags;
        this.pseudonymiser = pseudonymiser;
        this.clock = clock;
    }

    @Override
    public Future<Void> withdraw(Possession visitor, boolean erase) {
        return tag(visitor).compose(tagged -> erase ? erase(visitor) : Future.succeededFuture());
    }

    private Future<Void> tag(Possession visitor) {
        Site site = visitor.site();
        return rights.preparedQuery("""
            insert into rights.tag (site, tag, kind, day)
            values ($1, $2, 'objected', $3)
            on conflict (tag, site) do update
            set kind = excluded.kind, day = excluded.day, changed_at = clock_timestamp()
            """)
                .execute(Tuple.of(site.id().value(), tags.tag(site, visitor.visitor()), site.dayOf(clock.instant())))
                .compose(written -> tags.refresh());
    }

    private Future<Void> erase(Possession visitor) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> afterInsertsUnderWay()
                        .compose(done -> delete(pseudonyms))
                        .onSuccess(days -> {
                            vacuum(days);
                            deleteAgainLater(pseudonyms);
                        })
                        .mapEmpty());
    }

    private void deleteAgainLater(Map<YearMonth, Pseudonym> pseudonyms) {
        secondDeletions.put(vertx.setTimer(SECOND_DELETION_MILLIS, this::deleteAgain), pseudonyms);
    }

    /** Does the second deletions that are still to come. For a node that stops, when nothing is written any more. */
    public Future<Void> close() {
        return Future.join(secondDeletions.keySet().stream()
                        .filter(vertx::cancelTimer)
                        .map(timer -> delete(Objects.requireNonNull(secondDeletions.get(timer))))
                        .toList())
                .mapEmpty();
    }

    /** Completes when every transaction that was open at the call has ended, or after two seconds. */
    private Future<Void> afterInsertsUnderWay() {
        return rights.query("select pg_snapshot_xmax(pg_current_snapshot())::text as until")
                .execute()
                .compose(rows -> look(rows.iterator().next().getString("until"), MOST_LOOKS));
    }

    private Future<Void> look(String until, int looksLeft) {
        return rights.preparedQuery("select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 as passed")
                .execute(Tuple.of(until))
                .compose(rows -> rows.iterator().next().getBoolean("passed") || looksLeft == 0
                        ? Future.succeededFuture()
                        : vertx.timer(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                                .compose(later -> look(until, looksLeft - 1)));
    }

    /** Deletes all months in one transaction and gives the days that had rows. */
    private Future<Set<LocalDate>> delete(Map<YearMonth, Pseudonym> pseudonyms) {
        return rights.withTransaction(connection -> {
            Set<LocalDate> days = new TreeSet<>();
            Future<Void> deleted = Future.succeededFuture();
            for (Map.Entry<YearMonth, Pseudonym> month : pseudonyms.entrySet()) {
                deleted = deleted.compose(before -> deleteMonth(connection, month.getKey(), month.getValue()))
                        .map(rows -> {
                            rows.forEach(row -> days.add(row.getLocalDate("day")));
                            return null;
                        });
            }
            return deleted.map(days);
        });
    }

    private static Future<RowSet<Row>> deleteMonth(SqlConnection connection, YearMonth month, Pseudonym pseudonym) {
        return connection.preparedQuery("""
            delete from raw.event
            where pseudonym = $1 and day between $2 and $3
            returning day
            """).execute(Tuple.of(pseudonym.value(), month.atDay(1), month.atEndOfMonth()));
    }

    private void deleteAgain(long timer) {
        Map<YearMonth, Pseudonym> pseudonyms = Objects.requireNonNull(secondDeletions.remove(timer));
        delete(pseudonyms).onSuccess(this::vacuum).onFailure(failure -> {
            LOG.warn(
                    "An erasure's second pass is tried again: {}",
                    failure.getClass().getSimpleName());
            deleteAgainLater(pseudonyms);
        });
    }

    /** Deleted rows stay in their partition's file until it is vacuumed. */
    private void vacuum(Set<LocalDate> days) {
        Future<Void> vacuumed = Future.succeededFuture();
        for (LocalDate day : days) {
            vacuumed = vacuumed.compose(before ->
                    retention.query("vacuum " + PARTITION.format(day)).execute().mapEmpty());
        }
        vacuumed.onFailure(failure -> LOG.warn(
                "A partition touched by an erasure was not vacuumed: {}",
                failure.getClass().getSimpleName()));
    }
}
