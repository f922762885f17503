package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.fault.FaultProxy;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * R13, retention: a run that is cut at its first call to the database, at the second, and so on. The next run ends what it began: the days
 * are gone, the month's keys with them, and the ledger says each once.
 */
@Timeout(300)
class R13RetentionAtEachCallTest {
    private static final LocalDate LAST_OF_JANUARY = LocalDate.of(2025, 1, 31);
    private static final LocalDate LIVING = LocalDate.of(2025, 2, 1);
    private static final YearMonth JANUARY = YearMonth.of(2025, 1);
    private static final int MOST_CALLS = 150;
    /** By default every sixth call. */
    private static final int STEP = Boolean.getBoolean("lethe.full") ? 1 : 6;

    @Test
    void theNextRunEndsWhatWasBegun(@TempDir Path keysDir) {
        KeyDirectory files = KeyDirectory.open(keysDir.resolve("keys"), new SecureRandom());
        int cuts = 0;
        int begun = 0;
        try (RetentionDatabase database = new RetentionDatabase()) {
            Pool direct = database.as("retention");
            for (boolean heard : List.of(false, true)) {
                boolean reached = true;
                for (int call = 1; reached; call += STEP) {
                    assertTrue(call < MOST_CALLS, "it never comes to an end");
                    database.execute("truncate registry.ledger");
                    database.makeDay(LAST_OF_JANUARY, 1);
                    database.makeDay(LIVING, 0);
                    files.findOrMake(StoredMonthKeys.fileName(JANUARY));
                    database.execute("insert into keys.month values ('example.com', '2025-01-01', '\\x"
                            + "00".repeat(40) + "')");
                    try (FaultProxy proxy = database.proxy()) {
                        Pool cut = database.as("retention", proxy);
                        proxy.cutAtCall(call, heard);
                        run(cut, files);
                        reached = !proxy.isCutPending();
                        proxy.cutAtCall(0, heard);
                        cut.close().await();
                    }
                    cuts += reached ? 1 : 0;
                    boolean isDropped = database.tables().equals(List.of(LIVING));
                    boolean hasKeys =
                            files.find(StoredMonthKeys.fileName(JANUARY)).isPresent();
                    begun += isDropped && hasKeys ? 1 : 0;
                    String where = "cut at call " + call + (heard ? ", heard" : "");
                    assertTrue(isDropped || hasKeys, where + ": the keys before the days");

                    assertInstanceOf(Report.Done.class, runUntilClaimed(direct, files), where);
                    assertEquals(List.of(LIVING), database.tables(), where);
                    assertEquals(List.of(), files.names(), where);
                    assertEquals(0, database.count("keys.month"), where);
                    assertEquals(
                            List.of("day_dropped", "keys_due", "keys_destroyed"),
                            database.list(
                                    "select kind as value from registry.ledger group by kind order by min(seq)",
                                    String.class),
                            where);
                    assertEquals(1, database.count("registry.ledger where kind = 'day_dropped'"), where);
                    assertEquals(1, database.count("registry.ledger where kind = 'keys_destroyed'"), where);
                }
            }
        }
        System.out.printf(
                "R13 retention: cut at %d places (every %s call), %d times between days and keys; the next run ended it"
                        + " each time%n",
                cuts, STEP == 1 ? "" : STEP + ".", begun);
        assertTrue(cuts > 3, "only " + cuts + " calls were cut");
    }

    private static void run(Pool pool, KeyDirectory files) {
        try {
            retention(pool, files).run(RetentionPolicy.DEFAULT.dropsAt(LAST_OF_JANUARY), false, true);
        } catch (Exception cut) {
            // As it should, unless only its last words were cut.
        }
    }

    /** The server may take a moment to notice that nobody is there any more. */
    private static Report runUntilClaimed(Pool pool, KeyDirectory files) {
        while (true) {
            Report report = retention(pool, files).run(RetentionPolicy.DEFAULT.dropsAt(LAST_OF_JANUARY), false, true);
            if (!(report instanceof Report.Busy)) {
                return report;
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static Retention retention(Pool pool, KeyDirectory files) {
        return new Retention(
                RetentionPolicy.DEFAULT,
                pool,
                new StoredMonthKeys(pool, files, month -> {}),
                List.of(Expiry.receipts(pool, Period.ofMonths(6)), Expiry.tags(pool), Expiry.seen(pool)),
                Future::succeededFuture,
                new SettableClock(RetentionPolicy.DEFAULT.dropsAt(LAST_OF_JANUARY)));
    }
}
