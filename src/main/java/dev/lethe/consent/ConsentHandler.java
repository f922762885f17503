package dev.lethe.consent;

import dev.lethe.config.AddressRange;
import dev.lethe.database.Patience;
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
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET} and {@code POST /api/consent}: tells a page what its visitor chose, and takes a choice. Thread-safe. */
public final class ConsentHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ConsentHandler.class);
    /** A consent tool's clock may be a little ahead of ours. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    /** How old an act may be that a consent tool reports as the person's latest word. */
    private static final Duration FRESH_ACT = Duration.ofMinutes(10);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Sites sites;
    private final ConsentGate gate;
    private final VisitorTokens tokens;
    private final VisitorCookies cookies;
    private final Tags tags;
    private final Receipts receipts;
    private final Erasure erasure;
    private final CrossOrigin crossOrigin;
    private final RateLimits limits;
    private final List<AddressRange> proxies;
    private final Rules rules;
    private final BooleanSupplier clockIsTrusted;
    private final Clock clock;
    private final SecureRandom random;
    private final byte[] tracker;

    /** What the operator's settings say about consent. */
    public record Rules(int noticeVersion, Period validity, Period visitorLifetime) {}

    /**
     * Makes the one of a process.
     *
     * @param clockIsTrusted false while what is dated now may be dated wrongly
     * @param trackerSha256 the tracker that this node serves: the collecting script, unless the page says another
     */
    public ConsentHandler(
            Sites sites,
            ConsentGate gate,
            VisitorTokens tokens,
            VisitorCookies cookies,
            Tags tags,
            Receipts receipts,
            Erasure erasure,
            CrossOrigin crossOrigin,
            RateLimits limits,
            List<AddressRange> proxies,
            Rules rules,
            BooleanSupplier clockIsTrusted,
            Clock clock,
            SecureRandom random,
            byte[] trackerSha256) {
        this.sites = sites;
        this.gate = gate;
        this.tokens = tokens;
        this.cookies = cookies;
        this.tags = tags;
        this.receipts = receipts;
        this.erasure = erasure;
        this.crossOrigin = crossOrigin;
        this.limits = limits;
        this.proxies = proxies;
        this.rules = rules;
        this.clockIsTrusted = clockIsTrusted;
        this.clock = clock;
        this.random = random;
        this.tracker = trackerSha256.clone();
    }

    /** The look-up of the choice. Sets nothing. */
    public void get(HttpServerRequest request) {
        Optional<SiteId> named = Optional.ofNullable(request.getParam("site")).flatMap(SiteId::tryParse);
        if (named.isEmpty()) {
            Problem.unknownSite().answer(request.response());
            return;
        }
        sites.findFresh(named.get())
                .onSuccess(found -> found.ifPresentOrElse(
                        site -> answerChoice(request, site),
                        () -> Problem.unknownSite().answer(request.response())))
                .onFailure(failure -> unavailable(request, failure));
    }

    private void answerChoice(HttpServerRequest request, Site site) {
        crossOrigin.exposeTo(request, site::hasOrigin);
        if (CrossOrigin.isNavigation(request) || crossOrigin.isForeign(request, site::hasOrigin)) {
            Problem.foreignOrigin().answer(request.response());
            return;
        }
        Instant now = clock.instant();
        Signals signals = cookies.read(request, site);
        JsonObject answer = switch (gate.decide(site, signals, now)) {
            case Granted granted ->
                choice("granted")
                        .put(
                                "expires_on",
                                granted.token()
                                        .expiresOn(rules.validity(), rules.visitorLifetime())
                                        .toString());
            case ConsentGate.Dropped dropped ->
                choice(
                                switch (dropped.reason()) {
                                    case OPTED_OUT, GPC -> "refused";
                                    // Restriction does not undo consent; it only stops the use of what is held.
                                    case RESTRICTED -> "granted";
                                    case UNKNOWN_SITE,
                                            FOREIGN_ORIGIN,
                                            NO_CONSENT,
                                            CONSENT_EXPIRED,
                                            NOTICE_OUTDATED,
                                            BOT -> "unset";
                                })
                        .putNull("expires_on");
        };
        json(request.response(), answer);
    }

    private JsonObject choice(String choice) {
        return new JsonObject().put("choice", choice).put("notice", rules.noticeVersion());
    }

    /** Takes a choice: a grant, a refusal, or a refusal after a grant, which is the withdrawal. */
    public void post(HttpServerRequest request) {
        if (Body.announcesTooMuch(request, ConsentRequest.LIMIT_BYTES)) {
            Body.refuse(request, ConsentRequest.LIMIT_BYTES);
            return;
        }
        Body.read(request, ConsentRequest.LIMIT_BYTES)
                .compose(body -> {
                    ConsentRequest wanted;
                    try {
                        wanted = ConsentRequest.parse(body.getBytes());
                    } catch (ConsentRequest.Invalid invalid) {
                        crossOrigin.exposeTo(request, sites::isAnyonesOrigin);
                        invalid.problem().answer(request.response());
                        return Future.succeededFuture();
                    }
                    return sites.findFresh(wanted.site())
                            .compose(site -> site.isPresent()
                                    ? take(request, site.get(), wanted)
                                    : refuse(request, Problem.unknownSite()));
                })
                .onFailure(failure -> {
                    if (failure instanceof Body.TooLarge) {
                        Problem.tooLarge(ConsentRequest.LIMIT_BYTES).answer(request.response());
                    } else {
                        unavailable(request, failure);
                    }
                });
    }

    private Future<Void> take(HttpServerRequest request, Site site, ConsentRequest wanted) {
        crossOrigin.exposeTo(request, site::hasOrigin);
        if (CrossOrigin.isNavigation(request) || crossOrigin.isForeign(request, site::hasOrigin)) {
            return refuse(request, Problem.foreignOrigin());
        }
        Instant now = clock.instant();
        // A consent dated ahead would live longer than it may. A refusal needs no date.
        if ((wanted.granted() || wanted.at().isPresent()) && !clockIsTrusted.getAsBoolean()) {
            return refuse(request, Problem.unavailable(RETRY_AFTER));
        }
        Instant at = wanted.at().orElse(now);
        if (at.isAfter(now.plus(CLOCK_TOLERANCE))) {
            return refuse(request, Problem.badField("at", "The choice cannot lie in the future."));
        }
        if (at.isBefore(Instant.EPOCH)) {
            return refuse(request, Problem.badField("at", "The choice cannot be older than the web."));
        }
        LocalDate decidedOn = site.dayOf(at.isAfter(now) ? now : at);
        if (wanted.granted() && !site.dayOf(now).isBefore(decidedOn.plus(rules.validity()))) {
            return refuse(request, Problem.badField("at", "The choice is older than a consent is valid: ask again."));
        }
        if (wanted.notice() != rules.noticeVersion()) {
            return refuse(
                    request,
                    Problem.of(
                            409,
                            "Another notice",
                            "The notice has changed since: show version " + rules.noticeVersion() + "."));
        }
        Signals signals = cookies.read(request, site);
        if (!wanted.granted()) {
            return refuseConsent(request, site, wanted, signals, decidedOn, now);
        }
        Optional<Duration> wait = limits.takeGrant(ClientAddress.of(request, proxies));
        return wait.isPresent()
                ? refuse(request, Problem.tooMany(wait.get()))
                : grant(request, site, wanted, signals, decidedOn, now);
    }

    private Future<Void> grant(
            HttpServerRequest request,
            Site site,
            ConsentRequest wanted,
            Signals signals,
            LocalDate decidedOn,
            Instant now) {
        boolean inPerson = wanted.method() == Receipts.Method.BANNER;
        // A consent tool that repeats an old yes on every page must not undo a no that was said since.
        boolean isRepeat = !inPerson
                && wanted.at().map(at -> at.isBefore(now.minus(FRESH_ACT))).orElse(false);
        if (isRepeat
                && (signals.refusal().isPresent() || signals.refusesTracking())
                && gate.token(site, signals, now).isEmpty()) {
            return refuse(
                    request,
                    Problem.of(
                            409,
                            "Refusal stands",
                            "This browser says no since. A choice older than ten minutes does not undo that; ask"
                                    + " again."));
        }
        if (signals.refusal().equals(Optional.of(Refusal.OBJECTED)) && !inPerson) {
            return refuse(
                    request,
                    Problem.of(
                            409,
                            "Objection stands",
                            "This visitor objected. Only the banner or the privacy page may change that."));
        }
        Optional<VisitorToken> held = gate.token(site, signals, now);
        boolean repeated = wanted.at().isPresent()
                && signals.refusal().isEmpty()
                && held.map(token -> token.consented().equals(decidedOn) && token.noticeVersion() == wanted.notice())
                        .orElse(false);
        if (repeated) {
            answerDecision(
                    request,
                    "granted",
                    decidedOn,
                    held.orElseThrow().expiresOn(rules.validity(), rules.visitorLifetime()));
            return Future.succeededFuture();
        }
        boolean firstChoice = held.isEmpty() && signals.refusal().isEmpty();
        Future<VisitorToken> kept = living(site, held)
                .compose(living -> receipts.keep(
                                site,
                                Receipts.Choice.GRANTED,
                                wanted.method(),
                                firstChoice,
                                Optional.of(wanted.scriptSha256().orElse(tracker)),
                                site.dayOf(now))
                        .map(receipt -> granted(living, wanted, signals, decidedOn, site.dayOf(now), receipt)));
        return Patience.within(Patience.OF_A_VISITOR, kept).map(token -> {
            Instant endsAt = token.endsAt(site, rules.visitorLifetime());
            cookies.setToken(request.response(), site, tokens.write(site, token), endsAt, now);
            if (signals.refusal().isPresent()) {
                cookies.clearRefusal(request.response(), site);
            }
            answerDecision(request, "granted", decidedOn, token.expiresOn(rules.validity(), rules.visitorLifetime()));
            return null;
        });
    }

    /** The token whose id a new grant keeps: not one that has been withdrawn in the meantime, in another tab or on another node. */
    private Future<Optional<VisitorToken>> living(Site site, Optional<VisitorToken> held) {
        return held.isEmpty()
                ? Future.succeededFuture(held)
                : tags.hasObjected(site, held.get().id()).map(objected -> held.filter(token -> !objected));
    }

    private VisitorToken granted(
            Optional<VisitorToken> living,
            ConsentRequest wanted,
            Signals signals,
            LocalDate decidedOn,
            LocalDate today,
            UUID receipt) {
        return new VisitorToken(
                living.map(VisitorToken::id).orElseGet(() -> VisitorId.random(random)),
                living.map(VisitorToken::issued).orElse(today),
                living.flatMap(VisitorToken::lastSeen),
                wanted.notice(),
                decidedOn,
                receipt,
                signals.refusesTracking());
    }

    private Future<Void> refuseConsent(
            HttpServerRequest request,
            Site site,
            ConsentRequest wanted,
            Signals signals,
            LocalDate decidedOn,
            Instant now) {
        Optional<Possession> visitor = gate.possession(site, signals, now);
        Receipts.Choice choice = visitor.isPresent() ? Receipts.Choice.WITHDRAWN : Receipts.Choice.REFUSED;
        boolean firstChoice = visitor.isEmpty() && signals.refusal().isEmpty();
        Future<Void> withdrawn =
                visitor.map(who -> erasure.withdraw(who, wanted.erase())).orElseGet(Future::succeededFuture);
        Future<Void> kept = withdrawn.compose(done -> receipts.keepRefusal(
                request, site, choice, wanted.method(), firstChoice, wanted.scriptSha256(), site.dayOf(now)));
        return Patience.within(Patience.OF_A_VISITOR, kept).map(receipt -> {
            // An objection is not weakened by a later refusal.
            Refusal refusal = signals.refusal().orElse(Refusal.REFUSED);
            cookies.setRefusal(request.response(), site, refusal, site.dayOf(now), now);
            if (signals.token().isPresent()) {
                cookies.clearToken(request.response(), site);
            }
            answerDecision(request, "refused", decidedOn, site.dayOf(now).plus(refusal.life()));
            return null;
        });
    }

    private void answerDecision(HttpServerRequest request, String choice, LocalDate decidedOn, LocalDate expiresOn) {
        json(
                request.response(),
                choice(choice).put("decided_on", decidedOn.toString()).put("expires_on", expiresOn.toString()));
    }

    private static void json(HttpServerResponse response, JsonObject body) {
        Buffer bytes = body.toBuffer();
        var ignored = response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length()))
                .end(bytes);
    }

    private static Future<Void> refuse(HttpServerRequest request, Problem problem) {
        problem.answer(request.response());
        return Future.succeededFuture();
    }

    private static void unavailable(HttpServerRequest request, Throwable failure) {
        if (request.response().closed()) {
            LOG.debug("A browser left before its request was read");
            return;
        }
        LOG.warn("A consent request could not be served: {}", failure.getClass().getSimpleName());
        Problem.unavailable(RETRY_AFTER).answer(request.response());
    }
}
