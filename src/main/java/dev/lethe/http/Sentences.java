package dev.lethe.http;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The sentences of a page or letter in one language, by name. Immutable. */
public final class Sentences {
    private final Properties texts = new Properties();

    /**
     * Reads {@code name_language.properties}, which lies beside the class.
     *
     * @throws IllegalStateException when there is no such file
     */
    public Sentences(Class<?> place, String name, String language) {
        try {
            texts.load(new StringReader(StaticFile.textOf(place, name + "_" + language + ".properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same sentences in each language, by language. */
    public static Map<String, Sentences> inEach(List<String> languages, Class<?> place, String name) {
        return languages.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), language -> new Sentences(place, name, language)));
    }

    /** @throws NullPointerException when there is no sentence of that name */
    public String get(String name) {
        return Objects.requireNonNull(texts.getProperty(name), name);
    }

    public boolean has(String name) {
        return texts.containsKey(name);
    }
}
