package dev.lethe.fault;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Looks again and again until something has happened, for at most twenty seconds. */
final class Wait {
    private Wait() {}

    static void until(BooleanSupplier happened) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen within twenty seconds");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
