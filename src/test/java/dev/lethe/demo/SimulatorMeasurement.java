package dev.lethe.demo;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Figures of this machine, printed and not asserted: how many events a second a simulation stores, and how much processor time of this
 * JVM that takes. PostgreSQL shares the machine. Run by hand: {@code main}, with days and visitors a day.
 */
final class SimulatorMeasurement {
    private SimulatorMeasurement() {}

    public static void main(String[] arguments) {
        int days = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 90;
        int visitors = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        for (int threads = 2; threads > 0; threads--) {
            try (SimulatedSite site = new SimulatedSite(threads)) {
                long before = system.getProcessCpuTime();
                long serverBefore = serverMillis();
                Simulator.Summary summary = site.run(SimulatedSite.plan(days, visitors, threads));
                Duration processor = Duration.ofNanos(system.getProcessCpuTime() - before);
                System.out.printf(
                        "%d threads: %,d events of %,d visitor-days in %d ms: %,d a second; processor time %.1f µs an"
                                + " event in this JVM and %.1f µs in PostgreSQL; load %.1f on %d processors%n",
                        threads,
                        summary.events(),
                        summary.visitorDays(),
                        summary.elapsed().toMillis(),
                        summary.eventsPerSecond(),
                        processor.toNanos() / 1_000.0 / summary.events(),
                        (serverMillis() - serverBefore) * 1_000.0 / summary.events(),
                        system.getSystemLoadAverage(),
                        system.getAvailableProcessors());
                System.out.println(summary);
            }
        }
        System.exit(0);
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
