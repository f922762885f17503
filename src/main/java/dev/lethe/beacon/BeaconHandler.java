package dev.lethe.beacon;

import dev.lethe.classify.Agent;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.AddressRange;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.DropReason;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Signals;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.Patience;
import dev.lethe.event.EventWriter;
import dev.lethe.event.RawEvent;
import dev.lethe.http.Body;
import dev.lethe.http.ClientAddress;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.Problem;
import dev.lethe.http.RateLimits;
import dev.lethe.ops.Meters;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/beacon}: the way of one beacon from its headers to its acknowledgement. Until the gate has said yes only headers
 * and query are looked at; a refused body is drained and never decoded, kept or logged. One an HTTP verticle instance, on its context.
 */
public final class BeaconHandler {
    private static final Logger LOG = LoggerFactory.getLogger(BeaconHandler.class);
    private static final CharSequence OUTCOME = HttpHeaders.createOptimized("Lethe-Outcome");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Parts parts;
    private final EventWriter writer;
    private final Minimiser minimiser;

    /**
     * What all instances of a process share.
     *
     * @param mayRun false while the clock cannot be trusted
     * @param onStored told of each committed event of a synthetic site, for the console
     */
    public record Parts(
            Sites sites,
            CrossOrigin crossOrigin,
            VisitorCookies cookies,
            VisitorTokens tokens,
            ConsentGate gate,
            Tags tags,
            UserAgents userAgents,
            Countries countries,
            Routes routes,
            RateLimits limits,
            Pseudonymiser pseudonymiser,
            Meters meters,
            List<AddressRange> proxies,
            Period visitorLifetime,
            int bodyLimitBytes,
            BooleanSupplier mayRun,
            Consumer<RawEvent> onStored,
            Clock clock) {}

    public BeaconHandler(Vertx vertx, Parts parts, EventWriter writer) {
        this.vertx = vertx;
        this.parts = parts;
        this.minimiser = new Minimiser(parts.routes());
        this.writer = writer;
    }

    public void handle(HttpServerRequest request) {
        request.pause();
        if (Body.announcesTooMuch(request, parts.bodyLimitBytes())) {
            parts.meters().count(Meters.Outcome.REJECTED, 1);
            Body.refuse(request, parts.bodyLimitBytes());
            return;
        }
        site(request)
                .onSuccess(site -> site.ifPresentOrElse(
                        found -> decide(request, found), () -> drop(request, DropReason.UNKNOWN_SITE)))
                .onFailure(failure -> fail(request, failure));
    }

    /** The site that the query names; without a name, the one site this origin speaks for. */
    private Future<Optional<Site>> site(HttpServerRequest request) {
        String named = request.getParam("site");
        if (named == null) {
            return Future.succeededFuture(CrossOrigin.originOf(request).flatMap(parts.sites()::findSoleSiteOf));
        }
        return SiteId.tryParse(named)
                .map(parts.sites()::findFresh)
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private void decide(HttpServerRequest request, Site site) {
        parts.crossOrigin().exposeTo(request, site::hasOrigin);
        if (parts.crossOrigin().isForeign(request, site::hasOrigin) || CrossOrigin.isNavigation(request)) {
            drop(request, DropReason.FOREIGN_ORIGIN);
            return;
        }
        Instant now = parts.clock().instant();
        Signals signals = parts.cookies().read(request, site);
        switch (parts.gate().decide(site, signals, now)) {
            case ConsentGate.Dropped dropped -> {
                if (isAQuestionOfTime(dropped.reason(), signals)
                        && !parts.mayRun().getAsBoolean()) {
                    turnAway(request, Meters.Outcome.UNAVAILABLE, Problem.unavailable(RETRY_AFTER));
                } else {
                    drop(request, dropped.reason());
                }
            }
            case Granted granted ->
                agent(request)
                        .onSuccess(agent -> {
                            if (agent.bot()) {
                                drop(request, DropReason.BOT);
                            } else {
                                take(request, granted, agent, now);
                            }
                        })
                        .onFailure(failure -> fail(request, failure));
        }
    }

    /** By a wrong clock a living consent has expired. Whoever sends none is refused by any clock. */
    private static boolean isAQuestionOfTime(DropReason reason, Signals signals) {
        return switch (reason) {
            case NO_CONSENT, CONSENT_EXPIRED, GPC -> signals.token().isPresent();
            case UNKNOWN_SITE, FOREIGN_ORIGIN, OPTED_OUT, NOTICE_OUTDATED, RESTRICTED, BOT -> false;
        };
    }

    /** A verdict on an unknown user agent takes a millisecond, too long for an event loop. */
    private Future<Agent> agent(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.USER_AGENT);
        return parts.userAgents()
                .ifKnown(header)
                .map(Future::succeededFuture)
                .orElseGet(() -> vertx.executeBlocking(() -> parts.userAgents().classify(header), false));
    }

    private void drop(HttpServerRequest request, DropReason reason) {
        parts.meters().countDrop(reason.label());
        var ignored = request.response()
                .putHeader(OUTCOME, "dropped; reason=" + reason.label())
                .setStatusCode(204)
                .end();
        Body.drain(request);
    }

    /** From here on there is consent. */
    private void take(HttpServerRequest request, Granted granted, Agent agent, Instant receivedAt) {
        long startedNanos = System.nanoTime();
        if (!parts.mayRun().getAsBoolean()) {
            turnAway(request, Meters.Outcome.UNAVAILABLE, Problem.unavailable(RETRY_AFTER));
            return;
        }
        if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            reject(request, Problem.of(415, "Unsupported type", "Beacons come as application/json or text/plain."));
            return;
        }
        UUID tag = parts.tags().tag(granted.site(), granted.visitor());
        ClientAddress from = ClientAddress.of(request, parts.proxies());
        Optional<Duration> wait = parts.limits().takeBeacons(tag, from, 1);
        if (wait.isPresent()) {
            turnAway(request, Meters.Outcome.LIMITED, Problem.tooMany(wait.get()));
            return;
        }
        Body.read(request, parts.bodyLimitBytes())
                .onSuccess(body -> {
                    switch (BeaconParser.parse(body.getBytes(), granted.site())) {
                        case Rejection rejection ->
                            reject(request, Problem.badField(rejection.field(), rejection.detail()));
                        case BeaconParser.Beacons valid ->
                            store(request, valid, granted, agent, tag, from, receivedAt, startedNanos);
                    }
                })
                .onFailure(failure -> {
                    if (failure instanceof Body.TooLarge) {
                        reject(request, Problem.tooLarge(parts.bodyLimitBytes()));
                    } else {
                        fail(request, failure);
                    }
                });
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.equals("text/plain");
    }

    private void store(
            HttpServerRequest request,
            BeaconParser.Beacons valid,
            Granted granted,
            Agent agent,
            UUID tag,
            ClientAddress from,
            Instant receivedAt,
            long startedNanos) {
        int further = valid.beacons().size() - 1;
        Optional<Duration> wait =
                further == 0 ? Optional.empty() : parts.limits().takeBeacons(tag, from, further);
        if (wait.isPresent()) {
            turnAway(request, Meters.Outcome.LIMITED, Problem.tooMany(wait.get()));
            return;
        }
        Optional<String> country = parts.countries().country(from.address());
        Patience.within(Patience.OF_A_VISITOR, parts.pseudonymiser().pseudonymise(granted, receivedAt))
                .map(pseudonym -> minimiser.minimise(
                        valid.beacons(),
                        new Minimiser.Circumstances(granted, receivedAt, pseudonym, tag, agent, country)))
                .onSuccess(result -> {
                    switch (result) {
                        case Minimiser.NotCounted wrong ->
                            reject(
                                    request,
                                    Problem.badField(
                                            valid.inArray()
                                                    ? "[" + wrong.index() + "]." + wrong.field()
                                                    : wrong.field(),
                                            wrong.detail()));
                        case Minimiser.Events minimised -> write(request, granted, minimised.events(), startedNanos);
                    }
                })
                .onFailure(failure -> fail(request, failure));
    }

    private void write(HttpServerRequest request, Granted granted, List<RawEvent> events, long startedNanos) {
        writer.write(events).onSuccess(outcome -> {
            parts.meters().timeBeacon(Duration.ofNanos(System.nanoTime() - startedNanos));
            switch (outcome) {
                case EventWriter.Stored stored -> stored(request, granted, events);
                case EventWriter.OptedOut optedOut -> drop(request, DropReason.OPTED_OUT);
                case EventWriter.Unstorable unstorable ->
                    reject(
                            request,
                            Problem.of(
                                    400,
                                    "Unstorable",
                                    "unstorable: the database cannot hold a value of this request."));
                case EventWriter.Overloaded overloaded ->
                    turnAway(request, Meters.Outcome.UNAVAILABLE, Problem.unavailable(overloaded.retryAfter()));
            }
        });
    }

    private void stored(HttpServerRequest request, Granted granted, List<RawEvent> events) {
        Site site = granted.site();
        parts.meters().count(Meters.Outcome.STORED, events.size());
        LocalDate day = events.get(0).day();
        boolean viewed = events.stream().anyMatch(event -> event.subject() instanceof RawEvent.Pageview);
        VisitorToken token = granted.token();
        // Who withdrew while the beacon was on its way must not get the cookie back.
        boolean gone = parts.tags().standing(site, granted.visitor()) == Tags.Standing.OBJECTED;
        if (viewed && !gone && !token.lastSeen().equals(Optional.of(day))) {
            VisitorToken seen = token.seenOn(day);
            parts.cookies()
                    .setToken(
                            request.response(),
                            site,
                            parts.tokens().write(site, seen),
                            seen.endsAt(site, parts.visitorLifetime()),
                            parts.clock().instant());
        }
        var ignored = request.response()
                .putHeader(OUTCOME, "stored")
                .setStatusCode(204)
                .end();
        if (site.synthetic()) {
            events.forEach(parts.onStored());
        }
    }

    private void reject(HttpServerRequest request, Problem problem) {
        turnAway(request, Meters.Outcome.REJECTED, problem);
    }

    private void turnAway(HttpServerRequest request, Meters.Outcome outcome, Problem problem) {
        parts.meters().count(outcome, 1);
        problem.answer(request.response());
        Body.drain(request);
    }

    private void fail(HttpServerRequest request, Throwable failure) {
        if (request.response().closed()) {
            LOG.debug("A browser left before its beacon was read");
            return;
        }
        LOG.warn("A beacon could not be served: {}", failure.getClass().getSimpleName());
        turnAway(request, Meters.Outcome.UNAVAILABLE, Problem.unavailable(RETRY_AFTER));
    }
}
