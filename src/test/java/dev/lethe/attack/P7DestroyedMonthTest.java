package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.database.TestDatabase;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * P7: the attacker has a backup from the month of the visits, put into a database of her own on a machine whose clock she turned back,
 * all of today's {@code keys.dir}, and every visitor's cookie. While the month's file is there she finds whose each event is; once
 * retention has destroyed it, her best is to guess.
 */
@Timeout(120)
class P7DestroyedMonthTest {
    private static final Instant VISITS = Instant.parse("2024-01-15T10:00:00Z");
    private static final Instant AFTERWARDS = Instant.parse("2026-03-02T10:00:00Z");
    private static final int VISITORS = 30;
    private static final long SEED = 7;

    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path directory;

    @Test
    void anOldBackupTodaysKeysAndTheCookiesLinkNobodyOfADestroyedMonth() throws Exception {
        System.out.println("seed " + SEED);
        Path file = directory.resolve("old.backup");
        TestClock clock = TestClock.at(VISITS);
        try (TestLethe lethe = TestLethe.start(clock);
                TestDatabase stolen = TestDatabase.fresh()) {
            List<byte[]> ids = new ArrayList<>();
            for (int i = 0; i < VISITORS; i++) {
                Visitor visitor = lethe.visitor();
                visitor.grant();
                visitor.view("/visitor/" + (char) ('a' + i % 26) + i);
                ids.add(idOf(visitor.cookies().get("lethe-" + TestLethe.SITE)));
            }
            assertEquals(
                    0, CommandRun.of(lethe, "db", "backup", file.toString()).exitCode());

            clock.jumpTo(AFTERWARDS);
            byte[] kept = keys(lethe).find("month-2024-01.kek").orElseThrow();
            try (TestLethe node = lethe.another()) {
                await(() -> !keys(node).names().contains("month-2024-01.kek"));
            }
            lethe.collector().close();

            clock.jumpTo(VISITS);
            CommandRun restore = CommandRun.of(
                    lethe,
                    "db",
                    "restore",
                    file.toString(),
                    "--database.url=" + stolen.url().reveal());
            assertEquals(0, restore.exitCode(), restore::err);
            List<String> pseudonyms = column(stolen, "select pseudonym::text from raw.event order by beacon_id");
            List<String> wrapped = column(stolen, "select encode(wrapped, 'hex') from keys.month");
            assertEquals(VISITORS, pseudonyms.size(), "she has every event");

            List<byte[]> today = new ArrayList<>();
            for (String name : keys(lethe).names()) {
                today.add(keys(lethe).find(name).orElseThrow());
            }
            int linked = linked(today, wrapped, ids, pseudonyms);
            List<byte[]> withTheFile = new ArrayList<>(today);
            withTheFile.add(kept);
            int control = linked(withTheFile, wrapped, ids, pseudonyms);
            int guessed = guessed(ids, pseudonyms);
            System.out.println("linked " + linked + " of " + VISITORS + ", by guessing " + guessed
                    + "; with the month's file kept " + control);
            assertEquals(0, linked, "no key opens what it made");
            assertEquals(VISITORS, control, "the control");
        }
    }

    /** How many cookies a key that can be made of these files joins with an event. */
    private static int linked(List<byte[]> files, List<String> wrapped, List<byte[]> ids, List<String> pseudonyms)
            throws GeneralSecurityException {
        List<byte[]> candidates = new ArrayList<>(files);
        for (byte[] file : files) {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(file, "AES"));
            for (String each : wrapped) {
                try {
                    candidates.add(cipher.unwrap(HexFormat.of().parseHex(each), "AES", Cipher.SECRET_KEY)
                            .getEncoded());
                } catch (GeneralSecurityException notItsFile) {
                    // The wrapping is authenticated: only its own file opens it.
                    continue;
                }
            }
        }
        int linked = 0;
        for (byte[] id : ids) {
            if (candidates.stream().anyMatch(key -> pseudonyms.contains(pseudonym(key, id)))) {
                linked++;
            }
        }
        return linked;
    }

    /** What somebody without any file does: pairs them at random. */
    private static int guessed(List<byte[]> ids, List<String> pseudonyms) {
        Random guesses = new Random(SEED);
        int right = 0;
        for (int i = 0; i < ids.size(); i++) {
            right += guesses.nextInt(pseudonyms.size()) == i ? 1 : 0;
        }
        return right;
    }

    private static String pseudonym(byte[] key, byte[] id) {
        ByteBuffer code = ByteBuffer.wrap(new MacKey(key).hmac(id));
        return new UUID(code.getLong(), code.getLong()).toString();
    }

    private KeyDirectory keys(TestLethe lethe) {
        return KeyDirectory.open(lethe.keysDir(), random);
    }

    private static byte[] idOf(String token) {
        return Arrays.copyOf(Base64.getUrlDecoder().decode(token.split("\\.", 3)[1]), 16);
    }

    private static List<String> column(TestDatabase database, String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static void await(BooleanSupplier condition) {
        Instant until = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(until)) {
                throw new AssertionError("it did not happen within 30 seconds");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
