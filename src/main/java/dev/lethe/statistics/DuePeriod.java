package dev.lethe.statistics;

import dev.lethe.site.SiteId;
import java.time.LocalDate;

/**
 * A day, week or month of one site whose publication is due, or was.
 *
 * @param first its first day; weeks begin on Monday
 */
public record DuePeriod(SiteId site, Grain grain, LocalDate first) {
    static DuePeriod of(Period period) {
        return new DuePeriod(period.site(), period.grain(), period.first());
    }
}
