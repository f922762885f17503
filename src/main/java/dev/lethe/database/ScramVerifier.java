package dev.lethe.database;

import dev.lethe.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What PostgreSQL keeps of a password (RFC 5802, RFC 7677; the text form of {@code pg_authid.rolpassword}): computed
 * here, so that no clear password is ever part of a statement, a server log or a process list. Immutable.
 */
final class ScramVerifier {
    /** PostgreSQL's own default; the passwords are 256 random bits, not words. */
    private static final int ITERATIONS = 4096;

    static final int SALT_BYTES = 16;
    private static final Pattern TEXT = Pattern.compile("SCRAM-SHA-256\\$\\d{1,9}:([^$]+)\\$[^:]+:.+");

    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** @param salt {@link #SALT_BYTES} bytes that nobody else can tell beforehand */
    static ScramVerifier of(Secret password, byte[] salt) {
        try {
            SecretKeyFactory pbkdf2 = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
            byte[] salted = pbkdf2.generateSecret(
                            new PBEKeySpec(password.reveal().toCharArray(), salt, ITERATIONS, 256))
                    .getEncoded();
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            return new ScramVerifier(salt.clone(), storedKey, hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has these", e);
        }
    }

    /** The salt in a verifier's text. Empty for another kind of password, an MD5 one for instance. */
    static Optional<byte[]> salt(String text) {
        Matcher matcher = TEXT.matcher(text);
        try {
            return matcher.matches() ? Optional.of(Base64.getDecoder().decode(matcher.group(1))) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    /** As {@code create role … password '…'} takes it. */
    String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "SCRAM-SHA-256$" + ITERATIONS + ":" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(storedKey) + ":" + base64.encodeToString(serverKey);
    }

    @Override
    public String toString() {
        return "(verifier)";
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
