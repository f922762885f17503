package dev.lethe.routes;

import dev.lethe.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** How every room of the console takes requests and answers them. */
final class ConsoleAnswers {
    private ConsoleAnswers() {}

    static Route read(Router router, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    /** A post from the console's own page. Whatever is to be asked before the form is read must have been asked. */
    static void form(Router router, String path, long limitBytes, Handler<RoutingContext> handler) {
        router.post(path)
                .handler(BodyHandler.create(false).setBodyLimit(limitBytes))
                .handler(handler)
                .failureHandler(ConsoleAnswers::tooLarge);
    }

    /** For the last route of a path: any other method. */
    static void allow(Router router, String methods, String... paths) {
        for (String path : paths) {
            router.route(path)
                    .handler(context -> context.response()
                            .setStatusCode(405)
                            .putHeader(HttpHeaders.ALLOW, methods)
                            .end());
        }
    }

    static void redirect(RoutingContext context, String path) {
        context.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, path)
                .end();
    }

    static void html(RoutingContext context, String page) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response().end();
        } else {
            context.response().end(page);
        }
    }

    static void json(RoutingContext context, JsonObject body) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response().end();
        } else {
            context.response().end(body.toBuffer());
        }
    }

    static void noDatabase(RoutingContext context) {
        Problem.of(503, "The database does not answer", "Try again; `lethe doctor` says what is wrong.")
                .answer(context.response());
    }

    private static void tooLarge(RoutingContext context) {
        if (context.statusCode() == 413) {
            Problem.of(413, "Too large", "This form is larger than anything that belongs into it.")
                    .answer(context.response());
        } else {
            context.next();
        }
    }
}
