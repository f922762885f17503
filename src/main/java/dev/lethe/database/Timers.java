package dev.lethe.database;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Time as code on an event loop needs it: how much of it has passed, and to be called later. Asked, and calling back, on that loop; a
 * simulation gives its own.
 */
public interface Timers {
    /** Nanoseconds since some moment: only differences mean anything. */
    long nanos();

    /** Runs something once, after a time of at least a millisecond. What this gives calls it off, if it is still to come. */
    Runnable after(Duration wait, Runnable what);

    /** Those of the event loop that they are asked from. */
    static Timers of(Vertx vertx) {
        return new Timers() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Runnable after(Duration wait, Runnable what) {
                long timer = vertx.setTimer(wait.toMillis(), due -> what.run());
                return () -> vertx.cancelTimer(timer);
            }
        };
    }
}
