package dev.lethe.routes;

import dev.lethe.config.Secret;
import dev.lethe.http.Problem;
import dev.lethe.http.StaticFile;
import dev.lethe.routes.ConsoleData.StoredEvent;
import dev.lethe.routes.ConsoleData.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The console of the admin listener: its page, each site's page, their data and the live feed. Thread-safe and shared by all event loops;
 * one per node, because sessions live in it.
 */
public final class ConsoleRoutes {
    /** Open feeds: a browser tab each. Beyond it the page says that the feed is busy. */
    private static final int FEEDS_AT_ONCE = 20;

    /** Shows a dead connection and an ended session; well below the idle timeouts of common proxies (60 s). */
    private static final long HEARTBEAT_MILLIS = 15_000;

    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                    + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final ConsoleData data;
    private final Clock clock;
    private final ConsolePages pages = new ConsolePages();
    private final SignIn signIn;
    private final DeskRoutes desk;
    private final AtomicInteger openFeeds = new AtomicInteger();

    public ConsoleRoutes(ConsoleData data, Secret adminToken, Clock clock, SecureRandom random) {
        this.data = data;
        this.clock = clock;
        this.signIn = new SignIn(adminToken, clock, random, pages);
        this.desk = new DeskRoutes(data, signIn, pages);
    }

    /** Path and query of a link that signs one browser in, once, within ten minutes; to be put behind the listener's address. */
    public String oneTimeLink() {
        return signIn.oneTimeLink();
    }

    /** Mounts the console at the root of the admin listener's router; leaves every other path alone. */
    public void mount(Router router) {
        for (String path : List.of("/", "/sign-in", "/sign-out", "/requests", "/console/*", "/sites/*")) {
            router.route(path).handler(ConsoleRoutes::secure);
        }
        signIn.mount(router);
        desk.mount(router);
        read(router, "/", this::page);
        read(router, "/sites/:site", this::site);
        for (String name : List.of("console.css", "console.js", "chart.js", "icon.svg")) {
            StaticFile file = StaticFile.ofResource(ConsoleRoutes.class, "console/" + name);
            read(router, "/console/" + name, context -> {
                context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
                file.answer(context.request(), 200);
            });
        }
        read(router, "/console/texts.json", context -> pages.of(context).texts().answer(context.request(), 200));
        for (String path : List.of("/console/state", "/console/events")) {
            ConsoleAnswers.read(router, path).handler(signIn::require);
        }
        read(router, "/console/state", this::state);
        read(router, "/console/events", this::events);
    }

    private static void read(Router router, String path, Handler<RoutingContext> handler) {
        ConsoleAnswers.read(router, path).handler(handler);
        ConsoleAnswers.allow(router, "GET, HEAD", path);
    }

    private void page(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (wanted != null) {
            ConsolePages.remember(context, wanted);
            ConsoleAnswers.redirect(context, "/");
            return;
        }
        ConsolePages.Pages page = pages.of(context);
        if (signIn.isDone(context.request())) {
            page.console().answer(context.request(), 200);
        } else {
            signIn.ask(context);
        }
    }

    private void site(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (!signIn.isDone(context.request())) {
            signIn.ask(context);
        } else if (wanted != null) {
            ConsolePages.remember(context, wanted);
            ConsoleAnswers.redirect(context, context.request().path());
        } else {
            int days = rangeOf(context.request());
            SitePage page = pages.of(context).site();
            data.statistics(context.pathParam("site"), days)
                    .onSuccess(found -> found.ifPresentOrElse(
                            statistics -> ConsoleAnswers.html(context, page.render(statistics, days, clock.instant())),
                            () -> Problem.unknownSite().answer(context.response())))
                    .onFailure(noDatabase -> ConsoleAnswers.noDatabase(context));
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
                .onSuccess(state -> ConsoleAnswers.json(context, state))
                .onFailure(noDatabase -> ConsoleAnswers.noDatabase(context));
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
            Problem.of(503, "Too many consoles are open", "Close one of them.").answer(response);
            return;
        }
        response.putHeader("X-Accel-Buffering", "no").setChunked(true);
        response.write("retry: 3000\n\n");
        Context loop = context.vertx().getOrCreateContext();
        Subscription subscription = data.onStored(event -> loop.runOnContext(now -> send(response, event)));
        long heartbeat = context.vertx().setPeriodic(HEARTBEAT_MILLIS, tick -> {
            if (signIn.isDone(context.request())) {
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
}
