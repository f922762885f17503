package dev.lethe.demo;

import dev.lethe.site.Site;

/**
 * What to invent; immutable.
 *
 * @param site a synthetic one
 * @param days whole days of the site's calendar, the last of them yesterday: 1 to 761
 * @param visitorsPerDay consenting visitors a day on the period's average, 1 to 1,000,000; the others come on top
 * @param seed the same seed at the same time gives the same visits
 * @param today whether today is told as well, up to now
 * @param root what stands before every path: {@code "/demo"} for the sample website, else {@code ""}
 */
public record SimulationPlan(Site site, int days, int visitorsPerDay, long seed, boolean today, String root) {
    /** The 25 months for which raw events live at most. */
    public static final int MOST_DAYS = 761;

    public static final int MOST_VISITORS = 1_000_000;

    public SimulationPlan {
        if (!site.synthetic()) {
            throw new IllegalArgumentException("Site " + site.id() + " measures real visitors, and nobody invents"
                    + " any among them: 'lethe site add NAME --origin URL --synthetic' makes a site for that.");
        }
        if (days < 1 || days > MOST_DAYS) {
            throw new IllegalArgumentException(
                    "The days are 1 to " + MOST_DAYS + ", because raw events live no longer.");
        }
        if (visitorsPerDay < 1 || visitorsPerDay > MOST_VISITORS) {
            throw new IllegalArgumentException("The visitors a day are 1 to " + MOST_VISITORS + ".");
        }
    }
}
