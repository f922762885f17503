package dev.lethe.event;

import dev.lethe.event.EventRows.BeaconKey;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/**
 * Where a writer puts its groups: {@link EventConnection}, or a simulated database. Belongs to one writer, which asks one thing at a
 * time and on its own thread; a call that fails may have happened all the same.
 */
interface EventStore {
    /** Commits the rows, each once, and none of a tagged visitor; gives how many went in. */
    Future<Integer> insert(EventRows rows);

    /** Which of these beacons are stored, now or by an earlier attempt. */
    Future<Set<BeaconKey>> findStored(EventRows rows);

    /** Makes the partitions of these days; false when all were there. */
    Future<Boolean> makeDays(List<LocalDate> days);

    /** What broke or fell silent is never used again: the next call begins anew. */
    void abandon();

    /** Never fails, and takes at most a second. */
    Future<Void> close();
}
