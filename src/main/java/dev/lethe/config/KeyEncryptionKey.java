package dev.lethe.config;

import java.security.GeneralSecurityException;
import java.time.YearMonth;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * A month's key-encryption key (KEK): the file {@code month-YYYY-MM.kek} of {@code keys.dir} that wraps the month's keys (AES key
 * wrap, RFC 3394), which lie in the database. Immutable and thread-safe; prints nothing of itself.
 */
public final class KeyEncryptionKey {
    private static final Pattern FILE = Pattern.compile("month-(\\d{4}-(?:0[1-9]|1[0-2]))\\.kek");

    private final SecretKeySpec key;

    private KeyEncryptionKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, "AES");
    }

    public static String fileName(YearMonth month) {
        return "month-" + month + ".kek";
    }

    /** The month of a file's name, if it is the name of such a file. */
    public static Optional<YearMonth> monthOf(String fileName) {
        Matcher file = FILE.matcher(fileName);
        return file.matches() ? Optional.of(YearMonth.parse(file.group(1))) : Optional.empty();
    }

    public static Optional<KeyEncryptionKey> find(KeyDirectory directory, YearMonth month) {
        return directory.find(fileName(month)).map(KeyEncryptionKey::new);
    }

    public static KeyEncryptionKey findOrMake(KeyDirectory directory, YearMonth month) {
        return new KeyEncryptionKey(directory.findOrMake(fileName(month)));
    }

    public byte[] wrap(byte[] monthKey) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.WRAP_MODE, key);
        return cipher.wrap(new SecretKeySpec(monthKey, "HmacSHA256"));
    }

    /**
     * The month key that {@link #wrap} hid.
     *
     * @throws GeneralSecurityException when another key wrapped it: the wrapping is checked when it is taken off
     */
    public byte[] unwrap(byte[] wrapped) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.UNWRAP_MODE, key);
        return cipher.unwrap(wrapped, "HmacSHA256", Cipher.SECRET_KEY).getEncoded();
    }

    /** Whether this is the key that wrapped it. */
    public boolean unwraps(byte[] wrapped) {
        try {
            return unwrap(wrapped).length == KeyDirectory.KEY_BYTES;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "(key)";
    }
}
