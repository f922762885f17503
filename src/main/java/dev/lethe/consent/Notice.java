package dev.lethe.consent;

import dev.lethe.config.Settings;
import dev.lethe.http.Sentences;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The short notice that visitors see before they choose, generated from live settings in every language. Immutable; its fingerprint
 * stands in each proof of consent, so that it can be shown later what exactly was agreed to.
 */
public final class Notice {
    /** Languages of everything that a visitor sees; the last is used for all others. */
    public static final List<String> LANGUAGES = List.of("fr", "en");

    private static final List<String> SENTENCES = List.of(
            "title",
            "controller",
            "purpose",
            "how",
            "consequences",
            "withdrawal",
            "accept",
            "refuse",
            "more",
            "change");

    private final int version;
    private final Map<String, Map<String, String>> texts;
    private final String json;
    private final byte[] sha256;

    private Notice(int version, Map<String, Map<String, String>> texts) {
        this.version = version;
        this.texts = texts;
        JsonObject all = new JsonObject().put("version", version);
        texts.forEach((language, sentences) -> all.put(language, new JsonObject(new LinkedHashMap<>(sentences))));
        this.json = all.encode();
        this.sha256 = sha256(json);
    }

    public static Notice from(Settings settings) {
        Map<String, Map<String, String>> texts = new LinkedHashMap<>();
        for (String language : LANGUAGES) {
            Sentences patterns = new Sentences(Notice.class, "notice", language);
            Map<String, String> sentences = new LinkedHashMap<>();
            for (String name : SENTENCES) {
                sentences.put(
                        name,
                        patterns.get(name)
                                .replace("{controller}", controller(settings, patterns))
                                .replace("{validity}", SpokenPeriod.of(settings.consentValidity(), language))
                                .replace("{lifetime}", SpokenPeriod.of(settings.visitorLifetime(), language))
                                .replace("{refused}", SpokenPeriod.of(Refusal.REFUSED.life(), language)));
            }
            texts.put(language, sentences);
        }
        return new Notice(settings.noticeVersion(), texts);
    }

    /** The controller's name, or in its absence a sentence's worth that is at least true. */
    private static String controller(Settings settings, Sentences patterns) {
        return settings.controllerName().orElseGet(() -> patterns.get("controller.unnamed"));
    }

    public int version() {
        return version;
    }

    /** One sentence of the notice; {@code language} is one of {@link #LANGUAGES}. */
    public String sentence(String language, String name) {
        return Objects.requireNonNull(
                Objects.requireNonNull(texts.get(language), language).get(name), name);
    }

    /** The version and all sentences in all languages, as the banner gets them. */
    public String toJson() {
        return json;
    }

    /** SHA-256 of {@link #toJson} in UTF-8. */
    public byte[] sha256() {
        return sha256.clone();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
