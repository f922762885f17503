package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;

/**
 * What PostgreSQL itself keeps of dropped rows, and how to be rid of it. For the embedded server, where Lethe is superuser and
 * {@code wal_recycle} is off: a segment that is no longer needed is deleted instead of being renamed with its old content.
 */
public final class WriteAheadLog {
    private WriteAheadLog() {}

    /**
     * Makes the server forget: segments of the log before the second checkpoint are no longer needed and are deleted. Statistics of
     * the planner hold samples of the columns' values; a dropped table's are dead rows of {@code pg_statistic}, which only a
     * rewrite removes from the file.
     *
     * @param owner the superuser of the embedded server
     */
    public static Future<Void> forget(Pool owner) {
        return owner.query("vacuum full pg_catalog.pg_statistic")
                .execute()
                .compose(done -> switchAndCheckpoint(owner))
                .compose(done -> switchAndCheckpoint(owner));
    }

    private static Future<Void> switchAndCheckpoint(Pool owner) {
        return owner.query("select pg_switch_wal()")
                .execute()
                .compose(done -> owner.query("checkpoint").execute())
                .mapEmpty();
    }
}
