package dev.lethe.event;

import dev.lethe.database.Timers;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes as fast as it can: whatever is due runs at its moment, one after another, on the thread that asks for it. */
final class SimulatedTime implements Timers {
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::number));
    private long nanos;
    private long number;

    /** What is due at one moment runs in the order in which it was asked for. */
    private record Due(long atNanos, long number, Runnable what) {}

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Runnable after(Duration wait, Runnable what) {
        Due due = new Due(nanos + Math.max(wait.toNanos(), 1), number++, what);
        queue.add(due);
        return () -> queue.remove(due);
    }

    /** Lets so much time pass; looks around after each thing that happens. */
    void pass(Duration duration, Runnable look) {
        long until = nanos + duration.toNanos();
        while (!queue.isEmpty() && queue.element().atNanos() <= until) {
            Due due = queue.remove();
            nanos = due.atNanos();
            due.what().run();
            look.run();
        }
        nanos = until;
    }
}
