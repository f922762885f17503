package dev.lethe.fault;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Looks again and again until something has happened, for a limited time. */
final class Wait {
    private Wait() {}

    static void until(BooleanSupplier happened) {
        until(20, happened);
    }

    static void until(int seconds, BooleanSupplier happened) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen within " + seconds + " seconds");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
