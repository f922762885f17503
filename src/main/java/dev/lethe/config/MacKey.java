package dev.lethe.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key for HMAC-SHA-256 (RFC 2104). Immutable and thread-safe; prints nothing of itself. */
public final class MacKey {
    private static final String ALGORITHM = "HmacSHA256";

    /** Holds the key and is never fed: looking the algorithm up again takes longer than a code. */
    private final Mac keyed;

    /** Takes 32 random bytes; never derive them from another key that must be destroyable on its own. */
    public MacKey(byte[] bytes) {
        try {
            this.keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(bytes, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** The 32-byte code of the parts, each preceded by its length so that no two lists of parts look alike. */
    public byte[] sign(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += Integer.BYTES + part.length;
        }
        ByteBuffer message = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            message.putInt(part.length).put(part);
        }
        return hmac(message.array());
    }

    /** The 32-byte code of one byte string as it is: HMAC-SHA-256(key, bytes). */
    public byte[] hmac(byte[] bytes) {
        try {
            return ((Mac) keyed.clone()).doFinal(bytes);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Java's own " + ALGORITHM + " can be cloned", e);
        }
    }

    public byte[] hmac(String text) {
        return hmac(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Compares in constant time. */
    public boolean verifies(byte[] code, byte[]... parts) {
        return MessageDigest.isEqual(code, sign(parts));
    }

    @Override
    public String toString() {
        return "(key)";
    }
}
