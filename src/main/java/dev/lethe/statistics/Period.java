package dev.lethe.statistics;

import dev.lethe.site.SiteId;
import java.time.LocalDate;

/**
 * A day, week or month of one site: what is published at once, and once.
 *
 * @param first its first day; weeks begin on Monday
 */
record Period(SiteId site, Grain grain, LocalDate first) implements Comparable<Period> {

    Period {
        if (!grain.period(first).equals(first)) {
            throw new IllegalArgumentException("no " + grain.label() + " begins on " + first);
        }
    }

    /** The first day that no longer belongs to it. */
    LocalDate end() {
        return grain.next(first);
    }

    /** The name of its file in the journal. */
    String journalName() {
        return "published/" + site.value() + "/" + grain.label() + "-" + first;
    }

    /** Earlier ends first, and of those that end together the shorter. */
    @Override
    public int compareTo(Period other) {
        int byEnd = end().compareTo(other.end());
        if (byEnd != 0) {
            return byEnd;
        }
        int byGrain = grain.compareTo(other.grain);
        return byGrain != 0 ? byGrain : site.value().compareTo(other.site.value());
    }

    @Override
    public String toString() {
        return site.value() + " " + grain.label() + " " + first;
    }
}
