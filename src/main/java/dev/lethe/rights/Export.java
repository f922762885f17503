package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Possession;
import dev.lethe.database.Patience;
import dev.lethe.http.Problem;
import dev.lethe.rights.OwnEvents.OwnEvent;
import dev.lethe.site.Site;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The copy of a visitor's data (GDPR Art. 15 and 20), as JSON with everything Art. 15(1) asks to be told, or as CSV. Goes out page by
 * page and is never in memory as a whole. Thread-safe.
 *
 * <p>Whoever holds no genuine cookie or code gets the answer of a visitor of whom nothing is held, by the same steps: the same queries
 * for an id that nobody has, the same line in the ledger, the same bytes.
 */
final class Export {
    private static final String DESTROYED = "destroyed_before";

    private final OwnEvents events;
    private final RightsLedger ledger;
    private final Texts texts;
    private final Settings settings;
    private final SecureRandom random;

    Export(OwnEvents events, RightsLedger ledger, Texts texts, Settings settings, SecureRandom random) {
        this.events = events;
        this.ledger = ledger;
        this.texts = texts;
        this.settings = settings;
        this.random = random;
    }

    Future<Void> answer(Wish wish) {
        HttpServerRequest request = wish.request();
        String destination = request.getHeader("Sec-Fetch-Dest");
        if (destination != null && !destination.equals("document")) {
            Problem.of(
                            403,
                            "Not for scripts",
                            "A copy of personal data is handed out to a person who opens it, never to a page's script.")
                    .answer(request.response());
            return Future.succeededFuture();
        }
        String word = Optional.ofNullable(wish.fields().get("format"))
                .or(() -> Optional.ofNullable(request.getParam("format")))
                .orElse("json");
        Optional<CopyFormat> format = CopyFormat.ofWord(word);
        if (format.isEmpty()) {
            Problem.badField("format", "The format is 'json' or 'csv'.").answer(request.response());
            return Future.succeededFuture();
        }
        Possession visitor = wish.visitor().orElseGet(() -> ConsentGate.possessionOfNothing(wish.site(), random));
        return Patience.within(Patience.OF_A_VISITOR, ledger.appendAccess(wish.site()))
                .compose(noted -> {
                    HttpServerResponse response = request.response()
                            .putHeader(HttpHeaders.CONTENT_TYPE, format.get().contentType())
                            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                            .putHeader(
                                    "Content-Disposition",
                                    "attachment; filename=\"lethe-"
                                            + wish.site().id() + "." + format.get() + "\"");
                    if (request.method().equals(HttpMethod.HEAD)) {
                        return response.end();
                    }
                    response.setChunked(true);
                    return write(format.get(), visitor, wish.language(), response::write)
                            .compose(written -> response.end());
                });
    }

    /** The whole copy, handed over in pieces: to a browser, or to whoever answers a letter. */
    Future<Void> write(CopyFormat format, Possession visitor, String language, Function<Buffer, Future<Void>> write) {
        return switch (format) {
            case JSON -> json(visitor, visitor.site(), language, write);
            case CSV -> csv(visitor, write);
        };
    }

    private Future<Void> json(Possession visitor, Site site, String language, Function<Buffer, Future<Void>> write) {
        String about = about(site, language).encodePrettily();
        boolean[] first = {true};
        String begin = about.substring(0, about.lastIndexOf('}')).stripTrailing() + ",\n  \"events\": [";
        return write.apply(Buffer.buffer(begin))
                .compose(begun -> events.each(visitor, page -> {
                    Buffer chunk = Buffer.buffer();
                    for (OwnEvent event : page) {
                        chunk.appendString(first[0] ? "\n    " : ",\n    ");
                        first[0] = false;
                        chunk.appendString(new JsonObject(event.fields())
                                .put(DESTROYED, destroyedBefore(event).toString())
                                .encode());
                    }
                    return write.apply(chunk);
                }))
                .compose(written -> write.apply(Buffer.buffer(first[0] ? "]\n}\n" : "\n  ]\n}\n")));
    }

    private Future<Void> csv(Possession visitor, Function<Buffer, Future<Void>> write) {
        List<String> header = new ArrayList<>(OwnEvents.FIELDS);
        header.add(DESTROYED);
        return write.apply(Buffer.buffer(String.join(",", header) + "\r\n"))
                .compose(begun -> events.each(visitor, page -> {
                    StringBuilder chunk = new StringBuilder();
                    for (OwnEvent event : page) {
                        for (String field : OwnEvents.FIELDS) {
                            chunk.append(cell(event.text(field))).append(',');
                        }
                        chunk.append(destroyedBefore(event)).append("\r\n");
                    }
                    return write.apply(Buffer.buffer(chunk.toString()));
                }));
    }

    /** RFC 4180; and what a spreadsheet would take for a formula stays a text. */
    private static String cell(String value) {
        String harmless = value.matches("[=+@\\t\\r-].*") ? "'" + value : value;
        return harmless.matches("(?s).*[\",\\r\\n].*") ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }

    /** The day before which the event is gone everywhere, copies included. */
    private LocalDate destroyedBefore(OwnEvent event) {
        return event.day()
                .plus(settings.retention().raw())
                .minusDays(settings.retention().backupDays());
    }

    /** What goes with the copy: purposes, origin, recipients, periods, rights (Art. 15(1)), and what each field means. */
    private JsonObject about(Site site, String language) {
        JsonObject about = new JsonObject().put("site", site.id().value());
        for (String name : List.of(
                "controller",
                "purposes",
                "legal_basis",
                "origin",
                "recipients",
                "place",
                "retention",
                "rights",
                "authority",
                "decisions")) {
            about.put(name, texts.sentence(language, "export." + name));
        }
        JsonObject periods = new JsonObject()
                .put("raw_events", settings.retention().raw().toString())
                .put("backup_days", settings.retention().backupDays())
                .put("consent", settings.consentValidity().toString())
                .put("cookie", settings.visitorLifetime().toString());
        JsonArray schema = new JsonArray();
        for (Map.Entry<String, String> field : Fields.describe(texts, language).entrySet()) {
            schema.add(new JsonObject()
                    .put("field", field.getKey())
                    .put("type", Fields.type(field.getKey()))
                    .put("meaning", field.getValue()));
        }
        return about.put("periods", periods).put("schema", schema);
    }
}
