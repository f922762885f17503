package dev.lethe.consent;

import io.vertx.core.Future;

/** What consent asks of the rights room when a visitor withdraws. Safe to call from any context. */
public interface Erasure {
    /**
     * Tags the visitor as having objected, so that no beacon in flight is stored any more on any node; then, if {@code erase}, deletes
     * her raw events of every month that is still kept, and deletes once more 15 s later. Completes when the tag and the first
     * deletion are committed; fails when they are not.
     */
    Future<Void> withdraw(Possession visitor, boolean erase);
}
