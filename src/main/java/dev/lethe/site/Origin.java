package dev.lethe.site;

import java.net.IDN;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** A web origin as browsers send it in {@code Origin}: scheme, host and, unless it is the scheme's own, port (RFC 6454). */
public final class Origin {
    private Origin() {}

    /**
     * Normalises what a person types: {@code HTTPS://Www.Example.com:443/} becomes {@code https://www.example.com}.
     *
     * @throws IllegalArgumentException with a sentence that says what is wrong
     */
    public static String parse(String typed) {
        URI uri;
        try {
            uri = URI.create(typed.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + typed + "' is not an origin such as https://www.example.com", e);
        }
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        boolean bare = (uri.getRawPath() == null
                        || uri.getRawPath().isEmpty()
                        || uri.getRawPath().equals("/"))
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        if (!(scheme.equals("https") || scheme.equals("http")) || uri.getHost() == null || !bare) {
            throw new IllegalArgumentException(
                    "'" + typed + "' is not an origin such as https://www.example.com: scheme, host and port only");
        }
        String host = IDN.toASCII(uri.getHost()).toLowerCase(Locale.ROOT);
        boolean ownPort = uri.getPort() == -1
                || (scheme.equals("https") && uri.getPort() == 443)
                || (scheme.equals("http") && uri.getPort() == 80);
        return scheme + "://" + host + (ownPort ? "" : ":" + uri.getPort());
    }
}
