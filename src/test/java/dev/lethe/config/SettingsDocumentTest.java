package dev.lethe.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} is made of {@link SettingKey}. */
class SettingsDocumentTest {
    private static final Path DOCUMENT = Path.of("docs/settings.md");

    @Test
    void documentIsCurrent() throws IOException {
        if (Boolean.getBoolean("lethe.write-docs")) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, document());
        }
        assertEquals(
                document(),
                Files.readString(DOCUMENT),
                "run 'mvn -q test -Dtest=SettingsDocumentTest -Dlethe.write-docs=true'");
    }

    private static String document() {
        return """
                # Settings

                Made from `SettingKey`: change it there, then run
                `mvn -q test -Dtest=SettingsDocumentTest -Dlethe.write-docs=true`.

                Each setting may be given in `lethe.yaml` (nested or with dots), as an environment variable, or as a flag
                `--<key>=<value>` before or after the command; the later of these wins. `lethe.yaml` is the file that
                `--config FILE` names, else the working directory's, else the state directory's. A secret may also stand in
                a file that the variable with `_FILE` at its end names. An empty value is the default; an empty environment
                variable counts as not set.

                An unknown key stops the start. All problems are reported together, each with the place it came from;
                `lethe config` shows what is in force.

                | Key, environment variable | Default | Meaning |
                |---|---|---|
                """
                + Arrays.stream(SettingKey.values())
                        .map(SettingsDocumentTest::row)
                        .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String row(SettingKey key) {
        String names = "`" + key.key() + "` `" + key.environmentName() + "`"
                + key.environmentFileName().map(name -> " `" + name + "`").orElse("");
        String description = key.description() + (key.isSecret() ? " Secret: never printed." : "");
        return "| " + names + " | " + (key.defaultText().isEmpty() ? "none" : key.defaultText()) + " | " + description
                + " |";
    }
}
