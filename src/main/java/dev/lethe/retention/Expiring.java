package dev.lethe.retention;

import io.vertx.core.Future;
import java.time.Instant;

/**
 * Something that a room keeps for a limited time and hands in, so that one job ends everything in one order. Called by one
 * thread at a time; must be repeatable, since a run that failed is run again.
 */
public interface Expiring {
    /** What it is, in a word or two for people: {@code consent receipts}. */
    String what();

    /** Destroys everything whose time is over at that instant; how many there were, for this process' eyes only. */
    Future<Long> expire(Instant now);
}
