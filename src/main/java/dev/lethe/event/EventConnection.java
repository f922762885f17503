package dev.lethe.event;

import dev.lethe.database.Patience;
import dev.lethe.event.EventRows.BeaconKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A writer's own connection to PostgreSQL, opened when it is first needed and again when it broke. Lives on the writer's context. */
final class EventConnection implements EventStore {
    private static final Logger LOG = LoggerFactory.getLogger(EventConnection.class);

    private static final Duration CLOSE = Duration.ofSeconds(1);

    /**
     * How long PostgreSQL waits for the next statement of a transaction that has begun. It comes at once or, over a connection
     * that fell silent, never; until the transaction is ended its keys block whoever sends the same beacons again.
     */
    private static final long IDLE_IN_TRANSACTION_MILLIS = 2_000;

    private final Vertx vertx;
    private final PgConnectOptions database;
    private final Duration hold;
    private @Nullable PgConnection connection;
    /** Counts the connections that were given up, so that one whose log-in ends later is not taken for the current one. */
    private int abandoned;

    /**
     * Opens nothing yet.
     *
     * @param hold how long anybody waits for a statement: PostgreSQL gives it up then
     */
    EventConnection(Vertx vertx, PgConnectOptions database, Duration hold) {
        this.vertx = vertx;
        this.database = database;
        this.hold = hold;
    }

    @Override
    public Future<Integer> insert(EventRows rows) {
        return connected()
                .compose(open -> rows.anyNearMidnight() ? insertNearMidnight(open, rows) : insert(open, rows));
    }

    private static Future<Integer> insert(PgConnection open, EventRows rows) {
        return open.preparedQuery(EventRows.INSERT).execute(rows.forInsert()).map(RowSet::rowCount);
    }

    private static Future<Integer> insertNearMidnight(PgConnection open, EventRows rows) {
        return open.begin()
                .compose(transaction -> open.preparedQuery(EventRows.REMEMBER)
                        .execute(rows.forRemembering())
                        .compose(remembered -> insert(open, rows))
                        .compose(
                                inserted -> transaction.commit().map(inserted),
                                failure -> transaction
                                        .rollback()
                                        .transform(rolledBack -> Future.<Integer>failedFuture(failure))));
    }

    @Override
    public Future<Set<BeaconKey>> findStored(EventRows rows) {
        return connected()
                .compose(open -> open.preparedQuery(EventRows.STORED).execute(rows.forLookingUp()))
                .map(found -> {
                    Set<BeaconKey> stored = new HashSet<>();
                    for (Row row : found) {
                        stored.add(new BeaconKey(row.getUUID("pseudonym"), row.getUUID("beacon_id")));
                    }
                    return stored;
                });
    }

    @Override
    public Future<Boolean> makeDays(List<LocalDate> days) {
        Future<Boolean> made = Future.succeededFuture(false);
        for (LocalDate day : days) {
            made = made.compose(before -> connected()
                    .compose(open -> open.preparedQuery("select raw.make_day($1) as made")
                            .execute(Tuple.of(day)))
                    .map(answer -> answer.iterator().next().getBoolean("made") || before));
        }
        return made;
    }

    private Future<PgConnection> connected() {
        PgConnection open = connection;
        if (open != null) {
            return Future.succeededFuture(open);
        }
        int before = abandoned;
        return PgConnection.connect(vertx, database).compose(made -> {
            if (before != abandoned) {
                return made.close().compose(closed -> Future.failedFuture(new TimeoutException()));
            }
            connection = made;
            // A reset also fails the statement in flight, which tells of it; without a handler Vert.x prints a stack.
            made.exceptionHandler(failure ->
                    LOG.debug("A connection broke: {}", failure.getClass().getSimpleName()));
            made.closeHandler(closed -> {
                // Only this very connection: another may be in use by now.
                if (made.equals(connection)) {
                    connection = null;
                }
            });
            return made.query(limits()).execute().map(made);
        });
    }

    /** PostgreSQL gives up when nobody here waits any longer: what this connection held is free for the next. */
    private String limits() {
        return "set statement_timeout = " + hold.toMillis() + "; set idle_in_transaction_session_timeout = "
                + IDLE_IN_TRANSACTION_MILLIS;
    }

    /** It may not close in order, so nobody waits for it. */
    @Override
    public void abandon() {
        PgConnection silent = giveUp();
        if (silent != null) {
            silent.close().onFailure(failure -> LOG.debug("A broken connection did not close in order"));
        }
    }

    @Override
    public Future<Void> close() {
        PgConnection open = giveUp();
        return open == null
                ? Future.succeededFuture()
                : Patience.within(CLOSE, open.close()).otherwiseEmpty();
    }

    private @Nullable PgConnection giveUp() {
        PgConnection open = connection;
        connection = null;
        abandoned++;
        return open;
    }
}
