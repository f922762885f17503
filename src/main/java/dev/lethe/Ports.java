package dev.lethe;

import dev.lethe.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;

/** Ports that are left to the system, and the addresses that follow from them. */
final class Ports {
    private Ports() {}

    /** A port that is free now. Several server instances must share one, so it is chosen before they bind. */
    static int free(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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
