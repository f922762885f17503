package dev.lethe.routes;

import dev.lethe.config.Secret;
import dev.lethe.http.Problem;
import dev.lethe.http.StaticFile;
import dev.lethe.routes.AdminSessions.Attempt;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Who may see the console: whoever has the admin token, or a session that was opened with it. Thread-safe; one per node. */
final class SignIn {
    private static final String SESSION_COOKIE = "lethe_admin";

    /** A token is some dozen characters. */
    private static final long FORM_LIMIT_BYTES = 4 * 1024;

    private final AdminSessions sessions;
    private final ConsolePages pages;

    SignIn(Secret adminToken, Clock clock, SecureRandom random, ConsolePages pages) {
        this.sessions = new AdminSessions(adminToken, clock, random);
        this.pages = pages;
    }

    void mount(Router router) {
        ConsoleAnswers.read(router, "/sign-in").handler(this::byLink);
        router.post("/sign-in").handler(SignIn::fromHere);
        ConsoleAnswers.form(router, "/sign-in", FORM_LIMIT_BYTES, this::byToken);
        router.post("/sign-out").handler(SignIn::fromHere).handler(this::signOut);
        ConsoleAnswers.allow(router, "GET, HEAD, POST", "/sign-in");
        ConsoleAnswers.allow(router, "POST", "/sign-out");
    }

    /** Path and query of a link that signs one browser in, once, within ten minutes. */
    String oneTimeLink() {
        return "/sign-in?code=" + sessions.newCode();
    }

    /** Whether the request carries the admin token or a session opened with it; a wrong token counts as a guess. */
    boolean isDone(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return sessions.isBearer(authorization.substring(7).strip());
        }
        return session(request).filter(sessions::isOpen).isPresent();
    }

    /** Answers with the page that asks for the token. */
    void ask(RoutingContext context) {
        ask(context, pages.of(context).signIn());
    }

    private static void ask(RoutingContext context, StaticFile page) {
        context.response().putHeader("WWW-Authenticate", "Bearer realm=\"lethe\"");
        page.answer(context.request(), 401);
    }

    /** Lets only those pass who are signed in; for what no person opens by an address. */
    void require(RoutingContext context) {
        if (isDone(context.request())) {
            context.next();
            return;
        }
        Optional<Duration> wait = sessions.retryAfter();
        if (wait.isPresent() && context.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
            new Problem(
                            429,
                            "Too many wrong tokens",
                            "Nobody's token is looked at until Retry-After has passed.",
                            Optional.empty(),
                            wait)
                    .answer(context.response());
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"lethe\"");
            Problem.of(401, "Not signed in", "Sign in first, or send the admin token as bearer.")
                    .answer(context.response());
        }
    }

    /**
     * Lets a post pass that comes from the console's own page, or from no browser at all: {@code Origin} names the host that was
     * asked, or without a usable one {@code Sec-Fetch-Site} says so.
     */
    static void fromHere(RoutingContext context) {
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
            Problem.of(403, "Foreign origin", "Only the console's own page may do this.")
                    .answer(context.response());
        }
    }

    private static String hostOf(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null ? request.authority().toString() : host;
    }

    private void byToken(RoutingContext context) {
        String guess = context.request().getFormAttribute("token");
        welcome(context, sessions.signIn(guess == null ? "" : guess.strip()));
    }

    private void byLink(RoutingContext context) {
        String code = context.request().getParam("code");
        if (code == null || context.request().method().equals(HttpMethod.HEAD)) {
            // A HEAD is a link checker's: it must not use up the link.
            ConsoleAnswers.redirect(context, "/");
            return;
        }
        welcome(context, sessions.signInByCode(code));
    }

    private void welcome(RoutingContext context, Attempt attempt) {
        switch (attempt) {
            case Attempt.SignedIn(String session) -> {
                context.response().addCookie(cookie(session, AdminSessions.SESSION_LIFE));
                ConsoleAnswers.redirect(context, "/");
            }
            case Attempt.Wrong() -> ask(context, pages.of(context).signInWrong());
            case Attempt.TooMany(Duration wait) -> {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, seconds(wait));
                pages.of(context).signInLater().answer(context.request(), 429);
            }
        }
    }

    private void signOut(RoutingContext context) {
        session(context.request()).ifPresent(sessions::signOut);
        context.response().addCookie(cookie("", Duration.ZERO));
        ConsoleAnswers.redirect(context, "/");
    }

    private static Cookie cookie(String value, Duration life) {
        return Cookie.cookie(SESSION_COOKIE, value)
                .setPath("/")
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT)
                .setMaxAge(life.toSeconds());
    }

    private static Optional<String> session(HttpServerRequest request) {
        return Optional.ofNullable(request.getCookie(SESSION_COOKIE)).map(Cookie::getValue);
    }

    /** Rounded up: after this many seconds the answer is another one. */
    private static String seconds(Duration wait) {
        return Long.toString(wait.plusMillis(999).toSeconds());
    }
}
