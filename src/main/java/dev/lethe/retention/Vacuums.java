package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.LocalDate;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vacuums days from which an erasure deleted, so that the rows leave the file as well. One day at a time, on a connection of its own: a
 * thousand erasures of today vacuum it twice and keep retention from nothing. Thread-safe; one a process.
 */
public final class Vacuums {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuums.class);

    private final Pool pool;
    private final Set<LocalDate> due = new ConcurrentSkipListSet<>();
    private final AtomicBoolean running = new AtomicBoolean();

    /** @param pool logs in as the retention role, which owns the partitions; one connection is enough */
    public Vacuums(Pool pool) {
        this.pool = pool;
    }

    /** Returns at once. A day whose vacuum is under way is vacuumed again: it may have passed the rows that died since. */
    public void request(Set<LocalDate> days) {
        due.addAll(days);
        goOn();
    }

    private void goOn() {
        if (due.isEmpty() || !running.compareAndSet(false, true)) {
            return;
        }
        vacuumDue().onComplete(done -> {
            running.set(false);
            goOn();
        });
    }

    private Future<Void> vacuumDue() {
        for (LocalDate day : due) {
            due.remove(day);
            return vacuum(day).transform(ended -> vacuumDue());
        }
        return Future.succeededFuture();
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
