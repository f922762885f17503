package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.database.Database;
import dev.lethe.database.TestDatabase;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.visitor.KeyRing;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * S11 on a whole Lethe: somebody kept a copy of the database from the month of a visit, and brings today's keys directory and the
 * visitor's cookie. While the month lives, Lethe's own key ring joins the two; once a node has destroyed the month, nothing does.
 */
@Timeout(60)
class S11OldCopyTest {
    private static final YearMonth MONTH = YearMonth.of(2024, 1);
    private static final Instant VISIT = Instant.parse("2024-01-15T10:00:00Z");
    /** More than 25 months after the last day of the month. */
    private static final Instant AFTERWARDS = Instant.parse("2026-03-02T10:00:00Z");

    private final SecureRandom random = new SecureRandom();

    @Test
    void anOldCopyTodaysKeysAndTheCookieCannotBeJoinedOnceTheMonthIsDestroyed() throws GeneralSecurityException {
        TestClock clock = TestClock.at(VISIT);
        try (TestLethe lethe = TestLethe.start(clock);
                TestDatabase copy = TestDatabase.fresh()) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
            byte[] id = idOf(visitor.cookies().get("lethe-" + TestLethe.SITE));
            List<String> pseudonyms = lethe.rows("select pseudonym from raw.event");
            List<String> wrapped = lethe.rows("select encode(wrapped, 'hex') from keys.month");
            copyKeys(lethe, copy);

            // The control: before the destruction the copy can be joined.
            assertEquals(2, joinWithTheKeyRing(copy, lethe, id, pseudonyms));
            assertEquals(2, joinWithEveryFile(lethe, wrapped, id, pseudonyms));

            clock.jumpTo(AFTERWARDS);
            try (TestLethe node = lethe.another()) {
                Tables.await(() -> node.count("select count(*) from keys.month where month = '2024-01-01'") == 0
                        && !keys(node).names().contains("month-" + MONTH + ".kek"));
                assertEquals(0, node.count("select count(*) from raw.event"));
            }
            RuntimeException missing =
                    assertThrows(RuntimeException.class, () -> joinWithTheKeyRing(copy, lethe, id, pseudonyms));
            assertTrue(String.valueOf(missing.getMessage()).contains("is missing"), missing::toString);
            assertEquals(0, joinWithEveryFile(lethe, wrapped, id, pseudonyms));
        }
    }

    private static void copyKeys(TestLethe lethe, TestDatabase copy) {
        copy.execute(
                "create schema keys",
                "create table keys.month (site text not null, month date not null, wrapped bytea)");
        lethe.rows("select format('insert into keys.month values (%L, %L, %L)', site, month, wrapped) from keys.month")
                .forEach(copy::execute);
    }

    private KeyDirectory keys(TestLethe lethe) {
        return KeyDirectory.open(lethe.keysDir(), random);
    }

    /** How many of the copy's events are the visitor's, by the same code that made their pseudonyms. */
    private long joinWithTheKeyRing(TestDatabase copy, TestLethe lethe, byte[] id, List<String> pseudonyms) {
        Vertx vertx = Vertx.vertx();
        Pool pool = Database.pool(vertx, PgConnectOptions.fromUri(copy.url().reveal()), 1);
        try {
            Site site = new Site(
                    new SiteId(TestLethe.SITE),
                    Set.of(TestLethe.ORIGIN),
                    ZoneOffset.UTC,
                    Optional.empty(),
                    Preset.BALANCED,
                    false);
            MacKey key = new KeyRing(vertx, pool, keys(lethe), random)
                    .find(site, MONTH)
                    .await()
                    .orElseThrow();
            return count(pseudonyms, key, id);
        } finally {
            pool.close().await();
            vertx.close().await();
        }
    }

    /** Tries every file of the keys directory on every wrapped key, and as a key by itself. */
    private long joinWithEveryFile(TestLethe lethe, List<String> wrapped, byte[] id, List<String> pseudonyms)
            throws GeneralSecurityException {
        KeyDirectory files = keys(lethe);
        List<byte[]> candidates = new ArrayList<>();
        for (String name : files.names()) {
            byte[] file = files.find(name).orElseThrow();
            candidates.add(file);
            for (String each : wrapped) {
                Cipher cipher = Cipher.getInstance("AESWrap");
                cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(file, "AES"));
                try {
                    candidates.add(cipher.unwrap(HexFormat.of().parseHex(each), "AES", Cipher.SECRET_KEY)
                            .getEncoded());
                } catch (GeneralSecurityException notThisOne) {
                    // The wrapping is authenticated: only its own file opens it.
                    continue;
                }
            }
        }
        return candidates.stream()
                .mapToLong(candidate -> count(pseudonyms, new MacKey(candidate), id))
                .sum();
    }

    private static long count(List<String> pseudonyms, MacKey key, byte[] id) {
        ByteBuffer code = ByteBuffer.wrap(key.hmac(id));
        String wanted = new UUID(code.getLong(), code.getLong()).toString();
        return pseudonyms.stream().filter(wanted::equals).count();
    }

    /** The visitor id, which whoever holds the cookie can read. */
    static byte[] idOf(String token) {
        return Arrays.copyOf(Base64.getUrlDecoder().decode(token.split("\\.", 3)[1]), 16);
    }
}
