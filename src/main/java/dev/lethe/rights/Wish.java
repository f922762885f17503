package dev.lethe.rights;

import dev.lethe.consent.Possession;
import dev.lethe.consent.Signals;
import dev.lethe.site.Site;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody asks for under {@code /privacy}, for the length of one request.
 *
 * @param fields of the form or JSON object; none when the page is only read
 * @param visitor who it is, by the visitor code in the form or else by the cookie; empty when neither is genuine
 * @param byCode whether a visitor code was given, genuine or not: then the cookie counts for nothing
 */
record Wish(
        HttpServerRequest request,
        Site site,
        String language,
        Map<String, String> fields,
        Signals signals,
        Optional<Possession> visitor,
        boolean byCode,
        Instant at) {

    /** Whether a program asks, which wants JSON; everybody else gets a page. */
    boolean wantsJson() {
        String accept = request.getHeader("Accept");
        return accept != null && accept.contains("application/json") && !accept.contains("text/html");
    }

    @Override
    public String toString() {
        return "(wish)";
    }
}
