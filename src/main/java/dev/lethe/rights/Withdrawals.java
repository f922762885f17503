package dev.lethe.rights;

import dev.lethe.consent.Erasure;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Tags;
import dev.lethe.retention.Vacuums;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private final Vertx vertx;
    private final Pool rights;
    private final Vacuums vacuums;
    private final Tags tags;
    private final Pseudonymiser pseudonymiser;
    private final Clock clock;
    /** Erasures whose second deletion is still to come: a node that stops does it at once. */
    private final Map<Long, SecondDeletion> secondDeletions = new ConcurrentHashMap<>();

    /**
     * What is deleted once more.
     *
     * @param inserts the transactions that may have been inserting when the tag was committed
     */
    private record SecondDeletion(Map<YearMonth, Pseudonym> pseudonyms, List<String> inserts) {}

    /**
     * Makes the one of the process.
     *
     * @param rights the role that may read and delete raw events
     * @param vacuums take deleted rows out of their partition's file
     */
    public Withdrawals(Vertx vertx, Pool rights, Vacuums vacuums, Tags tags, Pseudonymiser pseudonymiser, Clock clock) {
        this.vertx = vertx;
        this.rights = rights;
        this.vacuums = vacuums;
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
                .compose(pseudonyms -> insertsUnderWay()
                        .compose(inserts -> whenEnded(inserts, MOST_LOOKS)
                                .compose(ended -> delete(pseudonyms))
                                .onSuccess(days -> {
                                    vacuums.request(days);
                                    deleteAgainLater(new SecondDeletion(pseudonyms, inserts));
                                }))
                        .mapEmpty());
    }

    private void deleteAgainLater(SecondDeletion deletion) {
        secondDeletions.put(vertx.setTimer(SECOND_DELETION_MILLIS, this::deleteAgain), deletion);
    }

    /**
     * Does the second deletions that are still to come. For a node that stops, when nothing is written any more: the timers that were
     * set on a listener's event loop went with it.
     */
    public Future<Void> close() {
        List<Future<?>> deleted = new ArrayList<>();
        for (Long timer : List.copyOf(secondDeletions.keySet())) {
            vertx.cancelTimer(timer);
            SecondDeletion deletion = secondDeletions.remove(timer);
            if (deletion != null) {
                deleted.add(delete(deletion.pseudonyms()));
            }
        }
        return Future.join(deleted).mapEmpty();
    }

    /**
     * The transactions that hold the lock of an insert right now. An insert takes it before the snapshot in which it looks for tags,
     * and its transaction number only with its first row: whoever is not among these has seen the tag, whoever is may not have.
     */
    private Future<List<String>> insertsUnderWay() {
        return rights.query("""
            select coalesce(array_agg(virtualtransaction), '{}') as inserts
            from pg_catalog.pg_locks
            where relation = 'raw.event'::regclass
              and database = (select oid from pg_catalog.pg_database where datname = current_database())
              and mode = 'RowExclusiveLock'
            """)
                .execute()
                .map(rows -> List.of(rows.iterator().next().getArrayOfStrings("inserts")));
    }

    /** Completes when these inserts have ended, or after as many looks; says whether they have. */
    private Future<Boolean> whenEnded(List<String> inserts, int looks) {
        if (inserts.isEmpty()) {
            return Future.succeededFuture(true);
        }
        return rights.preparedQuery("""
            select not exists (
              select from pg_catalog.pg_locks
              where relation = 'raw.event'::regclass and virtualtransaction = any ($1)) as ended
            """)
                .execute(Tuple.tuple().addArrayOfString(inserts.toArray(String[]::new)))
                .compose(rows -> {
                    boolean ended = rows.iterator().next().getBoolean("ended");
                    return ended || looks == 1
                            ? Future.succeededFuture(ended)
                            : vertx.timer(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                                    .compose(later -> whenEnded(inserts, looks - 1));
                });
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

    /** For an insert that is still under way, however long it takes, this is not the last time. */
    private void deleteAgain(long timer) {
        SecondDeletion deletion = secondDeletions.remove(timer);
        if (deletion == null) {
            return;
        }
        whenEnded(deletion.inserts(), 1)
                .compose(ended -> delete(deletion.pseudonyms()).onSuccess(days -> {
                    vacuums.request(days);
                    if (!ended) {
                        deleteAgainLater(deletion);
                    }
                }))
                .onFailure(failure -> {
                    LOG.warn(
                            "An erasure's second pass is tried again: {}",
                            failure.getClass().getSimpleName());
                    deleteAgainLater(deletion);
                });
    }
}
