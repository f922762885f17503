package dev.lethe.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** On what the figures were measured. */
final class Machine {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Machine() {}

    static String description() throws IOException {
        Path target = Path.of("target");
        return String.format(
                Locale.ROOT,
                "%d processors%s, %.0f GB of memory, files on %s, %s %s (%s)",
                SYSTEM.getAvailableProcessors(),
                processor(),
                SYSTEM.getTotalMemorySize() / 1e9,
                Files.getFileStore(target).type(),
                SYSTEM.getName(),
                SYSTEM.getVersion(),
                SYSTEM.getArch());
    }

    private static String processor() throws IOException {
        Path processors = Path.of("/proc/cpuinfo");
        if (!Files.exists(processors)) {
            return "";
        }
        return Files.readAllLines(processors).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> " (" + line.split(":", 2)[1].strip() + ")")
                .findFirst()
                .orElse("");
    }

    static String java() {
        return System.getProperty("java.vm.name") + " " + Runtime.version() + ", " + System.getProperty("java.vendor");
    }

    /** Processes that run or want to, in the mean of the last minute: above the number of processors others take a share. */
    static double load() {
        return SYSTEM.getSystemLoadAverage();
    }
}
