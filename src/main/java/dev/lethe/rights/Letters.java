package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.consent.SpokenPeriod;
import dev.lethe.http.Sentences;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text that goes to the requester at each step, in French and English. Every state of a request has one, and each names the
 * remedies and that it costs nothing (GDPR Art. 12(4) and (5)). Immutable and thread-safe.
 */
public final class Letters {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    private final Settings settings;
    private final Map<String, Sentences> texts = Sentences.inEach(Notice.LANGUAGES, Letters.class, "letter");

    public Letters(Settings settings) {
        this.settings = settings;
    }

    /** The letter for where the request stands now, paragraphs parted by an empty line. {@code contact} stands on top of it. */
    public String write(Request request, Optional<String> contact, LocalDate today) {
        String language = request.language();
        Map<String, String> values = values(request);
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add(sender(language));
        contact.ifPresent(paragraphs::add);
        paragraphs.add(date(today, language));
        for (String name : names(request)) {
            String text = fill(text(language, name), values);
            paragraphs.add(name.equals("subject") ? text : capitalised(text));
        }
        paragraphs.add(controller(language));
        return String.join("\n\n", paragraphs) + "\n";
    }

    private static List<String> names(Request request) {
        List<String> names = new ArrayList<>(List.of("subject", "greeting"));
        switch (request.state()) {
            case Request.Open() ->
                names.addAll(request.suspensions().isEmpty() ? List.of("open", "open.code") : List.of("resumed"));
            case Request.Suspended() -> names.addAll(List.of("suspended", "suspended.clock"));
            case Request.Completed completed -> {
                if (completed.outcome() != Outcome.EXECUTED) {
                    names.add(completed.outcome().toString());
                } else {
                    names.add("executed." + request.kind());
                    if (request.kind() == RequestKind.ACCESS) {
                        names.addAll(List.of("executed.access.about", "executed.access.rights"));
                    }
                }
            }
            case Request.Refused refused ->
                names.addAll(List.of("refused", refused.reason().toString()));
        }
        names.addAll(List.of("remedies", "closing"));
        return names;
    }

    private Map<String, String> values(Request request) {
        String language = request.language();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("request", request.id().value());
        values.put("site", request.site().value());
        values.put("kind", text(language, "kind." + request.kind()));
        values.put("received", date(request.received(), language));
        values.put("page", settings.publicListener().url() + "/privacy?site=" + request.site() + "&lang=" + language);
        values.put("retention", SpokenPeriod.of(settings.retention().raw(), language));
        values.put("backup", backup(language));
        request.due().ifPresent(due -> values.put("due", date(due, language)));
        if (!request.suspensions().isEmpty()) {
            values.put("suspended", date(request.suspensions().getLast().from(), language));
        }
        switch (request.state()) {
            case Request.Open() -> {}
            case Request.Suspended() -> {}
            case Request.Completed completed -> values.put("closed", date(completed.on(), language));
            case Request.Refused refused -> {
                values.put("closed", date(refused.on(), language));
                refused.earlier().ifPresent(earlier -> values.put("earlier", earlier.value()));
            }
        }
        return values;
    }

    /** What was taken away may stand in copies for a while. */
    private String backup(String language) {
        int days = settings.retention().backupDays();
        return days == 0 ? "" : " " + text(language, "backup.days").replace("{days}", Integer.toString(days));
    }

    private String sender(String language) {
        List<String> lines = new ArrayList<>(List.of(controller(language)));
        settings.controllerAddress().ifPresent(lines::add);
        settings.controllerContact().ifPresent(lines::add);
        return String.join("\n", lines);
    }

    private String controller(String language) {
        return settings.controllerName().orElseGet(() -> text(language, "controller.unnamed"));
    }

    private String text(String language, String name) {
        return Objects.requireNonNull(texts.get(language), language).get(name);
    }

    /** A placeholder that the request gives no value for is a mistake in the texts, not something to send. */
    private static String fill(String text, Map<String, String> values) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(Objects.requireNonNull(
                        values.get(found.group(1)), () -> "the letter has no " + found.group())));
    }

    /** After the greeting's comma French and English go on in small letters; as paragraphs of their own they begin with a large one. */
    private static String capitalised(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static String date(LocalDate day, String language) {
        return Texts.date(day, language);
    }
}
