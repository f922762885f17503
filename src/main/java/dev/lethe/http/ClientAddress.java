package dev.lethe.http;

import dev.lethe.config.AddressRange;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a request comes from, for the length of that request: for a country and for limits, never to be kept or printed.
 *
 * @param address the right-most hop that is not one of our proxies; what stands further left anybody can write
 * @param isThisMachine whether the peer itself is on this machine and no proxy vouches for somebody behind it
 */
public record ClientAddress(InetAddress address, boolean isThisMachine) {
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    /** An IPv4 address, or what may be an IPv6 one; some proxies add the port. Nothing else: a name would be looked up. */
    private static final Pattern HOP = Pattern.compile("((?:" + BYTE + "\\.){3}" + BYTE + ")(?::[0-9]{1,5})?"
            + "|\\[([0-9a-fA-F:][0-9a-fA-F:.]*:[0-9a-fA-F:.]*)](?::[0-9]{1,5})?"
            + "|([0-9a-fA-F:][0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*|::[0-9a-fA-F:.]*)");

    public static ClientAddress of(HttpServerRequest request, List<AddressRange> proxies) {
        InetAddress peer = parse(request.remoteAddress().hostAddress()).orElseGet(InetAddress::getLoopbackAddress);
        List<String> forwarded = request.headers().getAll("X-Forwarded-For");
        if (forwarded.isEmpty() || !isProxy(peer, proxies)) {
            return new ClientAddress(peer, peer.isLoopbackAddress());
        }
        String[] hops = String.join(",", forwarded).split(",", -1);
        InetAddress client = peer;
        for (int hop = hops.length - 1; hop >= 0 && isProxy(client, proxies); hop--) {
            Optional<InetAddress> found = hop(hops[hop].strip());
            if (found.isEmpty()) {
                break;
            }
            client = found.get();
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

    private static Optional<InetAddress> hop(String text) {
        Matcher hop = HOP.matcher(text);
        if (!hop.matches()) {
            return Optional.empty();
        }
        return Stream.of(1, 2, 3)
                .map(hop::group)
                .filter(Objects::nonNull)
                .findFirst()
                .flatMap(ClientAddress::parse);
    }

    /** The address that is written so; empty when it is none. */
    private static Optional<InetAddress> parse(String literal) {
        try {
            return Optional.of(InetAddress.getByName(literal));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "(address)";
    }
}
