package dev.lethe.retention;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.function.Function;

/**
 * Something that a room keeps for a limited time and hands in, so that one job ends everything in one order. Called by one
 * thread at a time; must be repeatable, since a run that failed is run again.
 */
public final class Expiring {
    private final String what;
    private final Function<Instant, Future<Long>> ending;

    /**
     * Makes one.
     *
     * @param what what it is, in a word or two for people: {@code consent receipts}
     * @param ending destroys everything whose time is over at an instant, and gives how many there were
     */
    public Expiring(String what, Function<Instant, Future<Long>> ending) {
        this.what = what;
        this.ending = ending;
    }

    public String what() {
        return what;
    }

    /** Destroys everything whose time is over at that instant; how many there were, for this process' eyes only. */
    public Future<Long> expire(Instant now) {
        return ending.apply(now);
    }
}
