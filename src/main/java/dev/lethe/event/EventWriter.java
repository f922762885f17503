package dev.lethe.event;

import dev.lethe.database.Patience;
import dev.lethe.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits events in groups. While one statement is under way the next group fills, so that the group grows with the load and nobody
 * waits for a timer; a request is answered when its commit is known, and not before. Acknowledged means committed.
 *
 * <p>One belongs to one HTTP verticle instance: it lives on that verticle's context, has its own connection and one statement in
 * flight, and is called from there only. What is waiting is bounded in rows ({@code limits.waiting-rows}) and in time
 * ({@code limits.hold}); beyond either the answer is {@link Overloaded}, and the beacon's id makes sending it again safe.
 *
 * <p>When a connection breaks after the commit was sent, nobody knows whether it happened: the same rows are sent again, and the
 * primary key lets each in once.
 */
public final class EventWriter {
    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);

    /** Rows of one statement. Beyond about this many the cost of a row no longer falls, but a failure costs more to untangle. */
    static final int MOST_ROWS = 1_000;

    private static final long RETRY_MILLIS = 200;
    private static final long WATCH_MILLIS = 250;
    private static final Duration CLOSE = Duration.ofSeconds(1);

    /**
     * How long PostgreSQL waits for the next statement of a transaction that has begun. It comes at once or, over a connection
     * that fell silent, never; until the transaction is ended its keys block whoever sends the same beacons again.
     */
    private static final long IDLE_IN_TRANSACTION_MILLIS = 2_000;

    private final Vertx vertx;
    private final PgConnectOptions database;
    private final Meters meters;
    private final int mostWaitingRows;
    private final Duration hold;
    private final AtomicInteger waitingRows;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Promise<Void>> whenIdle = new ArrayList<>();
    private @Nullable PgConnection connection;
    /** Counts the connections that were given up, so that one whose log-in ends later is not taken for the current one. */
    private int abandoned;

    private List<Request> inFlight = List.of();
    private boolean failing;
    private boolean closing;
    private long watch = -1;

    /** What became of one request, as a whole. */
    public sealed interface Outcome permits Stored, OptedOut, Unstorable, Overloaded {}

    /** All of it is committed and durable, now or by an earlier attempt. */
    public record Stored() implements Outcome {}

    /** The visitor objected or withdrew while the beacon was on its way; nothing of it is stored. */
    public record OptedOut() implements Outcome {}

    /** PostgreSQL cannot hold these values; nothing of it is stored, and trying again will not help. */
    public record Unstorable() implements Outcome {}

    /** Not known to be stored, for lack of room or of an answer in time. The same beacons may be sent again after the wait. */
    public record Overloaded(Duration retryAfter) implements Outcome {}

    private record Request(List<RawEvent> events, Promise<Outcome> outcome, long arrivedNanos) {}

    /**
     * Makes a writer for the calling context.
     *
     * @param waitingRows counts the rows that wait in all writers of the process
     */
    public EventWriter(
            Vertx vertx,
            PgConnectOptions database,
            Meters meters,
            int mostWaitingRows,
            Duration hold,
            AtomicInteger waitingRows) {
        this.vertx = vertx;
        this.database = database;
        this.meters = meters;
        this.mostWaitingRows = mostWaitingRows;
        this.hold = hold;
        this.waitingRows = waitingRows;
    }

    /** Stores the beacons of one request, whole or not at all. Never fails. */
    public Future<Outcome> write(List<RawEvent> events) {
        if (closing) {
            return Future.succeededFuture(new Overloaded(Duration.ofSeconds(1)));
        }
        if (waitingRows.addAndGet(events.size()) > mostWaitingRows) {
            waitingRows.addAndGet(-events.size());
            return Future.succeededFuture(new Overloaded(Duration.ofSeconds(1)));
        }
        Request request = new Request(events, Promise.promise(), System.nanoTime());
        waiting.add(request);
        if (watch < 0) {
            watch = vertx.setPeriodic(WATCH_MILLIS, tick -> watch());
        }
        if (inFlight.isEmpty()) {
            writeNextGroup();
        }
        return request.outcome().future();
    }

    /** Takes nothing more, commits what is waiting, and closes the connection. Takes little longer than {@code limits.hold}. */
    public Future<Void> close() {
        closing = true;
        Promise<Void> idle = Promise.promise();
        if (inFlight.isEmpty() && waiting.isEmpty()) {
            idle.complete();
        } else {
            whenIdle.add(idle);
        }
        return idle.future().compose(settled -> {
            vertx.cancelTimer(watch);
            PgConnection open = connection;
            connection = null;
            abandoned++;
            return open == null
                    ? Future.succeededFuture()
                    : Patience.within(CLOSE, open.close()).otherwiseEmpty();
        });
    }

    private void writeNextGroup() {
        List<Request> group = new ArrayList<>();
        int rows = 0;
        while (!waiting.isEmpty()
                && (group.isEmpty() || rows + waiting.element().events().size() <= MOST_ROWS)) {
            Request request = waiting.remove();
            rows += request.events().size();
            group.add(request);
        }
        if (group.isEmpty()) {
            whenIdle.forEach(Promise::tryComplete);
            return;
        }
        inFlight = group;
        writeUntilKnown(group).onComplete(known -> {
            inFlight = List.of();
            writeNextGroup();
        });
    }

    /** Writes a group, again and again while the reason for failing may pass, until each of its requests has an outcome. */
    private Future<Void> writeUntilKnown(List<Request> group) {
        List<Request> open = group.stream()
                .filter(request -> !request.outcome().future().isComplete())
                .toList();
        if (open.isEmpty()) {
            return Future.succeededFuture();
        }
        EventRows rows = new EventRows(
                open.stream().flatMap(request -> request.events().stream()).toList());
        long startedNanos = System.nanoTime();
        return Patience.within(
                        hold,
                        connected()
                                .compose(database -> insert(database, rows).compose(inserted -> {
                                    meters.recordBatch(rows.size(), Duration.ofNanos(System.nanoTime() - startedNanos));
                                    tellRecovery();
                                    return inserted == rows.size()
                                            ? settleAll(open)
                                            : settleByLookingUp(database, open, rows);
                                })))
                .recover(failure -> recover(failure, open, rows));
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

    private static Future<Integer> insert(PgConnection database, EventRows rows) {
        if (!rows.anyNearMidnight()) {
            return database.preparedQuery(EventRows.INSERT)
                    .execute(rows.forInsert())
                    .map(RowSet::rowCount);
        }
        return database.begin()
                .compose(transaction -> database.preparedQuery(EventRows.REMEMBER)
                        .execute(rows.forRemembering())
                        .compose(remembered ->
                                database.preparedQuery(EventRows.INSERT).execute(rows.forInsert()))
                        .map(RowSet::rowCount)
                        .compose(
                                inserted -> transaction.commit().map(inserted),
                                failure -> transaction
                                        .rollback()
                                        .transform(rolledBack -> Future.<Integer>failedFuture(failure))));
    }

    private Future<Void> settleAll(List<Request> requests) {
        requests.forEach(request -> settle(request, new Stored()));
        return Future.succeededFuture();
    }

    /** Fewer rows went in than were sent: repeated beacons are there already, those of a visitor who objected are not. */
    private Future<Void> settleByLookingUp(PgConnection database, List<Request> requests, EventRows rows) {
        return database.preparedQuery(EventRows.STORED)
                .execute(rows.forLookingUp())
                .map(found -> {
                    Set<Key> stored = new HashSet<>();
                    for (Row row : found) {
                        stored.add(new Key(row.getUUID("pseudonym"), row.getUUID("beacon_id")));
                    }
                    for (Request request : requests) {
                        boolean whole = request.events().stream()
                                .allMatch(event -> stored.contains(
                                        new Key(event.pseudonym().value(), event.beaconId())));
                        settle(request, whole ? new Stored() : new OptedOut());
                    }
                    return null;
                });
    }

    private record Key(UUID pseudonym, UUID beaconId) {}

    /** What a failure means, by its SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
    private Future<Void> recover(Throwable failure, List<Request> requests, EventRows rows) {
        String state = sqlState(failure);
        if (failure instanceof PgException problem && state.equals("23514") && problem.getConstraint() == null) {
            // A check constraint has a name; what has none is the missing partition of a day.
            return makeDays(rows, failure).compose(made -> writeUntilKnown(requests));
        }
        if (state.startsWith("22") || state.startsWith("23")) {
            if (requests.size() == 1) {
                LOG.warn("A request was not stored because PostgreSQL refused its values (SQLSTATE {})", state);
                settle(requests.get(0), new Unstorable());
                return Future.succeededFuture();
            }
            int half = requests.size() / 2;
            return writeUntilKnown(requests.subList(0, half))
                    .compose(done -> writeUntilKnown(requests.subList(half, requests.size())));
        }
        if (!state.startsWith("40")) {
            abandonConnection();
        }
        return pause(failure).compose(paused -> writeUntilKnown(requests));
    }

    private static String sqlState(Throwable failure) {
        return failure instanceof PgException problem
                ? Optional.ofNullable(problem.getSqlState()).orElse("")
                : "";
    }

    /** Makes the partitions of these rows' days. When all were there, or cannot be made now, the next attempt waits a moment. */
    private Future<Void> makeDays(EventRows rows, Throwable why) {
        Future<Boolean> made = Future.succeededFuture(false);
        for (LocalDate day : rows.days()) {
            made = made.compose(before -> connected()
                    .compose(database -> database.preparedQuery("select raw.make_day($1) as made")
                            .execute(Tuple.of(day)))
                    .map(answer -> answer.iterator().next().getBoolean("made") || before));
        }
        return Patience.within(hold, made)
                .compose(anyMade -> anyMade ? Future.succeededFuture() : pause(why), notMade -> {
                    abandonConnection();
                    return pause(notMade);
                });
    }

    /** A connection that broke or fell silent is never used again. It may not close in order, so nobody waits for it. */
    private void abandonConnection() {
        PgConnection silent = connection;
        connection = null;
        abandoned++;
        if (silent != null) {
            silent.close().onFailure(failure -> LOG.debug("A broken connection did not close in order"));
        }
    }

    /** Told once for a row of failures: they come five times a second for as long as the database is away. */
    private Future<Void> pause(Throwable failure) {
        if (!failing) {
            failing = true;
            String state = sqlState(failure);
            LOG.warn(
                    "Events cannot be written and are tried again: {}{}",
                    failure.getClass().getSimpleName(),
                    state.isEmpty() ? "" : " (SQLSTATE " + state + ")");
        }
        return vertx.timer(RETRY_MILLIS, TimeUnit.MILLISECONDS).mapEmpty();
    }

    private void tellRecovery() {
        if (failing) {
            failing = false;
            LOG.info("Events are written again");
        }
    }

    /** Answers whoever has waited too long. */
    private void watch() {
        long now = System.nanoTime();
        long holdNanos = hold.toNanos();
        while (!waiting.isEmpty() && now - waiting.element().arrivedNanos() > holdNanos) {
            settle(waiting.remove(), new Overloaded(Duration.ofSeconds(2)));
        }
        for (Request request : inFlight) {
            if (now - request.arrivedNanos() > holdNanos) {
                settle(request, new Overloaded(Duration.ofSeconds(2)));
            }
        }
        boolean allAnswered = waiting.isEmpty()
                && inFlight.stream()
                        .allMatch(request -> request.outcome().future().isComplete());
        if (closing && allAnswered) {
            whenIdle.forEach(Promise::tryComplete);
        }
    }

    private void settle(Request request, Outcome outcome) {
        if (request.outcome().tryComplete(outcome)) {
            waitingRows.addAndGet(-request.events().size());
        }
    }
}
