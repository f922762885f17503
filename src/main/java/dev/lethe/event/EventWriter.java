package dev.lethe.event;

import dev.lethe.database.Patience;
import dev.lethe.database.Timers;
import dev.lethe.event.EventRows.BeaconKey;
import dev.lethe.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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

    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration WATCH = Duration.ofMillis(250);

    private final EventStore store;
    private final Timers timers;
    private final Meters meters;
    private final int mostWaitingRows;
    private final Duration hold;
    private final AtomicInteger waitingRows;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Promise<Void>> whenIdle = new ArrayList<>();
    private List<Request> inFlight = List.of();
    private boolean failing;
    private boolean closing;
    private @Nullable Runnable endWatch;

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
        this(new EventConnection(vertx, database, hold), Timers.of(vertx), meters, mostWaitingRows, hold, waitingRows);
    }

    EventWriter(
            EventStore store,
            Timers timers,
            Meters meters,
            int mostWaitingRows,
            Duration hold,
            AtomicInteger waitingRows) {
        this.store = store;
        this.timers = timers;
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
        Request request = new Request(events, Promise.promise(), timers.nanos());
        waiting.add(request);
        if (endWatch == null) {
            endWatch = timers.after(WATCH, this::watch);
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
            if (endWatch != null) {
                endWatch.run();
            }
            return store.close();
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
        long startedNanos = timers.nanos();
        Future<Void> settled = store.insert(rows).compose(inserted -> {
            meters.recordBatch(rows.size(), Duration.ofNanos(timers.nanos() - startedNanos));
            tellRecovery();
            return inserted == rows.size() ? settleAll(open) : settleByLookingUp(open, rows);
        });
        return Patience.within(hold, settled, timers).recover(failure -> recover(failure, open, rows));
    }

    private Future<Void> settleAll(List<Request> requests) {
        requests.forEach(request -> settle(request, new Stored()));
        return Future.succeededFuture();
    }

    /** Fewer rows went in than were sent: repeated beacons are there already, those of a visitor who objected are not. */
    private Future<Void> settleByLookingUp(List<Request> requests, EventRows rows) {
        return store.findStored(rows).map(stored -> {
            for (Request request : requests) {
                boolean whole = request.events().stream().allMatch(event -> stored.contains(BeaconKey.of(event)));
                settle(request, whole ? new Stored() : new OptedOut());
            }
            return null;
        });
    }

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
            store.abandon();
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
        return Patience.within(hold, store.makeDays(rows.days()), timers)
                .compose(anyMade -> anyMade ? Future.succeededFuture() : pause(why), notMade -> {
                    store.abandon();
                    return pause(notMade);
                });
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
        Promise<Void> passed = Promise.promise();
        timers.after(RETRY, passed::complete);
        return passed.future();
    }

    private void tellRecovery() {
        if (failing) {
            failing = false;
            LOG.info("Events are written again");
        }
    }

    /** Answers whoever has waited too long. */
    private void watch() {
        endWatch = timers.after(WATCH, this::watch);
        long now = timers.nanos();
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
