package dev.lethe.consent;

import dev.lethe.config.MacKey;
import dev.lethe.site.Site;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Signs visitor tokens and reads them back. The written form is {@code v1.<content>.<mac>} in base64url; the code covers the site, so
 * that one site's token says nothing on another. Thread-safe.
 */
public final class VisitorTokens {
    private static final byte[] PURPOSE = "lethe visitor token v1".getBytes(StandardCharsets.US_ASCII);
    private static final String VERSION = "v1.";
    private static final int CONTENT_BYTES = VisitorId.BYTES + 4 * Integer.BYTES + 2 * Long.BYTES + 1 + Short.BYTES;
    private static final int MAC_BYTES = 32;
    private static final int WRITTEN_LENGTH =
            VERSION.length() + base64Length(CONTENT_BYTES) + 1 + base64Length(MAC_BYTES);
    private static final int NEVER = Integer.MIN_VALUE;
    private static final int DESPITE_SIGNAL = 1;

    private final TokenKeys keys;
    private final Period lifetime;

    public VisitorTokens(TokenKeys keys, Period visitorLifetime) {
        this.keys = keys;
        this.lifetime = visitorLifetime;
    }

    public String write(Site site, VisitorToken token) {
        int number = keys.current();
        MacKey key = keys.find(number).orElseThrow();
        byte[] content = ByteBuffer.allocate(CONTENT_BYTES)
                .put(token.id().toBytes())
                .putInt(epochDay(token.issued()))
                .putInt(token.lastSeen().map(VisitorTokens::epochDay).orElse(NEVER))
                .putInt(token.noticeVersion())
                .putInt(epochDay(token.consented()))
                .putLong(token.receipt().getMostSignificantBits())
                .putLong(token.receipt().getLeastSignificantBits())
                .put((byte) (token.despiteSignal() ? DESPITE_SIGNAL : 0))
                .putShort((short) number)
                .array();
        return VERSION + encode(content) + "." + encode(key.sign(PURPOSE, siteBytes(site), content));
    }

    /**
     * Reads a token that a browser sent. Empty, as if there were none: another site's, a forged or altered one, one signed with a
     * key that is gone, and one whose 13 months are over.
     */
    public Optional<VisitorToken> read(Site site, String written, Instant now) {
        if (written.length() != WRITTEN_LENGTH || !written.startsWith(VERSION)) {
            return Optional.empty();
        }
        int dot = VERSION.length() + base64Length(CONTENT_BYTES);
        if (written.charAt(dot) != '.') {
            return Optional.empty();
        }
        Optional<byte[]> content = decode(written.substring(VERSION.length(), dot));
        Optional<byte[]> mac = decode(written.substring(dot + 1));
        if (content.isEmpty() || mac.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(content.get());
        int number = Short.toUnsignedInt(fields.getShort(CONTENT_BYTES - Short.BYTES));
        boolean genuine = keys.find(number)
                .map(key -> key.verifies(mac.get(), PURPOSE, siteBytes(site), content.get()))
                .orElse(false);
        if (!genuine) {
            return Optional.empty();
        }
        byte[] id = new byte[VisitorId.BYTES];
        fields.get(id);
        LocalDate issued = LocalDate.ofEpochDay(fields.getInt());
        int lastSeen = fields.getInt();
        VisitorToken token = new VisitorToken(
                new VisitorId(id),
                issued,
                lastSeen == NEVER ? Optional.empty() : Optional.of(LocalDate.ofEpochDay(lastSeen)),
                fields.getInt(),
                LocalDate.ofEpochDay(fields.getInt()),
                new UUID(fields.getLong(), fields.getLong()),
                (fields.get() & DESPITE_SIGNAL) != 0);
        return now.isBefore(token.endsAt(site, lifetime)) ? Optional.of(token) : Optional.empty();
    }

    private static byte[] siteBytes(Site site) {
        return site.id().value().getBytes(StandardCharsets.US_ASCII);
    }

    private static int epochDay(LocalDate day) {
        return Math.toIntExact(day.toEpochDay());
    }

    private static int base64Length(int bytes) {
        return (bytes * 4 + 2) / 3;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Only the one canonical spelling is accepted: a last character's unused bits would else give each token four spellings. */
    private static Optional<byte[]> decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
