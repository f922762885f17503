package dev.lethe.config;

import java.net.InetAddress;
import java.net.URI;

/** What a host's name or address says by itself; nothing is ever looked up. Stateless. */
public final class Hosts {
    private Hosts() {}

    /** Only this machine can reach it: RFC 6761 gives {@code localhost} and everything below it to the loopback interface. */
    public static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || (isLiteral(host) && address(host).isLoopbackAddress());
    }

    /** A listener bound to it listens on every interface. */
    static boolean isAny(String host) {
        return isLiteral(host) && address(host).isAnyLocalAddress();
    }

    static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    static String ofUrl(URI url) {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isLiteral(String host) {
        return host.contains(":") || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }

    private static InetAddress address(String literal) {
        return AddressRange.parse(literal).network();
    }
}
