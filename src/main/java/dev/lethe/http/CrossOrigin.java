package dev.lethe.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which pages may speak to the collector: those of the site and the collector's own. Browsers say where a request comes from in
 * {@code Origin} and {@code Sec-Fetch-Site}; a page cannot forge either. Thread-safe.
 */
public final class CrossOrigin {
    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("Sec-Fetch-Site");
    private static final CharSequence SEC_FETCH_MODE = HttpHeaders.createOptimized("Sec-Fetch-Mode");
    /** Two hours: the longest that Chromium keeps a preflight's answer. */
    private static final String MAX_AGE_SECONDS = "7200";

    private final Supplier<String> ownOrigin;

    /**
     * Makes the rules of one listener.
     *
     * @param ownOrigin the origin of {@code public.url}; asked at each request because a port may be chosen at start
     */
    public CrossOrigin(Supplier<String> ownOrigin) {
        this.ownOrigin = ownOrigin;
    }

    /** The page's origin as its browser sent it; empty when there is none or it is opaque. */
    public static Optional<String> originOf(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaders.ORIGIN)).filter(origin -> !origin.equals("null"));
    }

    /**
     * Whether a request comes from elsewhere than a page of the site or the collector itself. Without an origin, the browser's
     * {@code Sec-Fetch-Site} decides; without both it is no browser's, and not foreign.
     */
    public boolean isForeign(HttpServerRequest request, Predicate<String> isSiteOrigin) {
        MultiMap headers = request.headers();
        String origin = headers.get(HttpHeaders.ORIGIN);
        if (origin != null && !origin.equals("null")) {
            return !isSiteOrigin.test(origin) && !origin.equals(ownOrigin.get());
        }
        String site = headers.get(SEC_FETCH_SITE);
        if (site == null) {
            return origin != null;
        }
        return !site.equals("same-origin") && !site.equals("same-site");
    }

    /** Whether a browser sends this by navigating, which nothing under {@code /api} is for. */
    public static boolean isNavigation(HttpServerRequest request) {
        return "navigate".equals(request.getHeader(SEC_FETCH_MODE));
    }

    /** Lets a page of the site read the answer: its exact origin, with credentials. */
    public void exposeTo(HttpServerRequest request, Predicate<String> isSiteOrigin) {
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (mayRead(origin, isSiteOrigin)) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
                    .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "Lethe-Outcome, Retry-After");
        }
    }

    /** Answers a preflight request: 204, with permission only for an origin that has some. */
    public void preflight(HttpServerRequest request, Predicate<String> isSiteOrigin, String methods) {
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (mayRead(origin, isSiteOrigin)) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type")
                    .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
        }
        var ignored = response.setStatusCode(204).end();
    }

    private static boolean mayRead(@Nullable String origin, Predicate<String> isSiteOrigin) {
        return origin != null && !origin.equals("null") && isSiteOrigin.test(origin);
    }
}
