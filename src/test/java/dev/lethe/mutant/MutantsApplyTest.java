package dev.lethe.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** So that the mutants do not rot between two runs of {@code mvn -Pmutants}. */
class MutantsApplyTest {

    @ParameterizedTest
    @EnumSource
    void stillFitsTheSourcesAndNamesATest(Mutant mutant) throws IOException, ClassNotFoundException {
        assertNotEquals(Files.readString(mutant.file), mutant.source());
        assertEquals(mutant.test, Class.forName(mutant.test).getName());
    }

    @ParameterizedTest
    @EnumSource
    void isInTheTableAndDidNotSurvive(Mutant mutant) throws IOException {
        String line = Files.readAllLines(Path.of("docs/mutants.md")).stream()
                .filter(each -> each.startsWith("| " + mutant.fault + " |"))
                .findFirst()
                .orElse("");
        assertTrue(
                line.contains("| yes |") || line.contains("| not run yet |"),
                () -> mutant + " is not in docs/mutants.md as noticed: run mvn -Pmutants");
    }
}
