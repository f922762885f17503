package dev.lethe.bench;

import dev.lethe.beacon.BeaconPathBenchmark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The steps of one beacon on an event loop, each by itself, with JMH. */
final class BeaconPath {
    private BeaconPath() {}

    static void measure(Workshop workshop, Findings findings) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(BeaconPathBenchmark.class.getName())
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        List<List<String>> rows = new ArrayList<>();
        results.stream()
                .sorted(Comparator.comparingDouble(
                        (RunResult result) -> -result.getPrimaryResult().getScore()))
                .forEach(result -> {
                    String step = BeaconPathBenchmark.describe(
                            result.getPrimaryResult().getLabel());
                    double micros = result.getPrimaryResult().getScore();
                    workshop.say("%s: %.2f µs", step, micros);
                    rows.add(List.of(
                            step,
                            Findings.text("%.2f µs", micros),
                            Findings.text("± %.2f", result.getPrimaryResult().getScoreError())));
                });
        findings.table(
                "The steps of one beacon",
                "JMH, mean of one thread; the error is that of its 99.9 % interval.",
                List.of("Step", "Time", "Error"),
                rows);
    }
}
