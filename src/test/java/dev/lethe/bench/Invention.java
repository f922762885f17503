package dev.lethe.bench;

import dev.lethe.demo.SimulationCost;
import java.util.List;

/** How fast {@code lethe simulate} stores the past of a synthetic site. */
final class Invention {
    private static final int DAYS = 30;
    private static final int VISITORS_A_DAY = 1_000;

    private Invention() {}

    static void measure(Workshop workshop, Findings findings) {
        List<SimulationCost> costs = SimulationCost.measure(DAYS, VISITORS_A_DAY, 2);
        SimulationCost cost = costs.getLast();
        workshop.say("%,d events, %,d a second", cost.events(), cost.eventsPerSecond());
        findings.plain(
                "Inventing the past of a synthetic site (as `simulate` does), by one thread",
                Findings.text("%,d events a second", cost.eventsPerSecond()));
    }
}
