package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.lethe.config.KeyDirectory;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionDatabase;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.SettableClock;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.retention.WriteAheadLog;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * S11: what is destroyed is destroyed securely. Somebody keeps a copy of the database, takes today's keys directory and a visitor's
 * cookie, and looks for the visitor's events in the copy.
 */
@Timeout(60)
class S11SecurelyDestroyedTest {
    private static final LocalDate DAY = LocalDate.of(2025, 1, 31);
    private static final YearMonth MONTH = YearMonth.from(DAY);
    private static final String SITE = "example.com";

    @TempDir
    private Path keysDir;

    private final SecureRandom random = new SecureRandom();

    /** An old copy of the database: the wrapped keys and the events, as they were before the destruction. */
    private record OldCopy(List<byte[]> wrapped, List<UUID> pseudonyms) {}

    @Test
    void anOldCopyOfTheDatabaseCannotBeJoinedToACookie() throws GeneralSecurityException {
        try (RetentionDatabase database = new RetentionDatabase()) {
            Pool pool = database.as("retention");
            KeyDirectory files = KeyDirectory.open(keysDir.resolve("keys"), random);
            byte[] cookie = bytes(16);
            plant(database, files, MONTH, cookie);
            // The next month lives on, with the same visitor.
            plant(database, files, MONTH.plusMonths(1), cookie);
            OldCopy copy = new OldCopy(
                    database.list("select wrapped as value from keys.month", Buffer.class).stream()
                            .map(Buffer::getBytes)
                            .toList(),
                    database.list("select pseudonym as value from raw.event where day = '" + DAY + "'", UUID.class));
            // The control: while the key lives, the copy tells.
            assertEquals(1, join(copy, files, cookie));

            SettableClock clock = new SettableClock(RetentionPolicy.DEFAULT.dropsAt(DAY));
            Retention retention = new Retention(
                    RetentionPolicy.DEFAULT,
                    pool,
                    new StoredMonthKeys(pool, files, month -> {}),
                    List.of(),
                    () -> WriteAheadLog.forget(database.owner()),
                    clock);
            Report.Done done = assertInstanceOf(Report.Done.class, retention.run(clock.instant(), false, false));
            assertEquals(List.of(MONTH), done.keys());

            assertEquals(0, join(copy, files, cookie));
            assertEquals(List.of(DAY.plusDays(1)), database.tables());
            assertEquals(
                    List.of(DAY.plusDays(1)), database.list("select month as value from keys.month", LocalDate.class));
            assertEquals(List.of(StoredMonthKeys.fileName(MONTH.plusMonths(1))), files.names());
        }
    }

    /** A key for the month, and one event of the visitor among strangers', on the month's day that is next to the other's. */
    private void plant(RetentionDatabase database, KeyDirectory files, YearMonth month, byte[] cookie)
            throws GeneralSecurityException {
        LocalDate day = month.equals(MONTH) ? DAY : DAY.plusDays(1);
        byte[] key = bytes(32);
        Cipher wrap = Cipher.getInstance("AESWrap");
        wrap.init(Cipher.WRAP_MODE, new SecretKeySpec(files.findOrMake(StoredMonthKeys.fileName(month)), "AES"));
        byte[] wrapped = wrap.wrap(new SecretKeySpec(key, "AES"));
        database.makeDay(day, 20);
        database.execute(
                "insert into keys.month values ('" + SITE + "', '" + month.atDay(1) + "', '\\x"
                        + HexFormat.of().formatHex(wrapped) + "')",
                "update raw.event set pseudonym = '" + pseudonym(key, cookie)
                        + "' where beacon_id = (select min(beacon_id::text)::uuid from raw.event where day = '" + day
                        + "')");
    }

    /** How many events of the copy are the cookie's, by every wrapped key and everything that may unwrap it. */
    private static long join(OldCopy copy, KeyDirectory files, byte[] cookie) throws GeneralSecurityException {
        long found = 0;
        for (byte[] wrapped : copy.wrapped()) {
            for (String name : files.names()) {
                Cipher unwrap = Cipher.getInstance("AESWrap");
                unwrap.init(
                        Cipher.UNWRAP_MODE, new SecretKeySpec(files.find(name).orElseThrow(), "AES"));
                try {
                    byte[] key =
                            unwrap.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
                    UUID wanted = pseudonym(key, cookie);
                    found += copy.pseudonyms().stream().filter(wanted::equals).count();
                } catch (InvalidKeyException notThisOne) {
                    // The wrapping is authenticated: another month's file does not open it.
                    continue;
                }
            }
        }
        return found;
    }

    private static UUID pseudonym(byte[] key, byte[] cookie) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        ByteBuffer first = ByteBuffer.wrap(Arrays.copyOf(mac.doFinal(cookie), 16));
        return new UUID(first.getLong(), first.getLong());
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
