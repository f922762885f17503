package dev.lethe;

import dev.lethe.config.Settings;
import java.net.URI;

/** Addresses that follow from the port that is really used. */
final class Ports {
    private Ports() {}

    /** The public URL with the port that is really used, without a slash at its end. */
    static URI withPort(Settings.PublicListener listener, int port) {
        String url = listener.urlIsSet()
                ? listener.url().toString()
                : listener.url().getScheme() + "://" + listener.url().getHost() + ":" + port + listener.basePath();
        return URI.create(url.replaceAll("/+$", ""));
    }

    /** The origin of a URL as browsers send it. */
    static String origin(URI url) {
        boolean own = url.getPort() == -1
                || (url.getScheme().equals("https") && url.getPort() == 443)
                || (url.getScheme().equals("http") && url.getPort() == 80);
        return url.getScheme() + "://" + url.getHost() + (own ? "" : ":" + url.getPort());
    }
}
