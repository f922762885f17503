package dev.lethe.retention;

import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The days of {@code raw.event} on one connection of the retention role that is outside a transaction, and how to drop one without
 * any insert waiting. Blocking, for one virtual thread; lives as long as the connection.
 *
 * <p>{@code drop table} on a partition, or a plain {@code detach}, wants the whole of {@code raw.event} for itself, waits for the
 * longest reader and lets every insert queue up behind. {@code detach … concurrently} marks the partition in a first
 * transaction and waits for the readers in a second without standing in anybody's way. When it gives up waiting the mark stays, and
 * {@code detach … finalize} goes on from there: so each step looks at what is, does the next thing, and may be killed at any point.
 */
final class DayPartitions implements AutoCloseable {
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Longer than deadlock_timeout (1 s), after which a waiting lock sends autovacuum away; shorter than make_day waits (2 s). */
    private static final String LOCK_TIMEOUT = "1500ms";

    /** The gap in which other work on the partitions, such as making tomorrow's, gets its turn. */
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    /** Of two seconds each: some minutes, then the next hourly run goes on. */
    private static final int TRIES = 200;

    private final SqlConnection connection;

    private DayPartitions(SqlConnection connection) {
        this.connection = connection;
    }

    static DayPartitions open(Pool pool) {
        DayPartitions partitions = new DayPartitions(pool.getConnection().await());
        try {
            partitions.execute("set lock_timeout = '" + LOCK_TIMEOUT + "'");
            return partitions;
        } catch (Exception e) {
            partitions.close();
            throw e;
        }
    }

    /** Gives the connection back as it came: the next user of it may have to wait longer for a lock. */
    @Override
    public void close() {
        connection
                .query("reset lock_timeout")
                .execute()
                .eventually(() -> connection.close())
                .otherwiseEmpty()
                .await();
    }

    /** All days that have a table, attached or not, oldest first. */
    List<DayPartition> list() {
        return select("");
    }

    boolean hasEvents(DayPartition partition) {
        return connection
                .query("select exists (select from " + partition.table() + ") as any")
                .execute()
                .await()
                .iterator()
                .next()
                .getBoolean("any");
    }

    private Optional<DayPartition> find(LocalDate day) {
        return select(day.toString().replace("-", "")).stream().findFirst();
    }

    private List<DayPartition> select(String suffix) {
        List<DayPartition> found = new ArrayList<>();
        for (Row row : connection.query("""
            select
                to_date(right(c.relname, 8), 'YYYYMMDD') as day,
                case
                    when i.inhrelid is null then 'DETACHED'
                    when i.inhdetachpending then 'DETACHING'
                    else 'ATTACHED'
                end as state,
                coalesce(pg_total_relation_size(c.oid), 0) as bytes
            from pg_class c
            left join pg_inherits i on i.inhrelid = c.oid
            where c.relnamespace = 'raw'::regnamespace
                and c.relkind = 'r'
                and c.relname ~ '^event_[0-9]{8}$'
                and c.relname like 'event_%s%%'
            order by 1
            """.formatted(suffix)).execute().await()) {
            found.add(new DayPartition(
                    row.getLocalDate("day"), DayPartition.State.valueOf(row.getString("state")), row.getLong("bytes")));
        }
        return found;
    }

    /** Ends what a killed run began: while one detach is pending PostgreSQL begins no other. */
    void finishDetaching() {
        for (DayPartition partition : list()) {
            if (partition.state() == DayPartition.State.DETACHING) {
                advance(partition.day(), Optional.empty());
            }
        }
    }

    /**
     * Drops a day, whatever state it is in; the table and the line in the ledger that says so go in one transaction.
     *
     * @throws StillInUse when something has been reading the day for minutes
     */
    void drop(DayPartition partition, Instant at) {
        advance(partition.day(), Optional.of(at));
    }

    private void advance(LocalDate day, Optional<Instant> dropAt) {
        for (int tried = 0; tried < TRIES; tried++) {
            Optional<DayPartition> found = find(day);
            if (found.isEmpty()) {
                return;
            }
            DayPartition partition = found.get();
            try {
                switch (partition.state()) {
                    case ATTACHED ->
                        execute("alter table raw.event detach partition " + partition.table() + " concurrently");
                    case DETACHING ->
                        execute("alter table raw.event detach partition " + partition.table() + " finalize");
                    case DETACHED -> {
                        dropAt.ifPresent(at -> dropTable(partition, at));
                        return;
                    }
                }
            } catch (PgException e) {
                if (!LOCK_NOT_AVAILABLE.equals(e.getSqlState())) {
                    throw e;
                }
                pause();
            }
        }
        throw new StillInUse(
                "The raw events of " + day + " are due, and something has been reading raw.event for minutes. Look for"
                        + " a long query or an open transaction in pg_stat_activity; the next run"
                        + " tries again.");
    }

    private void dropTable(DayPartition partition, Instant at) {
        Transaction transaction = connection.begin().await();
        try {
            execute("drop table " + partition.table());
            Ledger.append(
                            connection,
                            at,
                            Deed.DAY_DROPPED,
                            new JsonObject()
                                    .put("day", partition.day().toString())
                                    .put("mebibytes", mebibytes(partition.bytes())))
                    .await();
            transaction.commit().await();
        } catch (Exception e) {
            // A connection that broke has rolled back by itself; what went wrong is the exception at hand.
            transaction.rollback().otherwiseEmpty().await();
            throw e;
        }
    }

    /** Rounded up: the exact size would tell nearly exactly how many events there were. */
    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20);
    }

    private void execute(String statement) {
        connection.query(statement).execute().await();
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StillInUse("Interrupted while waiting for readers of raw.event; the next run goes on.");
        }
    }

    /** A day could not be dropped yet, and the message says why. */
    static final class StillInUse extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String because;

        StillInUse(String because) {
            super(because);
            this.because = because;
        }

        String because() {
            return because;
        }
    }
}
