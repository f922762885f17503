package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X1: no input makes the readers of beacons, consent, addresses, tokens and user agents fail, or costs more than 50 ms of a processor:
 * all that fuzzing ever kept, and mutations of it.
 */
@Timeout(120)
class X1FuzzTest {
    private static final Path CORPUS = Path.of("src", "test", "resources", "dev", "lethe", "attack", "fuzz");
    private static final int MUTATIONS = Wire.tries(200_000);
    private static final int LONGEST = 16 * 1024;

    private static List<byte[]> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            List<byte[]> all = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
            return all;
        }
    }

    @Test
    void theCorpusIsReadInTime() throws IOException {
        List<byte[]> corpus = corpus();
        assertTrue(corpus.size() >= 30, corpus.size() + " inputs");
        corpus.forEach(Fuzz::fuzzerTestOneInput);
    }

    @Test
    void mutationsOfTheCorpusAreReadInTime() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> corpus = corpus();
        List<String> found = new ArrayList<>();
        long slowest = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = mutated(corpus, random);
            try {
                slowest = Math.max(slowest, Fuzz.judge(input, Fuzz::read));
            } catch (RuntimeException | StackOverflowError e) {
                found.add(e + " " + HexFormat.of().formatHex(input));
            }
        }
        System.out.printf("X1: %d mutations, seed %d, slowest first run %d us%n", MUTATIONS, seed, slowest / 1_000);
        assertEquals(List.of(), found);
    }

    /** One to eight changes: a byte, a piece gone, doubled many times, moved, or taken from another input. */
    private static byte[] mutated(List<byte[]> corpus, Random random) {
        byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
        for (int change = 1 + random.nextInt(8); change > 0; change--) {
            int at = 1 + random.nextInt(Math.max(1, input.length - 1));
            at = Math.min(at, input.length);
            int end = Math.min(input.length, at + 1 + random.nextInt(24));
            ByteArrayOutputStream next = new ByteArrayOutputStream();
            next.write(input, 0, at);
            switch (random.nextInt(5)) {
                case 0 -> {
                    next.write(random.nextInt(256));
                    next.write(input, Math.min(input.length, at + 1), input.length - Math.min(input.length, at + 1));
                }
                case 1 -> next.write(input, end, input.length - end);
                case 2 -> {
                    int times = 1 << random.nextInt(10);
                    for (int i = 0; i < times && next.size() < LONGEST; i++) {
                        next.write(input, at, end - at);
                    }
                    next.write(input, at, input.length - at);
                }
                case 3 -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int from = random.nextInt(Math.max(1, other.length));
                    int length = Math.min(other.length - from, 1 + random.nextInt(64));
                    next.write(other, from, length);
                    next.write(input, at, input.length - at);
                }
                default -> {
                    next.write(input, end, input.length - end);
                    next.write(input, at, end - at);
                }
            }
            input = next.size() > LONGEST ? java.util.Arrays.copyOf(next.toByteArray(), LONGEST) : next.toByteArray();
        }
        return input;
    }

    /** The control: an input that costs too much is noticed. */
    @Test
    void noticesAnInputThatCostsTooMuch() {
        byte[] slow = new byte[LONGEST];
        IllegalStateException noticed =
                assertThrows(IllegalStateException.class, () -> Fuzz.judge(slow, X1FuzzTest::fourMicrosecondsAByte));
        assertTrue(noticed.getMessage().contains("for " + LONGEST + " bytes"), noticed::getMessage);
        assertTrue(Fuzz.judge(new byte[16], X1FuzzTest::fourMicrosecondsAByte) > 0);
    }

    /** A reader that spends 65 ms of a processor on the longest input, however fast the processor is. */
    private static void fourMicrosecondsAByte(byte[] input) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long end = threads.getCurrentThreadCpuTime() + input.length * 4_000L;
        while (threads.getCurrentThreadCpuTime() < end) {
            Thread.onSpinWait();
        }
    }
}
