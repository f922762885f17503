package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.Signals;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.database.Patience;
import dev.lethe.http.Body;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.Problem;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything under {@code /privacy}: the visitor's page, the notice, objection and withdrawal. Works without a script and without any
 * identifier but the cookie that is there or not. Thread-safe.
 */
public final class PrivacyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PrivacyHandler.class);
    private static final int LIMIT_BYTES = 4_096;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Sites sites;
    private final ConsentGate gate;
    private final VisitorCookies cookies;
    private final Withdrawals withdrawals;
    private final Receipts receipts;
    private final CrossOrigin crossOrigin;
    private final PrivacyPage page;
    private final String base;
    private final Clock clock;

    public PrivacyHandler(
            Sites sites,
            ConsentGate gate,
            VisitorCookies cookies,
            Withdrawals withdrawals,
            Receipts receipts,
            CrossOrigin crossOrigin,
            Notice notice,
            Settings settings,
            Clock clock) {
        this.sites = sites;
        this.gate = gate;
        this.cookies = cookies;
        this.withdrawals = withdrawals;
        this.receipts = receipts;
        this.crossOrigin = crossOrigin;
        this.page = new PrivacyPage(settings, notice, cookies);
        this.base = settings.publicListener().basePath();
        this.clock = clock;
    }

    public void page(HttpServerRequest request) {
        withSite(request, request.getParam("site"), (site, language) -> {
            Signals signals = cookies.read(request, site);
            boolean justDone = request.getParam("done") != null;
            html(request, page.choice(site, language, signals, gate.decide(site, signals, clock.instant()), justDone));
        });
    }

    public void notice(HttpServerRequest request) {
        withSite(request, request.getParam("site"), (site, language) -> html(request, page.notice(site, language)));
    }

    public void style(HttpServerRequest request) {
        PrivacyPage.STYLE.answer(request, 200).onFailure(failure -> LOG.debug("A browser left early"));
    }

    /** Objection (GDPR Art. 21): nothing more is collected, and nobody asks again while it stands. */
    public void optOut(HttpServerRequest request) {
        end(request, Refusal.OBJECTED, Receipts.Choice.OBJECTED);
    }

    /** Withdrawal of consent (GDPR Art. 7(3)). */
    public void withdraw(HttpServerRequest request) {
        end(request, Refusal.REFUSED, Receipts.Choice.WITHDRAWN);
    }

    private void end(HttpServerRequest request, Refusal refusal, Receipts.Choice choice) {
        if (Body.announcesTooMuch(request, LIMIT_BYTES)) {
            Body.refuse(request, LIMIT_BYTES);
            return;
        }
        Body.read(request, LIMIT_BYTES)
                .onSuccess(body -> {
                    Optional<Map<String, String>> form = fields(request, body);
                    if (form.isEmpty()) {
                        Problem.of(
                                        400,
                                        "Not a valid request",
                                        "The body is a form or a JSON object with the field site.")
                                .answer(request.response());
                        return;
                    }
                    Map<String, String> fields = form.get();
                    withSite(request, fields.get("site"), (site, language) -> {
                        if (crossOrigin.isForeign(request, site::hasOrigin)) {
                            Problem.foreignOrigin().answer(request.response());
                        } else {
                            boolean erase = !"false".equals(fields.get("erase"));
                            String lang = fields.getOrDefault("lang", language).equals("fr") ? "fr" : "en";
                            end(request, site, refusal, choice, erase, lang);
                        }
                    });
                })
                .onFailure(failure -> {
                    if (failure instanceof Body.TooLarge) {
                        Problem.tooLarge(LIMIT_BYTES).answer(request.response());
                    } else {
                        unavailable(request, failure);
                    }
                });
    }

    private void end(
            HttpServerRequest request,
            Site site,
            Refusal wanted,
            Receipts.Choice choice,
            boolean erase,
            String language) {
        Instant now = clock.instant();
        Signals signals = cookies.read(request, site);
        Optional<Possession> visitor = gate.possession(site, signals, now);
        boolean firstChoice = visitor.isEmpty() && signals.refusal().isEmpty();
        // An objection is not weakened by a later withdrawal.
        Refusal refusal = signals.refusal().filter(Refusal.OBJECTED::equals).orElse(wanted);
        Future<Void> kept = visitor.map(who -> withdrawals.withdraw(who, erase))
                .orElseGet(Future::succeededFuture)
                .compose(done -> receipts.keepRefusal(
                        request, site, choice, Receipts.Method.PAGE, firstChoice, Optional.empty(), site.dayOf(now)));
        Patience.within(Patience.OF_A_VISITOR, kept)
                .onSuccess(receipt -> {
                    HttpServerResponse response = request.response();
                    cookies.setRefusal(response, site, refusal, site.dayOf(now), now);
                    if (signals.token().isPresent()) {
                        cookies.clearToken(response, site);
                    }
                    answer(request, site, refusal, erase, language);
                })
                .onFailure(failure -> unavailable(request, failure));
    }

    private void answer(HttpServerRequest request, Site site, Refusal refusal, boolean erase, String language) {
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        String accept =
                Optional.ofNullable(request.getHeader(HttpHeaders.ACCEPT)).orElse("");
        if (accept.contains("application/json") && !accept.contains("text/html")) {
            JsonObject body = new JsonObject()
                    .put("choice", "refused")
                    .put("refusal", refusal.value())
                    .put("erased", erase);
            var ignored = response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(body.toBuffer());
        } else {
            var ignored = response.setStatusCode(303)
                    .putHeader(
                            HttpHeaders.LOCATION, base + "/privacy?site=" + site.id() + "&lang=" + language + "&done=1")
                    .end();
        }
    }

    /** A form's fields, or those of a JSON object; empty when the body is neither. */
    private static Optional<Map<String, String>> fields(HttpServerRequest request, Buffer body) {
        String type = Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_TYPE))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        Map<String, String> fields = new HashMap<>();
        try {
            if (type.startsWith("application/json")) {
                new JsonObject(body).forEach(entry -> fields.put(entry.getKey(), String.valueOf(entry.getValue())));
            } else if (type.startsWith("application/x-www-form-urlencoded")) {
                for (String pair : body.toString(StandardCharsets.UTF_8).split("&", -1)) {
                    String[] parts = pair.split("=", 2);
                    fields.put(decode(parts[0]), parts.length == 2 ? decode(parts[1]) : "");
                }
            } else if (body.length() > 0) {
                return Optional.empty();
            }
            return Optional.of(fields);
        } catch (DecodeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The site that was named; when none was and there is only one, that one: nobody should need to know a name to object. */
    private void withSite(HttpServerRequest request, @Nullable String named, BiConsumer<Site, String> then) {
        Future<Optional<Site>> found;
        if (named == null) {
            List<Site> all = sites.list();
            found = Future.succeededFuture(all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty());
        } else {
            found = SiteId.tryParse(named)
                    .map(sites::findFresh)
                    .orElseGet(() -> Future.succeededFuture(Optional.empty()));
        }
        found.onSuccess(site -> site.ifPresentOrElse(
                        known -> then.accept(known, language(request)),
                        () -> Problem.unknownSite().answer(request.response())))
                .onFailure(failure -> unavailable(request, failure));
    }

    /** {@code lang} if given, else the first of the browser's languages that we speak, else English. */
    private static String language(HttpServerRequest request) {
        String wanted = request.getParam("lang");
        if (wanted == null) {
            String header = request.getHeader(HttpHeaders.ACCEPT_LANGUAGE);
            try {
                List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(header == null ? "en" : header);
                wanted = Optional.ofNullable(Locale.lookupTag(ranges, Notice.LANGUAGES))
                        .orElse("en");
            } catch (IllegalArgumentException e) {
                wanted = "en";
            }
        }
        return Notice.LANGUAGES.contains(wanted) ? wanted : "en";
    }

    private static void html(HttpServerRequest request, String html) {
        Buffer body = Buffer.buffer(html);
        HttpServerResponse response = request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        var ignored = request.method().name().equals("HEAD") ? response.end() : response.end(body);
    }

    private static void unavailable(HttpServerRequest request, Throwable failure) {
        if (request.response().closed()) {
            LOG.debug("A browser left before its request was read");
            return;
        }
        LOG.warn("A privacy request could not be served: {}", failure.getClass().getSimpleName());
        Problem.unavailable(RETRY_AFTER).answer(request.response());
    }
}
