package dev.lethe.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of network addresses in CIDR notation, {@code 10.0.0.0/8} or {@code ::1}; a bare address is a range of one. */
public record AddressRange(InetAddress network, int prefixLength) {

    /**
     * @throws IllegalArgumentException when the text is not a literal address with an optional prefix length; names are never
     *     looked up
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        if (!literal.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("'" + text + "' is not an address range such as 10.0.0.0/8 or ::1");
        }
        try {
            InetAddress network = InetAddress.getByName(literal);
            int bits = network.getAddress().length * 8;
            int length = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (length < 0 || length > bits) {
                throw new IllegalArgumentException("'" + text + "' has a prefix length outside 0 to " + bits);
            }
            return new AddressRange(network, length);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address range such as 10.0.0.0/8 or ::1", e);
        }
    }

    public boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((ours[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
