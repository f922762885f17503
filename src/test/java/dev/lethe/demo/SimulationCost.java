package dev.lethe.demo;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What inventing the past of a synthetic site takes. PostgreSQL shares the machine.
 *
 * @param microsOfLethe processor time of this JVM for an event
 * @param microsOfPostgres processor time of the database for an event
 */
public record SimulationCost(
        int threads, long events, long eventsPerSecond, double microsOfLethe, double microsOfPostgres) {

    /** With so many threads, then with one fewer, until one. */
    public static List<SimulationCost> measure(int days, int visitorsPerDay, int mostThreads) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<SimulationCost> costs = new ArrayList<>();
        for (int threads = mostThreads; threads > 0; threads--) {
            try (SimulatedSite site = new SimulatedSite(threads)) {
                long before = system.getProcessCpuTime();
                long serverBefore = serverMillis();
                Simulator.Summary summary = site.run(SimulatedSite.plan(days, visitorsPerDay, threads));
                Duration processor = Duration.ofNanos(system.getProcessCpuTime() - before);
                costs.add(new SimulationCost(
                        threads,
                        summary.events(),
                        summary.eventsPerSecond(),
                        processor.toNanos() / 1_000.0 / summary.events(),
                        (serverMillis() - serverBefore) * 1_000.0 / summary.events()));
            }
        }
        return costs;
    }

    /** Processor time of all connections that have ended, as Linux counts it for the process that made them: in hundredths. */
    private static long serverMillis() {
        try {
            Path server =
                    Path.of("target", "postgres-" + ProcessHandle.current().pid(), "database", "postmaster.pid");
            String statistics = Files.readString(
                    Path.of("/proc", Files.readAllLines(server).getFirst().strip(), "stat"));
            String[] fields =
                    statistics.substring(statistics.lastIndexOf(')') + 2).split(" ");
            return 10 * (Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
