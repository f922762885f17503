package dev.lethe.demo;

import dev.lethe.event.EventWriter;
import dev.lethe.event.RawEvent;
import dev.lethe.ops.Meters;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An event writer on a context and a connection of its own, to which ordinary threads hand batches. A thread waits while as many are
 * under way as PostgreSQL has use for. Thread-safe; lives for one simulation.
 */
final class WriterLane {
    /** One is being committed and the next is ready: more only fills memory. */
    private static final int MOST_UNDER_WAY = 3;

    /** How long a batch may take, retries included: nobody waits for an answer here. */
    private static final Duration HOLD = Duration.ofMinutes(1);

    private static final int MOST_WAITING_ROWS = 100_000;

    private final Vertx vertx;
    private final String deployment;
    private final Context context;
    private final EventWriter writer;
    private final Semaphore free = new Semaphore(MOST_UNDER_WAY);
    private final AtomicLong committed = new AtomicLong();
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();

    private WriterLane(Vertx vertx, String deployment, Context context, EventWriter writer) {
        this.vertx = vertx;
        this.deployment = deployment;
        this.context = context;
        this.writer = writer;
    }

    static WriterLane open(Vertx vertx, PgConnectOptions database, Meters meters) {
        Promise<EventWriter> made = Promise.promise();
        Promise<Context> there = Promise.promise();
        String deployment = vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        made.complete(
                                new EventWriter(vertx, database, meters, MOST_WAITING_ROWS, HOLD, new AtomicInteger()));
                        there.complete(context);
                        return Future.succeededFuture();
                    }
                })
                .await();
        return new WriterLane(
                vertx, deployment, there.future().await(), made.future().await());
    }

    /**
     * Hands over at most 1,000 events, which are committed together; waits for room.
     *
     * @throws IllegalStateException when the database took an earlier batch not in time, or not at all
     */
    void write(List<RawEvent> events) throws InterruptedException {
        failIfBroken();
        free.acquire();
        context.runOnContext(here -> writer.write(events)
                .onSuccess(outcome -> note(outcome, events.size()))
                .onFailure(failure -> problem.set("The event writer failed: " + failure))
                .onComplete(ended -> free.release()));
    }

    private void note(EventWriter.Outcome outcome, int events) {
        switch (outcome) {
            case EventWriter.Stored stored -> committed.addAndGet(events);
            // Somebody objected by hand with an invented visitor's cookie.
            case EventWriter.OptedOut optedOut -> {}
            case EventWriter.Unstorable unstorable -> problem.set("PostgreSQL refused the values of an event.");
            case EventWriter.Overloaded overloaded -> problem.set("The database did not answer for a minute.");
        }
    }

    long committed() {
        return committed.get();
    }

    void failIfBroken() {
        String broken = problem.get();
        if (broken != null) {
            throw new IllegalStateException(broken);
        }
    }

    /** Returns when all that was handed over is committed, or known not to be. */
    void close() {
        free.acquireUninterruptibly(MOST_UNDER_WAY);
        Promise<Void> closed = Promise.promise();
        context.runOnContext(here -> writer.close().onComplete(closed));
        closed.future().compose(done -> vertx.undeploy(deployment)).await();
    }
}
