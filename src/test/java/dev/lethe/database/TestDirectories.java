package dev.lethe.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fresh directories inside the checkout, which tests may fill and leave. Stateless. */
public final class TestDirectories {
    private TestDirectories() {}

    /** Under {@code target/}, with mode 0700. */
    public static Path fresh(String name) {
        try {
            return Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "directories").toAbsolutePath()), name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
