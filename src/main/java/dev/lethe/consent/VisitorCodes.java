package dev.lethe.consent;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.site.Site;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Visitor codes: a visitor's id on paper, for whoever wants to exercise rights by letter, from another browser, or after the cookie's
 * end. 45 characters in groups of five: id, day of issue and 80 bits of HMAC-SHA-256 under {@code rights.key}. Thread-safe.
 *
 * <p>Made only when a visitor asks, kept nowhere. 80 bits are enough: a code forged for a random id finds nobody, and the id itself has
 * 128.
 */
public final class VisitorCodes {
    /** For how long a code gives possession: the 13 months of a cookie, and the 25 that its last event may live. */
    public static final Period LIFE = Period.ofMonths(38);

    private static final byte[] PURPOSE = "lethe visitor code v1".getBytes(StandardCharsets.US_ASCII);
    private static final int MAC_BYTES = 10;
    private static final int BYTES = VisitorId.BYTES + Short.BYTES + MAC_BYTES;
    /** Crockford's base 32: without I, L, O and U, which people confuse. */
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static final int LENGTH = 45;
    private static final int GROUP = 5;
    private static final int LONGEST_READ = 120;

    private final MacKey key;

    public VisitorCodes(KeyDirectory keys) {
        this.key = new MacKey(keys.findOrMake(Tags.KEY));
    }

    /** The visitor's code, issued on this site-local day. */
    public String write(Possession visitor, LocalDate today) {
        byte[] content = ByteBuffer.allocate(VisitorId.BYTES + Short.BYTES)
                .put(visitor.visitor().toBytes())
                .putShort((short) today.toEpochDay())
                .array();
        byte[] all = ByteBuffer.allocate(BYTES)
                .put(content)
                .put(mac(visitor.site(), content))
                .array();
        BigInteger number = new BigInteger(1, all);
        StringBuilder code = new StringBuilder();
        for (int i = LENGTH - 1; i >= 0; i--) {
            code.append(DIGITS.charAt(number.shiftRight(5 * i).intValue() & 31));
            if (i > 0 && i % GROUP == 0) {
                code.append('-');
            }
        }
        return code.toString();
    }

    /**
     * Reads a code as somebody typed it: in either case, with or without dashes and spaces, O for 0, I and L for 1. Empty for anything
     * that is not a genuine code of this site younger than {@link #LIFE}.
     */
    public Optional<Possession> read(Site site, String typed, Instant now) {
        if (typed.length() > LONGEST_READ) {
            return Optional.empty();
        }
        String text = typed.toUpperCase(Locale.ROOT)
                .replaceAll("[\\s-]", "")
                .replace('O', '0')
                .replaceAll("[IL]", "1");
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < LENGTH; i++) {
            int digit = DIGITS.indexOf(text.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            number = number.shiftLeft(5).or(BigInteger.valueOf(digit));
        }
        if (number.bitLength() > 8 * BYTES) {
            return Optional.empty();
        }
        byte[] all = bytes(number);
        byte[] content = Arrays.copyOf(all, VisitorId.BYTES + Short.BYTES);
        if (!MessageDigest.isEqual(mac(site, content), Arrays.copyOfRange(all, VisitorId.BYTES + Short.BYTES, BYTES))) {
            return Optional.empty();
        }
        LocalDate issued = LocalDate.ofEpochDay(
                Short.toUnsignedInt(ByteBuffer.wrap(content).getShort(VisitorId.BYTES)));
        return site.dayOf(now).isBefore(issued.plus(LIFE))
                ? Optional.of(new Possession(site, new VisitorId(Arrays.copyOf(content, VisitorId.BYTES))))
                : Optional.empty();
    }

    private byte[] mac(Site site, byte[] content) {
        byte[] code = key.sign(PURPOSE, site.id().value().getBytes(StandardCharsets.US_ASCII), content);
        return Arrays.copyOf(code, MAC_BYTES);
    }

    /** The number in exactly as many bytes as a code has; {@link BigInteger#toByteArray} gives fewer, or one more for the sign. */
    private static byte[] bytes(BigInteger number) {
        byte[] shortest = number.toByteArray();
        byte[] all = new byte[BYTES];
        int length = Math.min(shortest.length, BYTES);
        System.arraycopy(shortest, shortest.length - length, all, BYTES - length, length);
        return all;
    }
}
