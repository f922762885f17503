package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lethe.Operations.Verdict;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code lethe doctor} sees before there is a database. */
class DoctorTest {
    @TempDir
    private Path directory;

    private List<Operations.Check> examine(String... flags) throws InvalidSettings {
        List<String> all = new ArrayList<>(List.of("--state-dir=" + directory.resolve("state")));
        all.addAll(List.of(flags));
        Settings settings = SettingsLoader.load(
                        new Surroundings(Map.of(), directory, directory, false), Optional.empty(), all)
                .settings();
        return new Doctor(settings, TestClock.now()).examine();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, '',          WARN",
        "127.0.0.1, 10.0.0.0/8,  WARN",
        "127.0.0.1, 127.0.0.1,   OK",
        "127.0.0.1, ::1,         OK",
        "0.0.0.0,   '',          WARN",
        "0.0.0.0,   10.0.0.0/8,  OK",
    })
    void seesAProxyThatNobodyListed(String host, String proxies, Verdict expected) throws InvalidSettings {
        List<Verdict> verdicts = examine(
                        "--public.url=https://www.example.com/lethe",
                        "--public.host=" + host,
                        "--proxies=" + proxies,
                        "--controller.name=Example Ltd",
                        "--controller.contact=privacy@example.com",
                        "--controller.address=1 Example Street",
                        "--hosting.place=Paris, France")
                .stream()
                .filter(check -> check.sentence().contains("prox"))
                .map(Operations.Check::verdict)
                .toList();
        assertEquals(List.of(expected), verdicts);
    }

    @Test
    void makesNoDatabase() throws InvalidSettings {
        List<Operations.Check> checks = examine();
        assertEquals(
                1,
                checks.stream()
                        .filter(check -> check.sentence().contains("no database yet"))
                        .count());
        assertFalse(Files.exists(directory.resolve("state").resolve("database")));
    }
}
