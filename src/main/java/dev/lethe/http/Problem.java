package dev.lethe.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/**
 * An error answer as {@code application/problem+json} (RFC 9457). It says what is wrong and what would be right; it never repeats
 * the path, a value that was sent, or a stack. Immutable.
 *
 * @param field which field is wrong, such as {@code [3].url}
 * @param retryAfter when the same request may be sent again
 */
public record Problem(int status, String title, String detail, Optional<String> field, Optional<Duration> retryAfter) {

    public static Problem of(int status, String title, String detail) {
        return new Problem(status, title, detail, Optional.empty(), Optional.empty());
    }

    public static Problem badField(String field, String detail) {
        return new Problem(400, "Not a valid request", detail, Optional.of(field), Optional.empty());
    }

    public static Problem unknownSite() {
        return of(
                404,
                "Unknown site",
                "No site of that name is registered here. An operator adds one with `lethe site add`.");
    }

    public static Problem foreignOrigin() {
        return of(
                403,
                "Foreign origin",
                "This request may only come from a page of the site itself or of the collector.");
    }

    public static Problem tooLarge(int limitBytes) {
        return of(413, "Too large", "The body may have at most " + limitBytes + " bytes.");
    }

    public static Problem tooMany(Duration retryAfter) {
        return new Problem(
                429,
                "Too many requests",
                "This source has used up its share; wait as Retry-After says.",
                Optional.empty(),
                Optional.of(retryAfter));
    }

    public static Problem unavailable(Duration retryAfter) {
        return new Problem(
                503,
                "Not available right now",
                "It was not done, or is not known to be done. Send the same request again after Retry-After.",
                Optional.empty(),
                Optional.of(retryAfter));
    }

    /** Ends the response with this problem; does nothing when it has ended or its connection is gone. */
    public void answer(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        retryAfter.ifPresent(wait -> response.putHeader(
                HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000))));
        JsonObject body = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        field.ifPresent(name -> body.put("field", name));
        Buffer bytes = body.toBuffer();
        var ignored = response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length()))
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(bytes);
    }
}
