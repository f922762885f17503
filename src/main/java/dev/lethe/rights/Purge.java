package dev.lethe.rights;

import dev.lethe.retention.Vacuums;
import dev.lethe.rights.ErasureJournal.Entry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way in which a visitor's raw events are deleted, whoever asks and whenever it is repeated: wait for the inserts under way,
 * delete in one transaction, vacuum, and delete again 15 s later for an insert that took longer than anybody waits. Thread-safe.
 */
final class Purge {
    private static final Logger LOG = LoggerFactory.getLogger(Purge.class);
    private static final long SECOND_DELETION_MILLIS = 15_000;
    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final int MOST_LOOKS = 100;
    private static final int MOST_PSEUDONYMS = 500;

    private final Vertx vertx;
    private final Pool rights;
    private final Vacuums vacuums;
    /** What is still to be deleted a second time: a node that stops does it at once. */
    private final Map<Long, SecondDeletion> secondDeletions = new ConcurrentHashMap<>();

    /**
     * What is deleted once more.
     *
     * @param inserts the transactions that may have been inserting when the first deletion began
     */
    private record SecondDeletion(List<Entry> entries, List<String> inserts) {}

    /**
     * @param rights the role that may read and delete raw events
     * @param vacuums take deleted rows out of their partition's file
     */
    Purge(Vertx vertx, Pool rights, Vacuums vacuums) {
        this.vertx = vertx;
        this.rights = rights;
        this.vacuums = vacuums;
    }

    /**
     * Deletes what the entries name.
     *
     * @param alongside what else belongs into the transaction of the first deletion; gets the number of deleted events
     */
    Future<Void> delete(List<Entry> entries, Function<Deleted, Future<Void>> alongside) {
        return insertsUnderWay()
                .compose(inserts -> whenEnded(inserts, MOST_LOOKS)
                        .compose(ended -> deleteOnce(entries, alongside))
                        .onSuccess(days -> {
                            vacuums.request(days);
                            deleteAgainLater(new SecondDeletion(entries, inserts));
                        }))
                .mapEmpty();
    }

    /** A first deletion that is about to be committed. */
    record Deleted(SqlConnection transaction, int events) {}

    /** Deletes again what was recorded before, by this process or another; says whether anything had come back. */
    Future<Boolean> repeat(List<Entry> entries) {
        return deleteOnce(entries, deleted -> Future.succeededFuture()).map(days -> {
            vacuums.request(days);
            return !days.isEmpty();
        });
    }

    /** As if {@link #delete} had just happened: for what another process may have left half done. */
    void deleteAgainLater(List<Entry> entries) {
        if (!entries.isEmpty()) {
            deleteAgainLater(new SecondDeletion(entries, List.of()));
        }
    }

    private void deleteAgainLater(SecondDeletion deletion) {
        secondDeletions.put(vertx.setTimer(SECOND_DELETION_MILLIS, this::deleteAgain), deletion);
    }

    /**
     * Does the second deletions that are still to come. For a node that stops, when nothing is written any more: the timers that were
     * set on a listener's event loop went with it.
     */
    Future<Void> close() {
        List<Future<?>> deleted = new ArrayList<>();
        for (Long timer : List.copyOf(secondDeletions.keySet())) {
            vertx.cancelTimer(timer);
            SecondDeletion deletion = secondDeletions.remove(timer);
            if (deletion != null) {
                deleted.add(repeat(deletion.entries()));
            }
        }
        return Future.join(deleted).<Void>mapEmpty().eventually(vacuums::idle);
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

    /** Everything in one transaction; gives the days that had rows. */
    private Future<Set<LocalDate>> deleteOnce(List<Entry> entries, Function<Deleted, Future<Void>> alongside) {
        Map<YearMonth, List<Entry>> byMonth = new LinkedHashMap<>();
        entries.forEach(entry -> byMonth.computeIfAbsent(entry.month(), month -> new ArrayList<>())
                .add(entry));
        return rights.withTransaction(transaction -> {
            Set<LocalDate> days = new TreeSet<>();
            int[] events = {0};
            Future<Void> deleted = Future.succeededFuture();
            for (Map.Entry<YearMonth, List<Entry>> month : byMonth.entrySet()) {
                for (int from = 0; from < month.getValue().size(); from += MOST_PSEUDONYMS) {
                    List<Entry> some = month.getValue()
                            .subList(
                                    from,
                                    Math.min(
                                            from + MOST_PSEUDONYMS,
                                            month.getValue().size()));
                    deleted = deleted.compose(before -> deleteMonth(transaction, month.getKey(), some, days))
                            .map(count -> {
                                events[0] += count;
                                return null;
                            });
                }
            }
            return deleted.compose(done -> alongside.apply(new Deleted(transaction, events[0])))
                    .map(days);
        });
    }

    private static Future<Integer> deleteMonth(
            SqlConnection transaction, YearMonth month, List<Entry> entries, Set<LocalDate> days) {
        return transaction
                .preparedQuery("""
                    delete from raw.event e
                    using unnest($1::uuid[], $2::text[], $3::uuid[]) as w (pseudonym, site, beacon_id)
                    where e.pseudonym = w.pseudonym
                      and e.site = w.site
                      and (w.beacon_id is null or e.beacon_id = w.beacon_id)
                      and e.day between $4 and $5
                    returning e.day
                    """)
                .execute(Tuple.tuple()
                        .addArrayOfUUID(entries.stream().map(Entry::pseudonym).toArray(UUID[]::new))
                        .addArrayOfString(entries.stream().map(Entry::site).toArray(String[]::new))
                        .addArrayOfUUID(entries.stream()
                                .map(entry -> entry.beacon().orElse(null))
                                .toArray(UUID[]::new))
                        .addLocalDate(month.atDay(1))
                        .addLocalDate(month.atEndOfMonth()))
                .compose(rows -> {
                    rows.forEach(row -> days.add(row.getLocalDate("day")));
                    return forgetWithheld(transaction, entries).map(rows.size());
                });
    }

    /** Whoever is erased as a whole needs not be kept out of anything any more: her pseudonyms go from that list as well. */
    private static Future<Void> forgetWithheld(SqlConnection transaction, List<Entry> entries) {
        List<Entry> whole =
                entries.stream().filter(entry -> entry.beacon().isEmpty()).toList();
        return transaction
                .preparedQuery("""
                    delete from rights.withheld l
                    using unnest($1::uuid[], $2::text[]) as w (pseudonym, site)
                    where l.pseudonym = w.pseudonym and l.site = w.site
                    """)
                .execute(Tuple.tuple()
                        .addArrayOfUUID(whole.stream().map(Entry::pseudonym).toArray(UUID[]::new))
                        .addArrayOfString(whole.stream().map(Entry::site).toArray(String[]::new)))
                .mapEmpty();
    }

    /** For an insert that is still under way, however long it takes, this is not the last time. */
    private void deleteAgain(long timer) {
        SecondDeletion deletion = secondDeletions.remove(timer);
        if (deletion == null) {
            return;
        }
        whenEnded(deletion.inserts(), 1)
                .compose(ended -> repeat(deletion.entries()).onSuccess(found -> {
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
