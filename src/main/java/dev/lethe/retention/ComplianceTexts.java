package dev.lethe.retention;

import dev.lethe.http.Sentences;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of the compliance report in one language. Immutable. */
public final class ComplianceTexts {
    /** The last is used where none is asked for. */
    public static final List<String> LANGUAGES = List.of("fr", "en");

    /** Rows of the record of processing, and of the impact assessment. */
    public static final List<String> RECORD = List.of(
            "controller", "purposes", "basis", "subjects", "data", "recipients", "transfers", "periods", "security");

    public static final List<String> ASSESSMENT = List.of(
            "context", "need", "proportion", "quality", "rights", "access", "change", "loss", "published", "residual");

    private static final Pattern FIGURE = Pattern.compile("\\{([a-z0-9_]+)\\}");

    private final Sentences texts;

    /** @throws IllegalArgumentException for another language */
    public ComplianceTexts(String language) {
        if (!LANGUAGES.contains(language)) {
            throw new IllegalArgumentException("'" + language + "' is not one of fr, en");
        }
        texts = new Sentences(ComplianceTexts.class, "compliance", language);
    }

    public String text(String key) {
        return texts.get(key);
    }

    /** With figures in the places of their names; a figure may be a word of this language, as {@code %never}. */
    public String text(String key, Map<String, String> figures) {
        Matcher figure = FIGURE.matcher(text(key));
        StringBuilder filled = new StringBuilder();
        while (figure.find()) {
            String value = Objects.requireNonNull(figures.get(figure.group(1)), figure.group(1));
            figure.appendReplacement(filled, Matcher.quoteReplacement(word(value, figures)));
        }
        return figure.appendTail(filled).toString();
    }

    private String word(String value, Map<String, String> figures) {
        return value.startsWith("%") ? text(value.substring(1), figures) : value;
    }
}
