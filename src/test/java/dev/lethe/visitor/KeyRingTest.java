package dev.lethe.visitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.KeyEncryptionKey;
import dev.lethe.config.MacKey;
import dev.lethe.database.DatabaseProblem;
import dev.lethe.journey.Tables;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The month keys: made once whoever asks, useless without their file, and never made a second time. */
class KeyRingTest {
    private static final Site SITE = new Site(
            new SiteId("keys.test"),
            Set.of("https://keys.test"),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);
    private static final YearMonth MONTH = YearMonth.of(2026, 4);

    private final Vertx vertx = Vertx.vertx();
    private final SecureRandom random = new SecureRandom();
    private TestLethe lethe;
    private Pool pool;

    @BeforeEach
    void start() {
        lethe = TestLethe.start(TestClock.now());
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(lethe.database().url().reveal()))
                .using(vertx)
                .build();
    }

    @AfterEach
    void stop() {
        pool.close().await();
        vertx.close().await();
        lethe.close();
    }

    private KeyRing ring() {
        return new KeyRing(vertx, pool, KeyDirectory.open(lethe.keysDir(), random), random);
    }

    private static byte[] code(MacKey key) {
        return key.hmac("the same text");
    }

    @Test
    void nodesThatMakeAKeyAtOnceGetTheSame() {
        for (int round = 0; round < 10; round++) {
            YearMonth month = MONTH.plusMonths(round);
            List<Future<MacKey>> made = new ArrayList<>();
            for (int node = 0; node < 6; node++) {
                made.add(ring().obtain(SITE, month));
            }
            byte[] first = code(made.getFirst().await());
            for (Future<MacKey> each : made) {
                assertArrayEquals(first, code(each.await()), month::toString);
            }
        }
        assertEquals(10, lethe.count("select count(*) from keys.month where site = 'keys.test'"));
        assertEquals(10, lethe.count("select count(distinct wrapped) from keys.month where site = 'keys.test'"));
    }

    @Test
    void aKeyIsFoundAgainAfterARestart() {
        byte[] made = code(ring().obtain(SITE, MONTH).await());
        KeyRing later = ring();
        assertEquals(Optional.empty(), later.findLoaded(SITE, MONTH));
        assertArrayEquals(made, code(later.find(SITE, MONTH).await().orElseThrow()));
        assertTrue(later.findLoaded(SITE, MONTH).isPresent());
        assertEquals(List.of(MONTH), later.months(SITE).await());
        assertEquals(Optional.empty(), later.find(SITE, MONTH.plusMonths(1)).await(), "looking makes none");
    }

    @Test
    void aDestroyedMonthIsGone() {
        KeyRing ring = ring();
        ring.obtain(SITE, MONTH).await();
        Path file = lethe.keysDir().resolve("month-2026-04.kek");
        assertTrue(Files.exists(file));
        KeyDirectory.open(lethe.keysDir(), random).destroy(KeyEncryptionKey.fileName(MONTH));
        assertTrue(ring.findLoaded(SITE, MONTH).isPresent(), "the control: it was in memory");
        ring.forget(MONTH);
        assertFalse(Files.exists(file));
        assertEquals(Optional.empty(), ring.findLoaded(SITE, MONTH));
        // As long as the row is there, nobody makes a second key for the month.
        assertThrows(IllegalStateException.class, () -> ring.obtain(SITE, MONTH).await());
        assertThrows(IllegalStateException.class, () -> ring().find(SITE, MONTH).await());
        assertFalse(Files.exists(file));
    }

    /** Another node destroys the month; this one is not told. */
    @Test
    void keepsNoKeyInMemoryOnceItsMonthIsDue() {
        AtomicBoolean over = new AtomicBoolean();
        KeyDirectory files = KeyDirectory.open(lethe.keysDir(), random);
        KeyRing ring = new KeyRing(vertx, pool, files, random, month -> over.get() && month.equals(MONTH));
        ring.obtain(SITE, MONTH).await();
        assertTrue(ring.findLoaded(SITE, MONTH).isPresent());
        over.set(true);
        assertEquals(Optional.empty(), ring.findLoaded(SITE, MONTH));
        // Retention is late: whoever asks for her data still finds it, by looking where the key lies.
        assertTrue(ring.find(SITE, MONTH).await().isPresent());
        assertEquals(Optional.empty(), ring.findLoaded(SITE, MONTH));
        lethe.database().execute("delete from keys.month where site = 'keys.test'");
        files.destroy("month-2026-04.kek");
        assertEquals(Optional.empty(), ring.find(SITE, MONTH).await());
    }

    /** A key that could be derived again would not be destroyed. */
    @Test
    void aMonthThatIsMadeAgainHasAnotherKey() {
        byte[] first = code(ring().obtain(SITE, MONTH).await());
        KeyDirectory.open(lethe.keysDir(), random).destroy(KeyEncryptionKey.fileName(MONTH));
        lethe.database().execute("delete from keys.month where site = 'keys.test'");
        assertFalse(Arrays.equals(first, code(ring().obtain(SITE, MONTH).await())));
    }

    @Test
    void refusesToStartWithoutTheFileOfALivingMonth() throws IOException {
        ring().obtain(SITE, MONTH).await();
        lethe.database().execute("select raw.make_day('2026-04-30')");
        Path file = lethe.keysDir().resolve("month-2026-04.kek");
        byte[] kept = Files.readAllBytes(file);
        Files.delete(file);
        var refused = assertThrows(DatabaseProblem.class, () -> lethe.another().close());
        assertTrue(refused.getMessage().contains("2026-04"), refused::getMessage);
        assertTrue(refused.getMessage().contains("keys.dir"), refused::getMessage);
        assertFalse(Files.exists(file), "it made no second one");
        // Brought back, the node starts.
        Files.write(file, kept);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        lethe.another().close();
    }

    /** A backup brings back the row of a key whose file was destroyed since, but none of the month's days. */
    @Test
    void startsWithTheKeyOfAMonthThatIsOverAndRemovesIt() throws IOException {
        // Or the run with which this node began destroys the key first.
        Tables.await(() ->
                lethe.count("select count(*) from registry.job where job = 'retention' and last_success is not null")
                        == 1);
        YearMonth over = YearMonth.of(2022, 1);
        ring().obtain(SITE, over).await();
        Files.delete(lethe.keysDir().resolve("month-2022-01.kek"));
        try (TestLethe node = lethe.another()) {
            Tables.await(() -> node.count("select count(*) from keys.month where month = '2022-01-01'") == 0);
        }
    }

    @Test
    void refusesKeysThatOthersMayRead() throws IOException {
        ring().obtain(SITE, MONTH).await();
        Path file = lethe.keysDir().resolve("month-2026-04.kek");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        var refused =
                assertThrows(IllegalStateException.class, () -> lethe.another().close());
        assertTrue(refused.getMessage().contains("chmod"), refused::getMessage);
    }

    @Test
    void aWrappedKeyTellsNothingWithoutItsFile() {
        ring().obtain(SITE, MONTH).await();
        ring().obtain(SITE, MONTH.plusMonths(1)).await();
        // Another month's file does not open it: the wrapping is checked when it is taken off.
        lethe.database()
                .execute("update keys.month set wrapped = (select wrapped from keys.month where site = 'keys.test'"
                        + " and month = '2026-05-01') where site = 'keys.test' and month = '2026-04-01'");
        assertThrows(Exception.class, () -> ring().find(SITE, MONTH).await());
    }
}
