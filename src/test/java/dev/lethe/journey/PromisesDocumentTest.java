package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/promises.md} says where each promise is kept and what proves it; this keeps it true. */
class PromisesDocumentTest {
    private static final Path DOCUMENT = Path.of("docs", "promises.md");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
    private static final Pattern NAMED_AFTER_A_PROMISE = Pattern.compile("(S\\d+)[A-Z]\\w*(?:Test|IT)");
    private static final int PROMISES = 36;

    /** One line of the table. */
    private record Promise(String number, String keptBy, String provedBy) {}

    private static List<Promise> promises() throws IOException {
        return Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| S"))
                .map(line -> line.split("\\|"))
                .map(cells -> new Promise(cells[1].strip(), cells[3].strip(), cells[4].strip()))
                .toList();
    }

    private static Set<String> classes(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> names(String cell) {
        return NAME.matcher(cell)
                .results()
                .map((MatchResult name) -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyPromiseHasItsLine() throws IOException {
        assertEquals(
                IntStream.rangeClosed(1, PROMISES)
                        .mapToObj(number -> "S" + number)
                        .toList(),
                promises().stream().map(Promise::number).toList());
    }

    @Test
    void everyClassAndTestThatIsNamedExists() throws IOException {
        Set<String> main = classes(Path.of("src", "main", "java"));
        Set<String> tests = classes(Path.of("src", "test", "java"));
        for (Promise promise : promises()) {
            Set<String> missing = names(promise.keptBy());
            missing.removeAll(main);
            assertEquals(Set.of(), missing, promise.number() + " is kept by a class that does not exist");
            Set<String> untested = names(promise.provedBy());
            untested.removeAll(tests);
            assertEquals(Set.of(), untested, promise.number() + " is proved by a test that does not exist");
        }
    }

    @Test
    void whatIsNotThereIsSaid() throws IOException {
        for (Promise promise : promises()) {
            for (String cell : List.of(promise.keptBy(), promise.provedBy())) {
                assertTrue(!names(cell).isEmpty() || cell.contains("not yet"), promise::number);
            }
        }
    }

    @Test
    void everyTestThatIsNamedAfterAPromiseStandsInItsLine() throws IOException {
        Set<String> tests = classes(Path.of("src", "test", "java"));
        List<Promise> promises = promises();
        for (String test : tests) {
            Matcher named = NAMED_AFTER_A_PROMISE.matcher(test);
            if (named.matches()) {
                assertTrue(
                        promises.stream()
                                .anyMatch(promise -> promise.number().equals(named.group(1))
                                        && names(promise.provedBy()).contains(test)),
                        () -> test + " is missing in the line of " + named.group(1) + " in " + DOCUMENT);
            }
        }
    }
}
