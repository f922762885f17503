package dev.lethe.classify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The lists that are part of the program, beside the classes of this package. */
final class ResourceLines {

    private ResourceLines() {}

    /** The lines that say something: neither blank nor, as comments are written here, {@code "# …"}. */
    static List<String> read(String name) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InputStream open(String name) {
        InputStream stream = ResourceLines.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IllegalStateException("the program is incomplete: " + name + " is missing");
        }
        return stream;
    }
}
