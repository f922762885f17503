package dev.lethe.retention;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of {@code docs/promises.md}, which is part of every build. Stateless. */
public final class Promises {
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");

    private Promises() {}

    /**
     * One line.
     *
     * @param number {@code S1}
     * @param keptBy classes
     * @param provedBy tests
     * @param isComplete false where the document itself says that something is not there yet
     */
    public record Promise(
            String number, String sentence, List<String> keptBy, List<String> provedBy, boolean isComplete) {}

    /** In the document's order. */
    public static List<Promise> all() {
        try (InputStream in =
                Objects.requireNonNull(Promises.class.getResourceAsStream("promises.md"), "promises.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("| S"))
                    .map(line -> line.split("\\|"))
                    .map(cells -> new Promise(
                            cells[1].strip(),
                            cells[2].strip(),
                            names(cells[3]),
                            names(cells[4]),
                            !cells[3].contains("not yet") && !cells[4].contains("not yet")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(String cell) {
        Matcher names = NAME.matcher(cell);
        return names.results().map((MatchResult name) -> name.group(1)).toList();
    }
}
