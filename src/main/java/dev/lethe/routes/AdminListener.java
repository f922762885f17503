package dev.lethe.routes;

import dev.lethe.config.Settings;
import dev.lethe.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Supplier;

/** The operators' listener, on the loopback interface unless told otherwise: metrics, health and the console. One a process. */
public final class AdminListener extends VerticleBase {
    private final Settings.AdminListener settings;
    private final Supplier<String> metrics;
    private final Supplier<List<String>> notReady;
    private final ConsoleRoutes console;

    @SuppressWarnings("NullAway.Init") // set when deployed
    private HttpServer server;

    /**
     * Makes the listener.
     *
     * @param notReady why no traffic should come here; empty when it should
     */
    public AdminListener(
            Settings.AdminListener settings,
            Supplier<String> metrics,
            Supplier<List<String>> notReady,
            ConsoleRoutes console) {
        this.settings = settings;
        this.metrics = metrics;
        this.notReady = notReady;
        this.console = console;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.route().handler(this::refuseUnknownHost);
        get(
                router,
                "/metrics",
                context -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.get()));
        get(router, "/health/live", context -> health(context, List.of()));
        get(router, "/health/ready", context -> health(context, notReady.get()));
        for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
            PublicRoutes.only(router, path, "GET, HEAD");
        }
        console.mount(router);
        server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                .setHttp2ClearTextEnabled(false));
        return server.requestHandler(PublicRoutes.withProblems(router)).listen();
    }

    /** The port in use, which settings may leave to the system. */
    public int port() {
        return server.actualPort();
    }

    /** A page elsewhere that makes its own name point here would else be of one origin with the console. */
    private void refuseUnknownHost(RoutingContext context) {
        HostAndPort authority = context.request().authority();
        String host = authority == null ? "" : authority.host().replaceAll("^\\[|]$", "");
        if (settings.hosts().contains(host)) {
            context.next();
        } else {
            Problem.of(421, "Unknown host", "This listener answers only to the names in admin.hosts.")
                    .answer(context.response());
        }
    }

    private static void get(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
    }

    private static void health(RoutingContext context, List<String> problems) {
        JsonObject body = new JsonObject()
                .put("status", problems.isEmpty() ? "UP" : "DOWN")
                .put("reasons", new JsonArray(problems));
        context.response()
                .setStatusCode(problems.isEmpty() ? 200 : 503)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.toBuffer());
    }

    @Override
    public Future<?> stop() {
        return server.close();
    }
}
