package dev.lethe.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How long an answer takes at a fixed rate. Requests are due by the clock, whatever became of the ones before, and their time counts
 * from when they were due: a stall is felt by all who come during it, as visitors feel it, and not by one (coordinated omission).
 */
final class Latency {
    private static final int SECONDS = 10;
    private static final int CONNECTIONS = 256;

    private Latency() {}

    static void measure(Workshop workshop, Findings findings) throws Exception {
        double capacity = workshop.capacity();
        List<List<String>> rows = new ArrayList<>();
        for (int percent : List.of(25, 50, 75)) {
            int rate = (int) (capacity * percent / 100);
            Answers answers = workshop.run(Order.open(workshop.lethe().address(), CONNECTIONS, SECONDS, rate));
            workshop.say(
                    "%,d a second: half within %.1f ms, 99 %% within %.1f ms",
                    rate, answers.millisAt(50), answers.millisAt(99));
            rows.add(List.of(
                    percent + " %",
                    Findings.text("%,d", rate),
                    Findings.text("%,.0f", answers.perSecond()),
                    Findings.text("%.1f ms", answers.millisAt(50)),
                    Findings.text("%.1f ms", answers.millisAt(95)),
                    Findings.text("%.1f ms", answers.millisAt(99)),
                    Findings.text("%.1f ms", answers.millisAt(99.9)),
                    Findings.text("%.1f ms", answers.millisAt(100))));
            if (percent == 50) {
                findings.plain(
                        "Answers at half that rate, sent by the clock: p50, p99, p99.9",
                        Findings.text(
                                "%.1f, %.1f and %.1f ms",
                                answers.millisAt(50), answers.millisAt(99), answers.millisAt(99.9)));
            }
        }
        findings.table(
                "Time to the answer at a fixed rate",
                Findings.text(
                        "Single beacons, each counted from the moment it was due, for %d s a rate; the rate is a share"
                                + " of what 64 connections reach.",
                        SECONDS),
                List.of("Rate", "Due a second", "Stored a second", "p50", "p95", "p99", "p99.9", "Longest"),
                rows);
    }
}
