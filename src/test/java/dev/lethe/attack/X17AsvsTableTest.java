package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** X17: the table of {@code docs/security.md} has every requirement of ASVS 5.0 at levels 1 and 2, and names only tests that exist. */
class X17AsvsTableTest {
    private static final Path DOCUMENT = Path.of("docs", "security.md");
    private static final Path REQUIREMENTS =
            Path.of("src", "test", "resources", "dev", "lethe", "attack", "asvs-5.0-level-2.txt");
    private static final int ASVS_5_0_0 = 253;
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
    private static final Pattern STANDING = Pattern.compile("(met|does not apply|open): \\S.*");

    private static List<String[]> table() throws IOException {
        return Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| V"))
                .map(line -> line.split("\\|"))
                .toList();
    }

    private static Set<String> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "java"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<String> names(String text) {
        return NAME.matcher(text).results().map(name -> name.group(1)).toList();
    }

    @Test
    void everyRequirementHasItsLine() throws IOException {
        List<String> required = Files.readAllLines(REQUIREMENTS).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertEquals(ASVS_5_0_0, required.size());
        assertEquals(
                required,
                table().stream()
                        .map(cells -> cells[1].strip() + " " + cells[2].strip())
                        .toList());
    }

    @Test
    void everyLineSaysHowItStands() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String[] cells : table()) {
            String standing = cells[4].strip();
            boolean proved = !standing.startsWith("met") || !names(standing).isEmpty();
            if (!STANDING.matcher(standing).matches() || !proved || cells[3].isBlank()) {
                wrong.add(cells[1].strip() + ": " + standing);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Set<String> named = new TreeSet<>(names(Files.readString(DOCUMENT)));
        assertFalse(named.isEmpty());
        named.removeAll(tests());
        assertEquals(Set.of(), named, "named, and not there");
    }

    /** Every attack on security stands in the threats or in the table. */
    @Test
    void everyAttackIsNamed() throws IOException {
        String document = Files.readString(DOCUMENT);
        List<String> missing = tests().stream()
                .filter(name -> name.matches("X\\d+\\w+(Test|IT)"))
                .filter(name -> !document.contains("`" + name + "`"))
                .toList();
        assertEquals(List.of(), missing);
        assertTrue(document.contains("ASVS"));
    }
}
