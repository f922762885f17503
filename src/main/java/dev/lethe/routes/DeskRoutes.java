package dev.lethe.routes;

import dev.lethe.http.StaticFile;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RightsByCode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** The console's request desk: visitors' requests that came by letter, and the steps that an operator takes with them. */
final class DeskRoutes {
    /** How to reach a requester takes 500 characters, each of at most twelve once it is escaped, and the rest is little. */
    private static final long FORM_LIMIT_BYTES = 8 * 1024;

    private final ConsoleData data;
    private final SignIn signIn;
    private final ConsolePages pages;

    DeskRoutes(ConsoleData data, SignIn signIn, ConsolePages pages) {
        this.data = data;
        this.signIn = signIn;
        this.pages = pages;
    }

    void mount(Router router) {
        ConsoleAnswers.read(router, "/requests").handler(this::requests);
        router.post("/requests").handler(SignIn::fromHere).handler(signIn::require);
        ConsoleAnswers.form(router, "/requests", FORM_LIMIT_BYTES, this::takeStep);
        ConsoleAnswers.allow(router, "GET, HEAD, POST", "/requests");
    }

    private void requests(RoutingContext context) {
        String wanted = context.request().getParam("lang");
        if (wanted != null) {
            ConsolePages.remember(context, wanted);
            ConsoleAnswers.redirect(context, "/requests");
        } else if (!signIn.isDone(context.request())) {
            signIn.ask(context);
        } else {
            Optional<RequestId> chosen =
                    Optional.ofNullable(context.request().getParam("request")).flatMap(RequestId::tryParse);
            Future<Optional<DeskClerk.Answer>> answer = chosen.map(
                            id -> data.take(new DeskStep.Show(id), DeskRoutes::noCopy)
                                    .map(Optional::of)
                                    .recover(DeskRoutes::notPossible))
                    .orElseGet(() -> Future.succeededFuture(Optional.empty()));
            answer.compose(found -> {
                        boolean missing = found.isEmpty() && context.request().getParam("request") != null;
                        String problem = missing ? word(context, "desk_no_request") : "";
                        return deskPage(context, missing ? 404 : 200, found, problem);
                    })
                    .onFailure(noDatabase -> ConsoleAnswers.noDatabase(context));
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
            ConsoleAnswers.redirect(
                    context, "/requests?request=" + answer.request().id().value() + "#chosen");
        }
    }

    private void stepFailed(RoutingContext context, Throwable failure) {
        if (context.response().headWritten()) {
            // An unfinished download tells that the request has not ended.
            context.request().connection().close();
        } else if (failure instanceof RequestDesk.NotPossible) {
            refuseStep(context, String.valueOf(failure.getMessage()));
        } else {
            ConsoleAnswers.noDatabase(context);
        }
    }

    private void refuseStep(RoutingContext context, String problem) {
        deskPage(context, 400, Optional.empty(), problem).onFailure(noDatabase -> ConsoleAnswers.noDatabase(context));
    }
}
