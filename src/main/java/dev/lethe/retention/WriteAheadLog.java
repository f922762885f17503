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
     * Makes the server forget. Not only its log remembers: the planner's statistics hold samples of the columns' values. Those of a
     * dropped table are dead rows of {@code pg_statistic}, which only a rewrite takes out of the file; those of {@code raw.event} as a
     * whole exist when somebody ran {@code analyze}, and are cleared. Segments of the log from before the second checkpoint are no
     * longer needed then, and the server deletes them.
     *
     * @param owner the superuser of the embedded server; no transaction of Lethe may be open for long
     */
    public static Future<Void> forget(Pool owner) {
        return owner.query("""
            select pg_clear_attribute_stats('raw', 'event', attname, true)
            from pg_stats
            where schemaname = 'raw' and tablename = 'event' and inherited
            """)
                .execute()
                .compose(done ->
                        owner.query("vacuum full pg_catalog.pg_statistic").execute())
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
