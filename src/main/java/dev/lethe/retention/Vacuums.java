package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.LocalDate;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vacuums days from which an erasure deleted, so that the rows leave the file as well. One day at a time, on a connection of its own: a
 * thousand erasures of today vacuum it twice and keep retention from nothing. Thread-safe; one a process.
 */
public final class Vacuums {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuums.class);

    private final Pool pool;
    private final ConcurrentSkipListSet<LocalDate> due = new ConcurrentSkipListSet<>();
    private Future<Void> underWay = Future.succeededFuture();

    /** @param pool logs in as the retention role, which owns the partitions; one connection is enough */
    public Vacuums(Pool pool) {
        this.pool = pool;
    }

    /** Returns at once. A day whose vacuum is under way is vacuumed again: it may have passed the rows that died since. */
    public void request(Set<LocalDate> days) {
        due.addAll(days);
        goOn();
    }

    private synchronized void goOn() {
        if (!due.isEmpty() && underWay.isComplete()) {
            underWay = vacuumDue();
            underWay.onComplete(done -> goOn());
        }
    }

    /** Completes when nothing is left to vacuum; whoever ends the process waits for it, bounded. */
    public synchronized Future<Void> idle() {
        goOn();
        return due.isEmpty() && underWay.isComplete() ? Future.succeededFuture() : underWay.transform(ended -> idle());
    }

    private Future<Void> vacuumDue() {
        LocalDate day = due.pollFirst();
        return day == null ? Future.succeededFuture() : vacuum(day).transform(ended -> vacuumDue());
    }

    private Future<Void> vacuum(LocalDate day) {
        return pool.query("vacuum " + new DayPartition(day, DayPartition.State.ATTACHED, 0).table())
                .execute()
                .<Void>mapEmpty()
                .onFailure(failure -> LOG.warn(
                        "A partition touched by an erasure was not vacuumed: {}",
                        failure.getClass().getSimpleName()));
    }
}
