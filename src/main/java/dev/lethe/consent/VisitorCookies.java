package dev.lethe.consent;

import dev.lethe.config.Settings;
import dev.lethe.site.Site;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * The two cookies of a site: the visitor token and the refusal. Host-only, {@code HttpOnly}, {@code SameSite=Lax}; their names' prefix
 * makes browsers refuse any that another host or an insecure page tries to plant (RFC 6265bis § 4.1.3). Thread-safe.
 */
public final class VisitorCookies {
    private final String prefix;
    private final String path;
    private final boolean secure;

    public VisitorCookies(Settings.PublicListener listener) {
        this.secure = listener.isSecure();
        this.path = listener.basePath().isEmpty() ? "/" : listener.basePath();
        this.prefix = !secure ? "" : path.equals("/") ? "__Host-" : "__Secure-";
    }

    public String tokenName(Site site) {
        return prefix + "lethe-" + site.id().value();
    }

    public String refusalName(Site site) {
        return prefix + "lethe_refused-" + site.id().value();
    }

    /** Everything the gate may look at. */
    public Signals read(HttpServerRequest request, Site site) {
        Cookie token = request.getCookie(tokenName(site));
        Cookie refusal = request.getCookie(refusalName(site));
        boolean refuses = "1".equals(request.getHeader("Sec-GPC")) || "1".equals(request.getHeader("DNT"));
        return new Signals(
                Optional.ofNullable(token).map(Cookie::getValue),
                Optional.ofNullable(refusal).map(Cookie::getValue).flatMap(Refusal::ofValue),
                refuses);
    }

    /** Sets the token for what remains of its fixed life. */
    public void setToken(HttpServerResponse response, Site site, String written, Instant endsAt, Instant now) {
        set(response, tokenName(site), written, Duration.between(now, endsAt));
    }

    public void setRefusal(HttpServerResponse response, Site site, Refusal refusal, LocalDate today, Instant now) {
        Instant endsAt = site.startOf(today.plus(refusal.life()));
        set(response, refusalName(site), refusal.value(), Duration.between(now, endsAt));
    }

    public void clearToken(HttpServerResponse response, Site site) {
        set(response, tokenName(site), "", Duration.ZERO);
    }

    public void clearRefusal(HttpServerResponse response, Site site) {
        set(response, refusalName(site), "", Duration.ZERO);
    }

    private void set(HttpServerResponse response, String name, String value, Duration life) {
        response.addCookie(Cookie.cookie(name, value)
                .setPath(path)
                .setMaxAge(Math.max(0, life.toSeconds()))
                .setHttpOnly(true)
                .setSecure(secure)
                .setSameSite(CookieSameSite.LAX));
    }
}
