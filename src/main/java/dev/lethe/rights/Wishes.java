package dev.lethe.rights;

import dev.lethe.config.AddressRange;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Signals;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.http.Body;
import dev.lethe.http.ClientAddress;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.Problem;
import dev.lethe.http.RateLimits;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a {@link Wish} of a request, or answers what is wrong with it: the site, the form, where it comes from, how often. Thread-safe.
 */
final class Wishes {
    private static final Logger LOG = LoggerFactory.getLogger(Wishes.class);
    private static final int LIMIT_BYTES = 4_096;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Sites sites;
    private final ConsentGate gate;
    private final VisitorCookies cookies;
    private final VisitorCodes codes;
    private final Tags tags;
    private final CrossOrigin crossOrigin;
    private final RateLimits limits;
    private final List<AddressRange> proxies;
    private final Clock clock;

    Wishes(
            Sites sites,
            ConsentGate gate,
            VisitorCookies cookies,
            VisitorCodes codes,
            Tags tags,
            CrossOrigin crossOrigin,
            RateLimits limits,
            List<AddressRange> proxies,
            Clock clock) {
        this.sites = sites;
        this.gate = gate;
        this.cookies = cookies;
        this.codes = codes;
        this.tags = tags;
        this.crossOrigin = crossOrigin;
        this.limits = limits;
        this.proxies = proxies;
        this.clock = clock;
    }

    /** Somebody reads: the site stands in the query, and nothing changes. */
    void read(HttpServerRequest request, Function<Wish, Future<Void>> then) {
        withSite(request, request.getParam("site"), site -> then.apply(wish(request, site, Map.of())));
    }

    /** Somebody sends a form: from a page of the site or the collector, or from no browser. */
    void post(HttpServerRequest request, Function<Wish, Future<Void>> then) {
        if (Body.announcesTooMuch(request, LIMIT_BYTES)) {
            Body.refuse(request, LIMIT_BYTES);
            return;
        }
        Body.read(request, LIMIT_BYTES)
                .onSuccess(body -> {
                    Optional<Map<String, String>> fields = fields(request, body);
                    if (fields.isEmpty()) {
                        Problem.of(
                                        400,
                                        "Not a valid request",
                                        "The body is a form or a JSON object with the field site.")
                                .answer(request.response());
                        return;
                    }
                    withSite(request, fields.get().get("site"), site -> {
                        if (crossOrigin.isForeign(request, site::hasOrigin)) {
                            Problem.foreignOrigin().answer(request.response());
                            return Future.succeededFuture();
                        }
                        return then.apply(wish(request, site, fields.get()));
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

    /**
     * Takes one exercise of a right from this visitor's share, or for whoever proved nothing from the network's; answers when it is used
     * up. The first request of a visitor always passes.
     */
    boolean mayGoOn(Wish wish) {
        Optional<Duration> wait = limits.takeRight(
                wish.visitor().map(who -> tags.tag(who.site(), who.visitor())),
                ClientAddress.of(wish.request(), proxies));
        wait.ifPresent(time -> Problem.tooMany(time).answer(wish.request().response()));
        return wait.isEmpty();
    }

    /** Takes one look at her own events from a visitor's share; answers when it is used up. Whoever proved nothing looks at nothing. */
    boolean mayRead(Wish wish) {
        Optional<Duration> wait = wish.visitor()
                .flatMap(who -> limits.takeReading(
                        tags.tag(who.site(), who.visitor()), ClientAddress.of(wish.request(), proxies)));
        wait.ifPresent(time -> Problem.tooMany(time).answer(wish.request().response()));
        return wait.isEmpty();
    }

    private Wish wish(HttpServerRequest request, Site site, Map<String, String> fields) {
        Instant now = clock.instant();
        Signals signals = cookies.read(request, site);
        String code = fields.getOrDefault("code", "");
        Optional<Possession> visitor =
                code.isBlank() ? gate.possession(site, signals, now) : codes.read(site, code, now);
        String language = fields.getOrDefault("lang", language(request));
        return new Wish(
                request,
                site,
                Notice.LANGUAGES.contains(language) ? language : "en",
                fields,
                signals,
                visitor,
                !code.isBlank(),
                now);
    }

    /** The site that was named; when none was and there is only one, that one: nobody should need to know a name to object. */
    private void withSite(HttpServerRequest request, @Nullable String named, Function<Site, Future<Void>> then) {
        Future<Optional<Site>> found;
        if (named == null) {
            List<Site> all = sites.list();
            found = Future.succeededFuture(all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty());
        } else {
            found = SiteId.tryParse(named)
                    .map(sites::findFresh)
                    .orElseGet(() -> Future.succeededFuture(Optional.empty()));
        }
        found.compose(site -> {
                    if (site.isEmpty()) {
                        Problem.unknownSite().answer(request.response());
                        return Future.succeededFuture();
                    }
                    return then.apply(site.get());
                })
                .onFailure(failure -> unavailable(request, failure));
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

    /** {@code lang} if given, else the first of the browser's languages that we speak, else English. */
    private static String language(HttpServerRequest request) {
        String wanted = request.getParam("lang");
        if (wanted != null) {
            return wanted;
        }
        String header = request.getHeader(HttpHeaders.ACCEPT_LANGUAGE);
        try {
            List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(header == null ? "en" : header);
            return Optional.ofNullable(Locale.lookupTag(ranges, Notice.LANGUAGES))
                    .orElse("en");
        } catch (IllegalArgumentException e) {
            return "en";
        }
    }

    /** After the head has gone out nothing can be said any more but that the rest is missing: the connection breaks. */
    static void unavailable(HttpServerRequest request, Throwable failure) {
        if (request.response().closed()) {
            LOG.debug("A browser left before it was answered");
            return;
        }
        LOG.warn("A privacy request could not be served: {}", failure.getClass().getSimpleName());
        if (request.response().headWritten()) {
            var ignored = request.connection().close();
        } else {
            Problem.unavailable(RETRY_AFTER).answer(request.response());
        }
    }
}
