package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.TestDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** R20: half an hour of even load leaves memory and descriptors as they were. {@code mvn verify -Psoak}, {@code -Dlethe.soak.seconds=120}. */
@EnabledIfSystemProperty(named = "lethe.soak.seconds", matches = "[1-9][0-9]*", disabledReason = "mvn verify -Psoak")
class R20SoakIT {
    private static final long SEED = 20;
    private static final int A_SECOND = 300;
    private static final double MOST_MEBIBYTES_A_MINUTE = 1.0;
    private static final int MOST_MORE_DESCRIPTORS = 50;

    /** Shorter, a JVM is still warming up and its slope means nothing. */
    private static final int TELLING_SECONDS = 1_200;

    private record Sample(double minutes, double mebibytes, long descriptors) {}

    @Test
    void memoryAndDescriptorsStayAsTheyAre() throws Exception {
        int seconds = Integer.getInteger("lethe.soak.seconds");
        Path state = TestDirectories.fresh("r20").resolve("state");
        Auditor auditor = new Auditor();
        try (ServeProcess node = ServeProcess.start(state);
                OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), SEED, auditor, A_SECOND, 1)) {
            List<Sample> samples = new ArrayList<>();
            long began = System.nanoTime();
            while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                samples.add(new Sample(
                        (System.nanoTime() - began) / 60e9, residentMebibytes(node.pid()), descriptors(node.pid())));
            }
            load.pause();
            // The first half warms up.
            List<Sample> second = samples.subList(samples.size() / 2, samples.size());
            double slope = slope(second);
            // What connections come and go with is above the least; a leak raises the least as well.
            long more = leastDescriptors(second.subList(second.size() / 2, second.size()))
                    - leastDescriptors(second.subList(0, second.size() / 2));
            assertEquals(0, load.wrong(), load::answers);
            load.stop();
            Auditor.Findings findings = auditor.audit(state);
            System.out.printf(
                    "R20 (seed %d): %d s (in full: 1800, -Psoak) at %d a second: %s; resident %.0f MiB, slope of the"
                            + " second half %.2f MiB/min, descriptors %d (%+d)%n",
                    SEED,
                    seconds,
                    A_SECOND,
                    findings,
                    second.getLast().mebibytes(),
                    slope,
                    second.getLast().descriptors(),
                    more);
            Auditor.assertTrue(findings);
            assertTrue(more <= MOST_MORE_DESCRIPTORS, "descriptors " + more);
            assertTrue(seconds < TELLING_SECONDS || slope <= MOST_MEBIBYTES_A_MINUTE, "slope " + slope);
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(30), node::output);
        }
    }

    private static long leastDescriptors(List<Sample> samples) {
        return samples.stream().mapToLong(Sample::descriptors).min().orElseThrow();
    }

    /** Least squares, in MiB a minute. */
    private static double slope(List<Sample> samples) {
        double x = samples.stream().mapToDouble(Sample::minutes).average().orElseThrow();
        double y = samples.stream().mapToDouble(Sample::mebibytes).average().orElseThrow();
        double xy = samples.stream()
                .mapToDouble(sample -> (sample.minutes() - x) * (sample.mebibytes() - y))
                .sum();
        double xx = samples.stream()
                .mapToDouble(sample -> (sample.minutes() - x) * (sample.minutes() - x))
                .sum();
        return xy / xx;
    }

    private static double residentMebibytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024.0;
    }

    private static long descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.count();
        }
    }
}
