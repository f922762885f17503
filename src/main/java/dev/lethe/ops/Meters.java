package dev.lethe.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Every meter of the process, each name once. Labels are closed sets: never a path, referrer, address, user agent or id. Thread-safe.
 */
public final class Meters {
    /** Bounds of the latency histograms: fine around the 40 ms that a full pipeline may take, up to the 8 s a request is held. */
    private static final Duration[] BUCKETS = LongStream.of(
                    1, 2, 5, 10, 20, 30, 40, 60, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RecentMinutes recent;
    private final Map<String, Counter> outcomes = new ConcurrentHashMap<>();
    private final Map<String, Counter> drops = new ConcurrentHashMap<>();
    private final Timer beaconSeconds = Timer.builder("lethe.beacon")
            .description("From a consented request's headers to its answer")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    private final Timer writeBatchSeconds = Timer.builder("lethe.write.batch")
            .description("One group commit, from sending the statement to knowing that it is durable")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    private final DistributionSummary writeBatchRows = DistributionSummary.builder("lethe.write.batch.rows")
            .description("Rows of one group commit")
            .register(registry);

    /** What became of a beacon. A request whose body is never read counts as one beacon. */
    public enum Outcome {
        STORED,
        DROPPED,
        REJECTED,
        LIMITED,
        UNAVAILABLE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Meters(RecentMinutes recent) {
        this.recent = recent;
        for (Outcome outcome : Outcome.values()) {
            count(outcome, 0);
        }
        Runtime runtime = Runtime.getRuntime();
        gauge("lethe_heap_used_bytes", "Java heap in use", () -> runtime.totalMemory() - runtime.freeMemory());
        gauge("lethe_heap_max_bytes", "The most that the Java heap may grow to", runtime::maxMemory);
    }

    public void count(Outcome outcome, int beacons) {
        recent.add(outcome.label(), beacons);
        outcomes.computeIfAbsent(
                        outcome.label(),
                        label -> Counter.builder("lethe.beacons")
                                .description("Beacons by what became of them")
                                .tag("outcome", label)
                                .register(registry))
                .increment(beacons);
    }

    /** Counts a drop; {@code reason} is one of the closed set of drop reasons. */
    public void countDrop(String reason) {
        count(Outcome.DROPPED, 1);
        recent.add("dropped:" + reason, 1);
        drops.computeIfAbsent(
                        reason,
                        label -> Counter.builder("lethe.beacons.dropped")
                                .description("Beacons that policy refused, by reason; nothing of them was read or kept")
                                .tag("reason", label)
                                .register(registry))
                .increment();
    }

    public void timeBeacon(Duration took) {
        beaconSeconds.record(took);
    }

    public void recordBatch(int rows, Duration took) {
        writeBatchRows.record(rows);
        writeBatchSeconds.record(took);
    }

    /** Registers a value that is asked for at each scrape; {@code name} in Prometheus' spelling, with its unit. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** The text that Prometheus reads. */
    public String scrape() {
        return registry.scrape();
    }
}
