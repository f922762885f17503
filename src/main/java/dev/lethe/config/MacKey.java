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

    private final SecretKeySpec key;

    /** Takes 32 random bytes; never derive them from another key that must be destroyable on its own. */
    public MacKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, ALGORITHM);
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
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
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
