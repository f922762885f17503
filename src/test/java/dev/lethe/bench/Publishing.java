package dev.lethe.bench;

import dev.lethe.statistics.PublishingCost;
import java.util.ArrayList;
import java.util.List;

/** What it takes to publish a day, and the week and the month that end with it, by the day's number of events. */
final class Publishing {
    private Publishing() {}

    static void measure(Workshop workshop, Findings findings) {
        List<Integer> sizes =
                Bench.isFull() ? List.of(10_000, 100_000, 1_000_000, 10_000_000) : List.of(10_000, 100_000, 1_000_000);
        List<List<String>> rows = new ArrayList<>();
        for (int events : sizes) {
            PublishingCost cost = PublishingCost.measure(events);
            workshop.say("%,d events: day %.1f s", events, cost.daySeconds());
            rows.add(List.of(
                    Findings.text("%,d", events),
                    Findings.text("%.1f s", cost.daySeconds()),
                    Findings.text("%.1f s", cost.weekSeconds()),
                    Findings.text("%.1f s", cost.monthSeconds()),
                    Findings.text("+%d MiB", cost.heapMebibytes())));
            if (events == 1_000_000) {
                findings.atMost("Publishing a day of 1,000,000 events", "%.1f s", cost.daySeconds(), 30);
            }
        }
        findings.table(
                "Publishing",
                "A day's events published as a day, and as a week and a month that hold nothing else.",
                List.of("Events of the day", "Day", "Week", "Month", "Lethe's heap"),
                rows);
    }
}
