package dev.lethe.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Fresh directories inside the checkout, which tests may fill and leave: they go with the JVM. Thread-safe. */
public final class TestDirectories {
    private static final Set<Path> MADE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(TestDirectories::deleteAll, "delete test directories"));
    }

    private TestDirectories() {}

    /** Under {@code target/}, with mode 0700. */
    public static Path fresh(String name) {
        try {
            Path made = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "directories").toAbsolutePath()), name + "-");
            MADE.add(made);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteAll() {
        for (Path made : MADE) {
            try {
                PostgresPrograms.deleteTree(made);
            } catch (IOException leftForTheNextClean) {
                System.err.println("not deleted: " + made);
            }
        }
    }
}
