package dev.lethe.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the collector's own processor time and allocation go under full load, by the flight recorder of the JDK. */
final class Profile {
    private static final int SECONDS = 10;
    private static final int CONNECTIONS = 64;
    private static final int ROWS = 12;

    private Profile() {}

    static void measure(Workshop workshop, Findings findings) throws Exception {
        String pid = Long.toString(workshop.lethe().pid());
        Path recording = Path.of("target", "bench", "ingestion.jfr").toAbsolutePath();
        workshop.say("profile, into %s", Path.of("target", "bench", "ingestion.jfr"));
        JavaProcess.output(JavaProcess.tool("jcmd"), pid, "JFR.start", "name=bench", "settings=profile");
        workshop.loadLethe(Order.Kind.SINGLE, CONNECTIONS, SECONDS);
        JavaProcess.output(JavaProcess.tool("jcmd"), pid, "JFR.stop", "name=bench", "filename=" + recording);
        findings.table(
                "Hot methods of the collector",
                Findings.text(
                        "Samples of `jfr view hot-methods`, %d s of single beacons at %d connections.",
                        SECONDS, CONNECTIONS),
                List.of("Method", "Samples", "Share"),
                view("hot-methods", recording));
        findings.table(
                "What the collector allocates",
                "`jfr view allocation-by-class` of the same run. A thread's first sample stands for all that it"
                        + " allocated before, so one class may be overrated.",
                List.of("Class", "Share"),
                view("allocation-by-class", recording));
    }

    /** The rows of a view, taken apart where its ruler is. */
    private static List<List<String>> view(String name, Path recording) throws IOException, InterruptedException {
        List<String> lines = JavaProcess.output(
                        JavaProcess.tool("jfr"),
                        "view",
                        "--width",
                        "140",
                        "--truncate",
                        "beginning",
                        name,
                        recording.toString())
                .lines()
                .toList();
        List<List<String>> rows = new ArrayList<>();
        String ruler = "";
        for (String line : lines) {
            if (line.startsWith("---")) {
                ruler = line;
            } else if (!ruler.isEmpty() && !line.isBlank() && rows.size() < ROWS) {
                rows.add(cells(line, ruler));
            }
        }
        return rows;
    }

    private static List<String> cells(String line, String ruler) {
        List<String> cells = new ArrayList<>();
        int from = 0;
        for (String column : ruler.strip().split(" ")) {
            int to = Math.min(line.length(), from + column.length());
            cells.add(from >= line.length() ? "" : line.substring(from, to).strip());
            from += column.length() + 1;
        }
        return cells;
    }
}
