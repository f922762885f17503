package dev.lethe.attack;

import dev.lethe.beacon.BeaconParserFuzz;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.ClickTargets;
import dev.lethe.classify.Languages;
import dev.lethe.classify.Referrers;
import dev.lethe.classify.UrlScrubber;
import dev.lethe.classify.UserAgents;
import dev.lethe.consent.ConsentRequestFuzz;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Everything that reads what a stranger sends, behind one function of bytes: the first byte names the reader, the rest is its input.
 * {@code mvn -Pfuzz test-compile exec:exec@fuzz} lets Jazzer look for inputs that crash it or cost too much; {@link X1FuzzTest} keeps
 * to those in the corpus.
 */
public final class Fuzz {
    /** Processor time, so that a busy machine finds nothing. */
    static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Site SITE = Tokens.site("example.test");
    private static final VisitorTokens TOKENS = tokens();
    private static final UrlScrubber SCRUBBER = new UrlScrubber();
    private static final Referrers REFERRERS = new Referrers();
    private static final ClickTargets TARGETS = new ClickTargets();
    private static final UserAgents AGENTS = new UserAgents();

    private Fuzz() {}

    private static VisitorTokens tokens() {
        try {
            return Tokens.of(Files.createTempDirectory("lethe-fuzz").resolve("keys"), Clock.fixed(NOW, ZoneOffset.UTC));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Jazzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        judge(input, Fuzz::read);
    }

    /**
     * Lets a reader read.
     *
     * @return processor time of its first run in nanoseconds
     * @throws IllegalStateException when the input costs too much
     */
    static long judge(byte[] input, Consumer<byte[]> reader) {
        long nanos = run(input, reader);
        if (nanos > MOST_NANOS) {
            // Once is a collection or a compilation; an expensive input is expensive every time.
            long again = Math.min(run(input, reader), run(input, reader));
            if (again > MOST_NANOS) {
                throw new IllegalStateException(again + " ns for " + input.length + " bytes");
            }
        }
        return nanos;
    }

    /** Processor time in nanoseconds. */
    private static long run(byte[] input, Consumer<byte[]> reader) {
        long started = THREADS.getCurrentThreadCpuTime();
        reader.accept(input);
        return THREADS.getCurrentThreadCpuTime() - started;
    }

    static void read(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
        String text = new String(rest, StandardCharsets.UTF_8);
        switch (input[0]) {
            case 'c' -> ConsentRequestFuzz.isValid(rest);
            case 'u' -> scrub(text);
            case 't' ->
                TOKENS.read(SITE, text, NOW).ifPresent(forged -> {
                    throw new IllegalStateException("a forged token was taken");
                });
            case 'a' -> AGENTS.classify(text);
            case 'r' -> {
                REFERRERS.classify(text, Set.of("www.example.test"), Campaign.NONE);
                Optional<ClickTargets.Target> target = TARGETS.of(text, Set.of("www.example.test"));
                if (target.toString().contains("@")) {
                    throw new IllegalStateException("an address was kept");
                }
            }
            case 'l' -> Languages.primarySubtag(text);
            default -> BeaconParserFuzz.beacons(rest);
        }
    }

    private static void scrub(String url) {
        String path = SCRUBBER.scrub(url).path();
        if (!path.startsWith("/") || path.contains("@") || path.contains("?") || path.indexOf('\0') >= 0) {
            throw new IllegalStateException("not a scrubbed path");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > UrlScrubber.MAX_BYTES) {
            throw new IllegalStateException("too long a path");
        }
        if (!SCRUBBER.scrub(path).path().equals(path)) {
            throw new IllegalStateException("scrubbing twice gives another path");
        }
    }
}
