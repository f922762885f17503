package dev.lethe.http;

import dev.lethe.config.AddressRange;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a request comes from, for the length of that request: for a country and for limits, never to be kept or printed.
 *
 * @param address the right-most hop that is not one of our proxies; what stands further left anybody can write
 * @param isThisMachine whether the peer itself is on this machine and no proxy vouches for somebody behind it
 */
public record ClientAddress(InetAddress address, boolean isThisMachine) {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public static ClientAddress of(HttpServerRequest request, List<AddressRange> proxies) {
        InetAddress peer = parse(request.remoteAddress().hostAddress());
        List<String> forwarded = request.headers().getAll("X-Forwarded-For");
        if (forwarded.isEmpty() || !isProxy(peer, proxies)) {
            return new ClientAddress(peer, peer.isLoopbackAddress());
        }
        String[] hops = String.join(",", forwarded).split(",", -1);
        InetAddress client = peer;
        for (int hop = hops.length - 1; hop >= 0 && isProxy(client, proxies); hop--) {
            String text = hops[hop].strip();
            if (!LITERAL.matcher(text).matches()) {
                break;
            }
            client = parse(text);
        }
        return new ClientAddress(client, false);
    }

    /** The network: the first 24 bits of an IPv4 address, the first 48 of an IPv6 one. */
    public byte[] network() {
        byte[] bytes = address.getAddress();
        return Arrays.copyOf(bytes, bytes.length == 4 ? 3 : 6);
    }

    private static boolean isProxy(InetAddress address, List<AddressRange> proxies) {
        return proxies.stream().anyMatch(range -> range.contains(address));
    }

    private static InetAddress parse(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress();
        }
    }

    @Override
    public String toString() {
        return "(address)";
    }
}
