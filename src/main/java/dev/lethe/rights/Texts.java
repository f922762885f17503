package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.SpokenPeriod;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.http.Sentences;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The sentences that visitors read, in every language, their periods and names filled in from the settings in force. Plain text, not
 * HTML. Immutable and thread-safe.
 */
final class Texts {
    private final Settings settings;
    private final Map<String, Sentences> texts = Sentences.inEach(Notice.LANGUAGES, Texts.class, "page");

    Texts(Settings settings) {
        this.settings = settings;
    }

    /**
     * A sentence.
     *
     * @throws NullPointerException when there is no sentence of that name
     */
    String sentence(String language, String name) {
        return pattern(language, name)
                .replace("{lifetime}", SpokenPeriod.of(settings.visitorLifetime(), language))
                .replace("{validity}", SpokenPeriod.of(settings.consentValidity(), language))
                .replace("{retention}", SpokenPeriod.of(settings.retention().raw(), language))
                .replace("{code}", SpokenPeriod.of(VisitorCodes.LIFE, language))
                .replace("{refused}", SpokenPeriod.of(Refusal.REFUSED.life(), language))
                .replace("{objected}", SpokenPeriod.of(Refusal.OBJECTED.life(), language))
                .replace("{backup}", backup(language))
                .replace(
                        "{controller}",
                        settings.controllerName().orElseGet(() -> pattern(language, "controller.unnamed")))
                .replace(
                        "{contact}",
                        settings.controllerContact()
                                .map(text -> " " + text + ".")
                                .orElse(""))
                .replace(
                        "{address}",
                        settings.controllerAddress().map(text -> ", " + text).orElse(""))
                .replace(
                        "{place}",
                        settings.hostingPlace()
                                .map(text -> pattern(language, "place.known").replace("{where}", text))
                                .orElseGet(() -> pattern(language, "place.unknown")));
    }

    /** Whether there is a sentence of that name. */
    boolean has(String name) {
        return Objects.requireNonNull(texts.get("en")).has(name);
    }

    private String backup(String language) {
        int days = settings.retention().backupDays();
        return days == 0 ? "" : " " + pattern(language, "backup.days").replace("{days}", Integer.toString(days));
    }

    private String pattern(String language, String name) {
        return Objects.requireNonNull(texts.get(language)).get(name);
    }

    /** A day in words: {@code 1 May 2027}, {@code 1er mai 2027}. */
    static String date(LocalDate day, String language) {
        boolean french = language.equals("fr");
        String words = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(french ? Locale.FRENCH : Locale.UK)
                .format(day);
        return french && words.startsWith("1 ") ? "1er" + words.substring(1) : words;
    }
}
