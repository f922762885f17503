package dev.lethe.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * {@code mvn -Pbench verify}: measures the parts one after the other on this machine, prints one table, and writes docs/performance.md
 * when all of them ran. {@code -Dlethe.bench=ingestion,starts} measures some; {@code -Dlethe.full=true} goes to 10⁷ rows a day.
 */
final class Bench {
    private Bench() {}

    /** Measures something and adds what it found. */
    private interface Measuring {
        void measure(Workshop workshop, Findings findings) throws Exception;
    }

    /** In this order: what needs a quiet disk first, what fills the database before what empties it. */
    private enum Part {
        STARTS(Starts::measure, false),
        INGESTION(Ingestion::measure, true),
        LATENCY(Latency::measure, true),
        BATCHES(Batches::measure, true),
        RETENTION(Drops::measure, true),
        PUBLISHING(Publishing::measure, false),
        ACCESS(Access::measure, false),
        VIEWS(Views::measure, false),
        DEMO(Invention::measure, false),
        PATH(BeaconPath::measure, false);

        private final Measuring measuring;
        /** Whether it sends beacons to the Lethe that the parts share; the others want the machine for themselves. */
        private final boolean sendsBeacons;

        Part(Measuring measuring, boolean sendsBeacons) {
            this.measuring = measuring;
            this.sendsBeacons = sendsBeacons;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static void main(String[] arguments) {
        // What nodes and databases say of their starts and ends would stand between the figures.
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        int code = 1;
        try {
            measure(System.getProperty("lethe.bench", "all"));
            code = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        // Whatever threads a part that failed has left.
        System.exit(code);
    }

    private static void measure(String wanted) throws Exception {
        Set<Part> parts = parts(wanted);
        double loadBefore = Machine.load();
        Findings findings = new Findings();
        try (Workshop workshop = new Workshop()) {
            for (Part part : parts) {
                workshop.say("%s", part.word());
                if (!part.sendsBeacons) {
                    workshop.stopServing();
                }
                part.measuring.measure(workshop, findings);
            }
            workshop.say("ending");
        }
        PerformancePage page = new PerformancePage(setting(wanted, loadBefore), findings);
        page.print();
        if (parts.size() == Part.values().length) {
            page.write();
        } else {
            page.writeAside();
        }
    }

    private static Set<Part> parts(String wanted) {
        if (wanted.equals("all")) {
            return EnumSet.allOf(Part.class);
        }
        Set<Part> parts = EnumSet.noneOf(Part.class);
        for (String word : wanted.split(",")) {
            parts.add(Arrays.stream(Part.values())
                    .filter(part -> part.word().equals(word.strip()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("-Dlethe.bench takes "
                            + Arrays.stream(Part.values()).map(Part::word).collect(Collectors.joining(", ")))));
        }
        return parts;
    }

    private static List<String> setting(String wanted, double loadBefore) throws IOException {
        List<String> lines = new ArrayList<>();
        String command = "mvn -Pbench verify"
                + (wanted.equals("all") ? "" : " -Dlethe.bench=" + wanted)
                + (isFull() ? " -Dlethe.full=true" : "");
        lines.add("Command: `" + command + "`, " + LocalDate.now(ZoneOffset.UTC));
        lines.add("Machine: " + Machine.description());
        lines.add("Java: " + Machine.java());
        lines.add(Findings.text(
                "Load of the machine before it began: %.1f%s",
                loadBefore,
                loadBefore < 1
                        ? ""
                        : "; others were using it, which lengthens times, and leaves ratios of one run comparable"));
        return lines;
    }

    static boolean isFull() {
        return Boolean.getBoolean("lethe.full");
    }
}
