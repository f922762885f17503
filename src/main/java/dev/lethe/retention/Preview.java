package dev.lethe.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

/**
 * What a run at an instant would destroy. Immutable.
 *
 * @param rows oldest day first
 * @param keysAlone months whose keys would go although none of their days is left to go with them
 */
public record Preview(Instant asOf, List<Row> rows, List<YearMonth> keysAlone) {
    /**
     * A day that would be dropped.
     *
     * @param bytes on disk, indexes included
     * @param keys the month whose keys go with this day
     * @param key the same in words: the month whose keys go with this day, or until when they are kept
     * @param dropsAt the first instant at which a run drops it
     */
    public record Row(LocalDate day, long bytes, Optional<YearMonth> keys, String key, Instant dropsAt) {}
}
