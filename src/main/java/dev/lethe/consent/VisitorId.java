package dev.lethe.consent;

import java.security.SecureRandom;
import java.util.Arrays;

/** What a visitor's cookie holds: 128 random bits, known to one browser and never stored on the server. Prints nothing of itself. */
public final class VisitorId {
    static final int BYTES = 16;

    private final byte[] bytes;

    VisitorId(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a visitor id has " + BYTES + " bytes");
        }
        this.bytes = bytes.clone();
    }

    public static VisitorId random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new VisitorId(bytes);
    }

    /** A copy of the 16 bytes, for the pseudonymiser and for tags. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VisitorId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "(visitor id)";
    }
}
