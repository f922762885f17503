package dev.lethe.database;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long anybody waits for a database that neither answers nor breaks: a lost cable, a stopped machine, a firewall that forgot the
 * connection. Stateless; from any thread.
 */
public final class Patience {
    /** For what a visitor waits for; then the answer is 503, and what was asked may still happen. */
    public static final Duration OF_A_VISITOR = Duration.ofSeconds(8);

    private Patience() {}

    /**
     * Fails with a {@link TimeoutException} when there is no answer in time; an answer that comes later is thrown away. Unlike {@link
     * Future#timeout} it ends on the caller's event loop, where there is one.
     */
    public static <T> Future<T> within(Duration patience, Future<T> answer) {
        if (answer.isComplete()) {
            return answer;
        }
        Context caller = Vertx.currentContext();
        return caller == null
                ? answer.timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                : within(patience, answer, Timers.of(caller.owner()));
    }

    /** The same by given timers. */
    public static <T> Future<T> within(Duration patience, Future<T> answer, Timers timers) {
        if (answer.isComplete()) {
            return answer;
        }
        Promise<T> inTime = Promise.promise();
        Runnable callOff = timers.after(patience, () -> inTime.tryFail(new TimeoutException()));
        answer.onComplete(answered -> {
            callOff.run();
            if (answered.succeeded()) {
                inTime.tryComplete(answered.result());
            } else {
                inTime.tryFail(answered.cause());
            }
        });
        return inTime.future();
    }
}
