package dev.lethe.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * From starting the process to its first answer: with nothing there, and with a database from last time; as the service's unit in
 * docs/operations.md starts it, with Java's archive of classes, and without.
 */
final class Starts {
    private static final int NEW = 3;
    private static final int WARM = 5;

    private Starts() {}

    static void measure(Workshop workshop, Findings findings) throws IOException {
        List<String> archive =
                List.of("-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=" + workshop.fresh("classes.jsa"));
        // Java makes the archive when this process ends.
        seconds(workshop.fresh("start-archive"), archive);
        measure(workshop, findings, archive, "");
        measure(workshop, findings, List.of(), ", without the archive of classes");
    }

    private static void measure(Workshop workshop, Findings findings, List<String> java, String how)
            throws IOException {
        List<Double> fresh = new ArrayList<>();
        Path state = workshop.fresh("start");
        for (int i = 0; i < NEW; i++) {
            state = workshop.fresh("start-" + java.size() + "-" + i);
            fresh.add(seconds(state, java));
        }
        // The first start after one of a new database still pays for its first checkpoint; a site's daily restart does
        // not.
        seconds(state, java);
        List<Double> warm = new ArrayList<>();
        for (int i = 0; i < WARM; i++) {
            warm.add(seconds(state, java));
        }
        workshop.say("first answer after %s s with a new database, %s s warm%s", fresh, warm, how);
        findings.atMost("Start to first answer, database from last time" + how, "%.1f s", Median.of(warm), 2);
        findings.atMost("Start to first answer, new database" + how, "%.1f s", Median.of(fresh), 5);
    }

    private static double seconds(Path state, List<String> java) throws IOException {
        try (ServedLethe lethe = ServedLethe.start(state, java)) {
            return lethe.untilFirstAnswer().toMillis() / 1e3;
        }
    }
}
