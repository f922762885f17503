package dev.lethe.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From starting the process to its first answer: with nothing there, and with a database from last time. */
final class Starts {
    private static final int NEW = 3;
    private static final int WARM = 5;

    private Starts() {}

    static void measure(Workshop workshop, Findings findings) throws IOException {
        List<Double> fresh = new ArrayList<>();
        Path state = workshop.fresh("start-0");
        for (int i = 0; i < NEW; i++) {
            state = workshop.fresh("start-" + i);
            fresh.add(seconds(state));
        }
        // The first start after one of a new database still pays for its first checkpoint; a site's daily restart does
        // not.
        seconds(state);
        List<Double> warm = new ArrayList<>();
        for (int i = 0; i < WARM; i++) {
            warm.add(seconds(state));
        }
        workshop.say("first answer after %s s with a new database, %s s warm", fresh, warm);
        findings.atMost("Start to first answer, database from last time", "%.1f s", Median.of(warm), 2);
        findings.atMost("Start to first answer, new database", "%.1f s", Median.of(fresh), 5);
    }

    private static double seconds(Path state) throws IOException {
        try (ServedLethe lethe = ServedLethe.start(state)) {
            return lethe.untilFirstAnswer().toMillis() / 1e3;
        }
    }
}
