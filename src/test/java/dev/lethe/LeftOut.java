package dev.lethe;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/**
 * What a run could not test because this machine lacks something. A developer's run goes on and names it at its end, from {@code
 * target/left-out.txt}; with {@code CI=true} it is a failure, so that nothing is left out unseen.
 */
public final class LeftOut {
    private static final Path LIST = Path.of("target", "left-out.txt");

    private LeftOut() {}

    /** Ends the test that calls it. Lines are written once, whoever needs the same thing. */
    public static void because(String what, String howToGetIt) {
        String line = what + ": " + howToGetIt;
        if ("true".equals(System.getenv("CI"))) {
            fail("Left out: " + line);
        }
        note(line);
        Assumptions.abort(line);
    }

    private static synchronized void note(String line) {
        try {
            Files.createDirectories(LIST.getParent());
            if (!Files.exists(LIST) || !Files.readAllLines(LIST).contains(line)) {
                Files.writeString(LIST, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
