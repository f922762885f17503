package dev.lethe.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;

/** How a run of retention ended. Immutable; for the command line and the job, not kept. */
public sealed interface Report {
    /**
     * Everything that was due is gone.
     *
     * @param expired how many of the other things ended, by what they are; never written anywhere
     */
    record Done(Instant asOf, List<Dropped> dropped, List<YearMonth> keys, Map<String, Long> expired)
            implements Report {
        public List<LocalDate> days() {
            return dropped.stream().map(Dropped::day).toList();
        }

        public long bytes() {
            return dropped.stream().mapToLong(Dropped::bytes).sum();
        }
    }

    /** Something that was due still stands; the next run goes on where this one stopped. */
    record Incomplete(Instant asOf, List<Dropped> dropped, String problem) implements Report {}

    /** Nothing was touched. */
    record Planned(Preview preview) implements Report {}

    /** Another node is at it. */
    record Busy() implements Report {}

    /** Waits for {@code lethe retention --confirm}. */
    record Paused(String because) implements Report {}

    /** A day that is gone, and what it took on disk, indexes included. */
    record Dropped(LocalDate day, long bytes) {}

    /** Asked for what is not done without being said twice. */
    record Refused(String because) implements Report {}
}
