package dev.lethe.routes;

import dev.lethe.beacon.BeaconHandler;
import dev.lethe.consent.ConsentHandler;
import dev.lethe.demo.DemoSite;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.Problem;
import dev.lethe.http.StaticFile;
import dev.lethe.rights.PrivacyHandler;
import dev.lethe.site.Sites;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Consumer;

/** What the public listener answers, on one page. Everything stands under the path of {@code public.url}. */
public final class PublicRoutes {
    private static final String PAGE_POLICY =
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private static final StaticFile OPENAPI = StaticFile.ofResource(PublicRoutes.class, "openapi.yaml");

    /** For everything that is no page of ours: should a browser ever show it as one, it may load and do nothing. */
    private static final CharSequence NO_PAGE_POLICY =
            HttpHeaders.createOptimized("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

    // On every answer, so encoded once.
    private static final CharSequence CONTENT_SECURITY_POLICY = HttpHeaders.createOptimized("Content-Security-Policy");
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NO_SNIFFING = HttpHeaders.createOptimized("nosniff");

    private static final String HSTS = "max-age=31536000";

    private PublicRoutes() {}

    public static Router router(
            Vertx vertx,
            String basePath,
            BeaconHandler beacons,
            ConsentHandler consent,
            PrivacyHandler privacy,
            Scripts scripts,
            Optional<DemoSite> demo,
            CrossOrigin crossOrigin,
            Sites sites) {
        Router router = Router.router(vertx);
        router.route().handler(PublicRoutes::harden);

        post(router, "/api/beacon", beacons::handle);
        router.options("/api/beacon")
                .handler(context -> crossOrigin.preflight(context.request(), sites::isAnyonesOrigin, "POST"));
        get(router, "/api/consent", consent::get);
        post(router, "/api/consent", consent::post);
        router.options("/api/consent")
                .handler(context -> crossOrigin.preflight(context.request(), sites::isAnyonesOrigin, "GET, POST"));
        only(router, "/api/beacon", "POST, OPTIONS");
        only(router, "/api/consent", "GET, HEAD, POST, OPTIONS");

        router.route("/privacy/*").handler(PublicRoutes::asPage);
        get(router, "/privacy", privacy::page);
        get(router, "/privacy/notice", privacy::notice);
        get(router, "/privacy/page.css", privacy::style);
        post(router, "/privacy/opt-out", privacy::optOut);
        post(router, "/privacy/withdraw", privacy::withdraw);
        get(router, "/privacy/facts.json", privacy::facts);
        get(router, "/privacy/data", privacy::data);
        post(router, "/privacy/data", privacy::dataByCode);
        post(router, "/privacy/erase", privacy::erase);
        post(router, "/privacy/restrict", privacy::restrict);
        post(router, "/privacy/release", privacy::release);
        post(router, "/privacy/correct", privacy::correct);
        post(router, "/privacy/code", privacy::code);
        only(router, "/privacy", "GET, HEAD");
        only(router, "/privacy/notice", "GET, HEAD");
        only(router, "/privacy/page.css", "GET, HEAD");
        only(router, "/privacy/opt-out", "POST");
        only(router, "/privacy/withdraw", "POST");
        only(router, "/privacy/facts.json", "GET, HEAD");
        only(router, "/privacy/data", "GET, HEAD, POST");
        only(router, "/privacy/erase", "POST");
        only(router, "/privacy/restrict", "POST");
        only(router, "/privacy/release", "POST");
        only(router, "/privacy/correct", "POST");
        only(router, "/privacy/code", "POST");

        get(router, "/openapi.yaml", request -> answer(OPENAPI, request));
        only(router, "/openapi.yaml", "GET, HEAD");
        router.routeWithRegex("/lethe[^/]*\\.js")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(scripts::handle);
        router.routeWithRegex("/lethe[^/]*\\.js").handler(context -> {
            boolean read = context.request().method().equals(HttpMethod.GET)
                    || context.request().method().equals(HttpMethod.HEAD);
            if (read) {
                context.next();
            } else {
                notAllowed(context, "GET, HEAD");
            }
        });
        demo.ifPresent(site -> site.mount(router));
        demo.ifPresent(site -> get(router, "/", request -> redirect(request, basePath + "/demo/")));

        Router root = router;
        if (!basePath.isEmpty()) {
            root = Router.router(vertx);
            root.route().handler(PublicRoutes::harden);
            root.route(basePath + "/*").subRouter(router);
        }
        return withProblems(root);
    }

    /** Errors are told in the form of RFC 9457 and echo nothing of the request. */
    static Router withProblems(Router router) {
        router.errorHandler(
                404,
                context -> Problem.of(404, "Not found", "There is nothing at this address.")
                        .answer(context.response()));
        router.errorHandler(
                400,
                context -> Problem.of(400, "Not a valid request", "The request is not valid HTTP.")
                        .answer(context.response()));
        router.errorHandler(
                500,
                context -> Problem.of(500, "Our fault", "Something went wrong here. Nothing was stored.")
                        .answer(context.response()));
        return router;
    }

    private static void harden(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader(CONTENT_TYPE_OPTIONS, NO_SNIFFING).putHeader(CONTENT_SECURITY_POLICY, NO_PAGE_POLICY);
        if (context.request().isSSL()) {
            // Only where TLS ends here. Behind a proxy the whole host's rule is its operator's to set, and so are
            // subdomains.
            response.putHeader("Strict-Transport-Security", HSTS);
        }
        context.next();
    }

    private static void asPage(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", PAGE_POLICY)
                .putHeader("Referrer-Policy", "same-origin");
        context.next();
    }

    private static void get(Router router, String path, Consumer<HttpServerRequest> handler) {
        router.route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> handler.accept(context.request()));
    }

    private static void post(Router router, String path, Consumer<HttpServerRequest> handler) {
        router.post(path).handler(context -> handler.accept(context.request()));
    }

    static void only(Router router, String path, String methods) {
        router.route(path).handler(context -> notAllowed(context, methods));
    }

    private static void notAllowed(RoutingContext context, String methods) {
        context.response().putHeader(HttpHeaders.ALLOW, methods);
        Problem.of(405, "Method not allowed", "Allowed here: " + methods + ".").answer(context.response());
    }

    private static void answer(StaticFile file, HttpServerRequest request) {
        file.answer(request, 200);
    }

    private static void redirect(HttpServerRequest request, String location) {
        request.response()
                .setStatusCode(302)
                .putHeader(HttpHeaders.LOCATION, location)
                .end();
    }
}
