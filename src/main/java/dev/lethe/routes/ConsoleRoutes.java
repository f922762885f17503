package dev.lethe.routes;

import dev.lethe.config.Secret;
import dev.lethe.http.StaticFile;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RightsByCode;
import dev.lethe.routes.AdminSessions.Attempt;
import dev.lethe.routes.ConsoleData.StoredEvent;
import dev.lethe.routes.ConsoleData.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The console of the admin listener: sign-in, one page, its data and its live feed. Thread-safe and shared by all event loops;
 * one per node, because sessions live in it.
 */
public final class ConsoleRoutes {
    private static final String SESSION_COOKIE = "lethe_admin";

    /** A token is some dozen characters; nothing else is ever posted here. */
    private static final long FORM_LIMIT_BYTES = 4 * 1024;

    /** How to reach a requester takes 500 characters, each of at most twelve once it is escaped, and the rest is little. */
    private static final long DESK_FORM_LIMIT_BYTES = 8 * 1024;

    /** Open feeds: a browser tab each. Beyond it the page says that the feed is busy. */
    private static final int FEEDS_AT_ONCE = 20;

    /** Shows a dead connection and an ended session; well below the idle timeouts of common proxies (60 s). */
    private static final long HEARTBEAT_MILLIS = 15_000;

    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                    + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final ConsoleData data;
    private final AdminSessions sessions;
    private final Clock clock;
    private final ConsolePages pages = new ConsolePages();
    private final AtomicInteger openFeeds = new AtomicInteger();

    public ConsoleRoutes(ConsoleData data, Secret adminToken, Clock clock, SecureRandom random) {
        this.data = data;
        this.sessions = new AdminSessions(adminToken, clock, random);
        this.clock = clock;
    }

    /** Path and query of a link that signs one browser in, once, within ten minutes; to be put behind the listener's address. */
    public String oneTimeLink() {
        return "/sign-in?code=" + sessions.newCode();
    }

    /** Whether the request carries the admin token or a session opened with it; a wrong token counts as a guess. */
    public boolean isSignedIn(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return sessions.isBearer(authorization.substring(7).strip());
        }
        return session(request).filter(sessions::isOpen).isPresent();
    }

    /** Mounts the console at the root of the admin listener's router; leaves every other path alone. */
    public void mount(Router router) {
        for (String path : new String[] {"/", "/sign-in", "/sign-out", "/requests", "/console/*", "/sites/*"}) {
            router.route(path).handler(ConsoleRoutes::secure);
        }
        router.route("/").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::page);
        router.route("/sign-in").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::signInByLink);
        router.post("/sign-in").handler(ConsoleRoutes::fromHere);
        router.post("/sign-in")
                .handler(BodyHandler.create(false).setBodyLimit(FORM_LIMIT_BYTES))
                .handler(this::signIn)
                .failureHandler(ConsoleRoutes::tooLarge);
        router.post("/sign-out").handler(ConsoleRoutes::fromHere).handler(this::signOut);
        read(router, "/requests").handler(this::requests);
        router.post("/requests").handler(ConsoleRoutes::fromHere);
        router.post("/requests").handler(this::signedIn);
        router.post("/requests")
                .handler(BodyHandler.create(false).setBodyLimit(DESK_FORM_LIMIT_BYTES))
                .handler(this::takeStep)
                .failureHandler(ConsoleRoutes::tooLarge);
        asset(router, "console.css");
        asset(router, "console.js");
        asset(router, "chart.js");
        asset(router, "icon.svg");
        read(router, "/sites/:site").handler(this::site);
        read(router, "/console/texts.json")
                .handler(context -> pages.of(context).texts().answer(context.request(), 200));
        read(router, "/console/state").handler(this::signedIn).handler(this::state);
        read(router, "/console/events").handler(this::signedIn).handler(this::events);
        allow(router, "GET, HEAD", "/", "/console/console.css", "/console/console.js", "/console/chart.js");
        allow(router, "GET, HEAD", "/sites/:site");
        allow(router, "GET, HEAD", "/console/icon.svg", "/console/texts.json", "/console/state", "/console/events");
        allow(router, "GET, HEAD, POST", "/sign-in");
        allow(router, "GET, HEAD, POST", "/requests");
        allow(router, "POST", "/sign-out");
    }

    private void page(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (wanted != null) {
            ConsolePages.remember(context, wanted);
            redirectHome(context);
            return;
        }
        ConsolePages.Pages page = pages.of(context);
        if (isSignedIn(context.request())) {
            page.console().answer(context.request(), 200);
        } else {
            askForToken(context, page.signIn(), 401);
        }
    }

    private void site(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (!isSignedIn(context.request())) {
            askForToken(context, pages.of(context).signIn(), 401);
        } else if (wanted != null) {
            ConsolePages.remember(context, wanted);
            redirect(context, context.request().path());
        } else {
            int days = rangeOf(context.request());
            SitePage page = pages.of(context).site();
            data.statistics(context.pathParam("site"), days)
                    .onSuccess(found -> found.ifPresentOrElse(
                            statistics -> html(context, page.render(statistics, days, clock.instant())),
                            () -> json(context, 404, problem(404, "No such site is registered."))))
                    .onFailure(noDatabase -> json(context, 503, problem(503, "The database does not answer.")));
        }
    }

    /** One of those the page offers. */
    private static int rangeOf(HttpServerRequest request) {
        String days = request.getParam("days");
        return SitePage.RANGES.stream()
                .filter(range -> range.toString().equals(days))
                .findFirst()
                .orElse(SitePage.DEFAULT_RANGE);
    }

    private static void html(RoutingContext context, String page) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response().end();
        } else {
            context.response().end(page);
        }
    }

    private void signIn(RoutingContext context) {
        String guess = context.request().getFormAttribute("token");
        welcome(context, sessions.signIn(guess == null ? "" : guess.strip()));
    }

    private static void tooLarge(RoutingContext context) {
        if (context.statusCode() == 413) {
            json(context, 413, problem(413, "This form is larger than anything that belongs into it."));
        } else {
            context.next();
        }
    }

    private void signInByLink(RoutingContext context) {
        String code = context.request().getParam("code");
        if (code == null || context.request().method().equals(HttpMethod.HEAD)) {
            // A HEAD is a link checker's: it must not use up the link.
            redirectHome(context);
            return;
        }
        welcome(context, sessions.signInByCode(code));
    }

    private void welcome(RoutingContext context, Attempt attempt) {
        switch (attempt) {
            case Attempt.SignedIn(String session) -> {
                context.response().addCookie(sessionCookie(session, AdminSessions.SESSION_LIFE));
                redirectHome(context);
            }
            case Attempt.Wrong() -> askForToken(context, pages.of(context).signInWrong(), 401);
            case Attempt.TooMany(Duration wait) -> {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, seconds(wait));
                pages.of(context).signInLater().answer(context.request(), 429);
            }
        }
    }

    private void signOut(RoutingContext context) {
        session(context.request()).ifPresent(sessions::signOut);
        context.response().addCookie(sessionCookie("", Duration.ZERO));
        redirectHome(context);
    }

    private void requests(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (wanted != null) {
            ConsolePages.remember(context, wanted);
            redirect(context, "/requests");
        } else if (!isSignedIn(context.request())) {
            askForToken(context, pages.of(context).signIn(), 401);
        } else {
            Optional<RequestId> chosen =
                    Optional.ofNullable(context.request().getParam("request")).flatMap(RequestId::tryParse);
            Future<Optional<DeskClerk.Answer>> answer = chosen.map(
                            id -> data.take(new DeskStep.Show(id), ConsoleRoutes::noCopy)
                                    .map(Optional::of)
                                    .recover(ConsoleRoutes::notPossible))
                    .orElseGet(() -> Future.succeededFuture(Optional.empty()));
            answer.compose(found -> {
                        boolean missing = found.isEmpty() && context.request().getParam("request") != null;
                        String problem = missing ? word(context, "desk_no_request") : "";
                        return deskPage(context, missing ? 404 : 200, found, problem);
                    })
                    .onFailure(noDatabase -> json(context, 503, problem(503, "The database does not answer.")));
        }
    }

    private Future<Void> deskPage(
            RoutingContext context, int status, Optional<DeskClerk.Answer> chosen, String problem) {
        boolean all = "1".equals(context.request().getParam("all"));
        return Future.all(data.requests(all), data.sites())
                .compose(both -> StaticFile.ofText(
                                "page.html",
                                pages.of(context).desk().page(both.resultAt(0), both.resultAt(1), chosen, all, problem))
                        .answer(context.request(), status));
    }

    private static <T> Future<Optional<T>> notPossible(Throwable failure) {
        return failure instanceof RequestDesk.NotPossible
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(failure);
    }

    private String word(RoutingContext context, String name) {
        return pages.of(context).words().getString(name);
    }

    private void takeStep(RoutingContext context) {
        Optional<DeskStep> step = DeskForm.tryRead(context.request().formAttributes());
        if (step.isEmpty()) {
            refuseStep(context, word(context, "desk_incomplete"));
            return;
        }
        data.take(step.get(), (request, copy) -> download(context, request, copy))
                .onSuccess(answer -> stepTaken(context, answer))
                .onFailure(failure -> stepFailed(context, failure));
    }

    private static Future<Void> noCopy(RequestId request, RightsByCode.Copy copy) {
        return Future.failedFuture("nobody asked for a copy");
    }

    /** A visitor's copy goes to the operator's disk, never into a page that stays open. The file ends when the request has. */
    private static Future<Void> download(RoutingContext context, RequestId request, RightsByCode.Copy copy) {
        return context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, copy.format().contentType())
                .putHeader(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"request-" + request.value() + "." + copy.format() + "\"")
                .setChunked(true)
                .write(copy.content());
    }

    private static void stepTaken(RoutingContext context, DeskClerk.Answer answer) {
        if (answer.copy().isPresent()) {
            context.response().end();
        } else {
            redirect(context, "/requests?request=" + answer.request().id().value() + "#chosen");
        }
    }

    private void stepFailed(RoutingContext context, Throwable failure) {
        if (context.response().headWritten()) {
            // An unfinished download tells that the request has not ended.
            context.request().connection().close();
        } else if (failure instanceof RequestDesk.NotPossible) {
            refuseStep(context, String.valueOf(failure.getMessage()));
        } else {
            json(context, 503, problem(503, "The database does not answer."));
        }
    }

    private void refuseStep(RoutingContext context, String problem) {
        deskPage(context, 400, Optional.empty(), problem)
                .onFailure(noDatabase -> json(context, 503, problem(503, "The database does not answer.")));
    }

    private void state(RoutingContext context) {
        boolean french = ConsolePages.isFrench(context);
        Future.all(data.retention(), data.sites())
                .map(both -> ConsoleJson.state(
                        clock.instant(),
                        data.node(),
                        data.minutes(),
                        both.resultAt(0),
                        both.resultAt(1),
                        data.notYetSetUp(),
                        french))
                .onSuccess(state -> json(context, 200, state))
                .onFailure(noDatabase -> json(context, 503, problem(503, "The database does not answer.")));
    }

    /** Server-Sent Events. A browser that reads too slowly misses events instead of filling this node's memory. */
    private void events(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
            return;
        }
        if (openFeeds.incrementAndGet() > FEEDS_AT_ONCE) {
            openFeeds.decrementAndGet();
            json(context, 503, problem(503, "Too many consoles are open."));
            return;
        }
        response.putHeader("X-Accel-Buffering", "no").setChunked(true);
        response.write("retry: 3000\n\n");
        Context loop = context.vertx().getOrCreateContext();
        Subscription subscription = data.onStored(event -> loop.runOnContext(now -> send(response, event)));
        long heartbeat = context.vertx().setPeriodic(HEARTBEAT_MILLIS, tick -> {
            if (isSignedIn(context.request())) {
                response.write(":\n\n");
            } else {
                response.end();
            }
        });
        response.endHandler(ended -> {
            context.vertx().cancelTimer(heartbeat);
            subscription.close();
            openFeeds.decrementAndGet();
        });
    }

    private static void send(HttpServerResponse response, StoredEvent event) {
        if (event.synthetic() && !response.ended() && !response.closed() && !response.writeQueueFull()) {
            response.write("data: " + ConsoleJson.event(event).encode() + "\n\n");
        }
    }

    private void signedIn(RoutingContext context) {
        if (isSignedIn(context.request())) {
            context.next();
            return;
        }
        Optional<Duration> wait = sessions.retryAfter();
        if (wait.isPresent() && context.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, seconds(wait.get()));
            json(context, 429, problem(429, "Too many wrong tokens."));
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"lethe\"");
            json(context, 401, problem(401, "Sign in first, or send the admin token as bearer."));
        }
    }

    /**
     * Lets a post pass that comes from the console's own page, or from no browser at all: {@code Origin} names the host that was
     * asked, or without a usable one {@code Sec-Fetch-Site} says so.
     */
    private static void fromHere(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        boolean here;
        if (origin != null && !origin.equals("null")) {
            here = request.authority() != null
                    && origin.replaceFirst("^https?://", "").equalsIgnoreCase(hostOf(request));
        } else {
            here = site == null ? origin == null : site.equals("same-origin");
        }
        if (here) {
            context.next();
        } else {
            json(context, 403, problem(403, "Only the console's own page may do this."));
        }
    }

    private static String hostOf(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null ? request.authority().toString() : host;
    }

    private static void secure(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", CONTENT_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.next();
    }

    private static void askForToken(RoutingContext context, StaticFile page, int status) {
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"lethe\"");
        page.answer(context.request(), status);
    }

    private static void redirectHome(RoutingContext context) {
        redirect(context, "/");
    }

    private static void redirect(RoutingContext context, String path) {
        context.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, path)
                .end();
    }

    private static Cookie sessionCookie(String value, Duration life) {
        return Cookie.cookie(SESSION_COOKIE, value)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setMaxAge(life.toSeconds());
    }

    private static Optional<String> session(HttpServerRequest request) {
        return Optional.ofNullable(request.getCookie(SESSION_COOKIE)).map(Cookie::getValue);
    }

    private static void asset(Router router, String name) {
        StaticFile file = StaticFile.ofResource(ConsoleRoutes.class, "console/" + name);
        read(router, "/console/" + name).handler(context -> {
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
            file.answer(context.request(), 200);
        });
    }

    private static Route read(Router router, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    private static void allow(Router router, String methods, String... paths) {
        for (String path : paths) {
            router.route(path)
                    .handler(context -> context.response()
                            .setStatusCode(405)
                            .putHeader(HttpHeaders.ALLOW, methods)
                            .end());
        }
    }

    private static void json(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, status < 400 ? "application/json" : "application/problem+json");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response().end();
        } else {
            context.response().end(body.toBuffer());
        }
    }

    private static JsonObject problem(int status, String title) {
        return new JsonObject().put("status", status).put("title", title);
    }

    /** Rounded up: after this many seconds the answer is another one. */
    private static String seconds(Duration wait) {
        return Long.toString(wait.plusMillis(999).toSeconds());
    }
}
