package dev.lethe.statistics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A file of {@code sql/statistics}. Stateless. */
final class SqlFile {
    private SqlFile() {}

    /**
     * Reads a file.
     *
     * @param name such as {@code day.sql}
     * @throws IllegalStateException when it is not in this build
     */
    static String read(String name) {
        try (InputStream sql = SqlFile.class.getResourceAsStream("/sql/statistics/" + name)) {
            if (sql == null) {
                throw new IllegalStateException("sql/statistics/" + name + " is not in this build");
            }
            return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
