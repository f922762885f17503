package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RetentionTest {
    private static final LocalDate FIRST = LocalDate.of(2025, 1, 30);
    private static final LocalDate SECOND = LocalDate.of(2025, 1, 31);
    private static final LocalDate THIRD = LocalDate.of(2025, 2, 1);
    private static final RetentionPolicy POLICY = RetentionPolicy.DEFAULT;
    private static final Instant JANUARY_IS_DUE = POLICY.dropsAt(SECOND);

    @TempDir
    private Path keysDir;

    private final SettableClock clock = new SettableClock(JANUARY_IS_DUE);
    private final AtomicInteger forgotten = new AtomicInteger();
    private RetentionDatabase database;
    private Pool pool;
    private KeyDirectory files;

    @BeforeEach
    void makeThreeDaysAndTheirKeys() {
        database = new RetentionDatabase();
        pool = database.as("retention");
        files = KeyDirectory.open(keysDir.resolve("keys"), new SecureRandom());
        for (LocalDate day : List.of(FIRST, SECOND, THIRD)) {
            database.makeDay(day, 10);
        }
        for (YearMonth month : List.of(YearMonth.of(2025, 1), YearMonth.of(2025, 2), YearMonth.of(2027, 3))) {
            files.findOrMake(StoredMonthKeys.fileName(month));
            database.execute("insert into keys.month values ('example.com', '" + month.atDay(1) + "', '\\x"
                    + "00".repeat(40) + "')");
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Retention retention() {
        return retention(new StoredMonthKeys(pool, files, month -> {}));
    }

    private Retention retention(MonthKeys keys) {
        return new Retention(
                POLICY,
                pool,
                keys,
                List.of(Expiry.receipts(pool, Period.ofMonths(6)), Expiry.tags(pool), Expiry.seen(pool)),
                () -> {
                    forgotten.incrementAndGet();
                    return Future.succeededFuture();
                },
                clock);
    }

    private List<String> ledger() {
        return database.list("select kind || ' ' || detail as value from registry.ledger order by seq", String.class);
    }

    @Test
    void dropsWhatIsDueAndTheMonthsKeysWithItsLastDay() {
        clock.set(JANUARY_IS_DUE.minusSeconds(1));
        Report.Done early = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(List.of(FIRST, SECOND, THIRD), database.tables());
        assertEquals(List.of(), early.days());

        clock.set(JANUARY_IS_DUE);
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        // 25 months later both are the 28th of February, the last day of the month.
        assertEquals(List.of(FIRST, SECOND), done.days());
        assertEquals(List.of(YearMonth.of(2025, 1)), done.keys());
        assertEquals(List.of(THIRD), database.tables());
        assertEquals(List.of("month-2025-02.kek", "month-2027-03.kek"), files.names());
        assertEquals(
                List.of(LocalDate.of(2025, 2, 1), LocalDate.of(2027, 3, 1)),
                database.list("select month as value from keys.month order by 1", LocalDate.class));
        assertEquals(
                List.of(
                        "day_dropped {\"day\":\"2025-01-30\",\"mebibytes\":1}",
                        "day_dropped {\"day\":\"2025-01-31\",\"mebibytes\":1}",
                        "keys_due {\"month\":\"2025-01\"}",
                        "keys_destroyed {\"month\":\"2025-01\"}"),
                ledger());
        assertEquals(Optional.of(JANUARY_IS_DUE), retention().lastSuccess());
    }

    @Test
    void aRunForAnEarlierInstantCountsAsASuccessOfThatInstantOnly() {
        Instant lastYear = JANUARY_IS_DUE.minus(Duration.ofDays(365));
        assertInstanceOf(Report.Done.class, retention().run(lastYear, false, false));
        assertEquals(Optional.of(lastYear), retention().lastSuccess(), "the alarm does not fall silent");

        retention().run(clock.instant(), false, false);
        assertEquals(Optional.of(JANUARY_IS_DUE), retention().lastSuccess());
        retention().run(lastYear, false, false);
        assertEquals(Optional.of(JANUARY_IS_DUE), retention().lastSuccess(), "nor does it go off");
    }

    @Test
    void aSuccessThatAWrongClockNotedInTheFutureDoesNotSilenceTheAlarm() {
        clock.set(JANUARY_IS_DUE.plus(Duration.ofDays(3650)));
        retention().run(clock.instant(), false, false);
        clock.set(JANUARY_IS_DUE);
        retention().run(clock.instant(), false, false);
        assertEquals(Optional.of(JANUARY_IS_DUE), retention().lastSuccess());
    }

    /** Killed after the keys were gone, before the ledger said so; and killed while they were going. */
    @Test
    void theNextRunCompletesWhatAKilledOneHadBegun() {
        clock.set(JANUARY_IS_DUE);
        StoredMonthKeys stored = new StoredMonthKeys(pool, files, month -> {});
        IllegalStateException killed = new IllegalStateException("killed");
        for (boolean gone : List.of(false, true)) {
            Retention dying = retention(new MonthKeys() {
                @Override
                public SortedSet<YearMonth> held() {
                    return stored.held();
                }

                @Override
                public void destroy(YearMonth month) {
                    if (gone) {
                        stored.destroy(month);
                    }
                    throw killed;
                }
            });
            assertEquals(
                    killed, assertThrows(IllegalStateException.class, () -> dying.run(clock.instant(), false, false)));
        }
        assertEquals(List.of("month-2025-02.kek", "month-2027-03.kek"), files.names());
        assertFalse(ledger().contains("keys_destroyed {\"month\":\"2025-01\"}"));
        retention().run(clock.instant(), false, false);
        retention().run(clock.instant(), false, false);
        assertEquals(
                1,
                ledger().stream()
                        .filter("keys_destroyed {\"month\":\"2025-01\"}"::equals)
                        .count());
        assertEquals(Optional.empty(), new Ledger(pool).verify().await());
    }

    @Test
    void previewSaysWhatARunWouldDestroyAndTouchesNothing() {
        Instant inFebruary = POLICY.dropsAt(THIRD).plusSeconds(1);
        Report.Planned planned =
                assertInstanceOf(Report.Planned.class, retention().run(inFebruary, true, false));
        assertEquals(
                List.of("destroyed with 2025-01-31", "2025-01 destroyed", "kept until 2027-03-26T10:00:00Z"),
                planned.preview().rows().stream().map(Preview.Row::key).toList());
        assertEquals(
                List.of(FIRST, SECOND, THIRD),
                planned.preview().rows().stream().map(Preview.Row::day).toList());
        assertEquals(
                List.of(Optional.empty(), Optional.of(YearMonth.of(2025, 1)), Optional.empty()),
                planned.preview().rows().stream().map(Preview.Row::keys).toList());
        assertEquals(POLICY.dropsAt(THIRD), planned.preview().rows().getLast().dropsAt());
        assertTrue(planned.preview().rows().getFirst().bytes() > 0);
        assertEquals(List.of(FIRST, SECOND, THIRD), database.tables());
        assertEquals(List.of(), ledger());
        assertEquals(3, files.names().size());
    }

    @Test
    void theFutureNeedsADryRunOrAConfirmation() {
        Instant future = clock.instant().plus(Duration.ofDays(60));
        Report.Refused refused =
                assertInstanceOf(Report.Refused.class, retention().run(future, false, false));
        assertTrue(refused.because().contains("--confirm"), refused::because);
        assertEquals(List.of(FIRST, SECOND, THIRD), database.tables());

        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(future, false, true));
        assertEquals(List.of(FIRST, SECOND, THIRD), done.days());
    }

    @Test
    void pausedJobWaitsForConfirmation() {
        database.execute("update registry.job set paused_because = 'The clock went forward.' where job = 'retention'");
        assertEquals(new Report.Paused("The clock went forward."), retention().run(clock.instant(), false, false));
        assertEquals(List.of(FIRST, SECOND, THIRD), database.tables());
        assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, true));
        assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
    }

    @Test
    void ofTwoRunsAtOnceOneWorks() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Expiring slow = expiring(() -> {
            inside.countDown();
            assertTrue(leave.await(30, TimeUnit.SECONDS));
            return 0L;
        });
        Retention first =
                new Retention(POLICY, pool, new NoKeys(), List.of(slow), () -> Future.succeededFuture(), clock);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            java.util.concurrent.Future<Report> working =
                    executor.submit(() -> first.run(clock.instant(), false, false));
            assertTrue(inside.await(30, TimeUnit.SECONDS));
            assertEquals(new Report.Busy(), retention().run(clock.instant(), false, false));
            leave.countDown();
            assertInstanceOf(Report.Done.class, working.get());
        }
    }

    @Test
    void goesOnAfterACrashBetweenDetachAndDrop() {
        database.execute("alter table raw.event detach partition raw.event_20250130 concurrently");
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(List.of(FIRST, SECOND), done.days());
        assertEquals(List.of(THIRD), database.tables());
    }

    @Test
    void waitsForWhoeverReadsADetachedDayAndDropsItThen() throws Exception {
        database.execute("alter table raw.event detach partition raw.event_20250130 concurrently");
        SqlConnection reading = database.owner().getConnection().await();
        reading.query("begin").execute().await();
        reading.query("select count(*) from raw.event_20250130").execute().await();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            java.util.concurrent.Future<Report> run =
                    executor.submit(() -> retention().run(clock.instant(), false, false));
            for (boolean waiting : List.of(true, false, true)) {
                awaitUntil(
                        "the drop waits, gives up, and tries again",
                        () -> waiting == database.count("pg_locks where not granted") > 0);
            }
            reading.query("rollback").execute().await();
            assertEquals(
                    List.of(FIRST, SECOND),
                    assertInstanceOf(Report.Done.class, run.get()).days());
        }
        reading.close().await();
        assertEquals(4, ledger().size(), "two days, and one month announced and destroyed, each once");
    }

    @Test
    void aDetachedDayThatIsNotDueStands() {
        database.execute("alter table raw.event detach partition raw.event_20250201 concurrently");
        retention().run(clock.instant(), false, false);
        assertEquals(List.of(THIRD), database.tables());
        clock.set(POLICY.dropsAt(THIRD));
        retention().run(clock.instant(), false, false);
        assertEquals(List.of(), database.tables());
    }

    @Test
    void finishesADetachThatWasKilledHalfWay() {
        try (Reader reader = new Reader()) {
            SqlConnection killed = pool.getConnection().await();
            killed.query("set lock_timeout = '100ms'").execute().await();
            assertThrows(
                    Exception.class,
                    () -> killed.query("alter table raw.event detach partition raw.event_20250131 concurrently")
                            .execute()
                            .await());
            killed.close().await();
            assertEquals(List.of(true), pending(), reader::toString);
        }
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(List.of(FIRST, SECOND), done.days());
        assertEquals(List.of(THIRD), database.tables());
    }

    private List<Boolean> pending() {
        return database.list("select detaching as value from raw.day where detaching", Boolean.class);
    }

    @Test
    void aCrashBeforeTheKeysLeavesThemToTheNextRun() {
        MonthKeys crashing = new NoKeys() {
            @Override
            public SortedSet<YearMonth> held() {
                throw new IllegalStateException("killed");
            }
        };
        assertThrows(IllegalStateException.class, () -> retention(crashing).run(clock.instant(), false, false));
        assertEquals(List.of(THIRD), database.tables());
        assertEquals(2, ledger().size());
        assertEquals(3, files.names().size());
        assertEquals(Optional.empty(), retention().lastSuccess());

        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(List.of(YearMonth.of(2025, 1)), done.keys());
        assertEquals(List.of("month-2025-02.kek", "month-2027-03.kek"), files.names());
    }

    @Test
    void aCrashBetweenWrappedKeysAndTheirFileLeavesTheFileToTheNextRun() {
        database.execute("delete from keys.month where month = '2025-01-01'");
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(List.of(YearMonth.of(2025, 1)), done.keys());
        assertEquals(List.of("month-2025-02.kek", "month-2027-03.kek"), files.names());
    }

    @Test
    void theLogForgetsAtTheFirstRunAndAfterEachDropOnly() {
        clock.set(JANUARY_IS_DUE.minusSeconds(1));
        Retention retention = retention();
        retention.run(clock.instant(), false, false);
        assertEquals(1, forgotten.get());
        retention.run(clock.instant(), false, false);
        assertEquals(1, forgotten.get());
        clock.set(JANUARY_IS_DUE);
        retention.run(clock.instant(), false, false);
        assertEquals(2, forgotten.get());
    }

    @Test
    void whatOtherRoomsKeepEndsToo() {
        clock.set(Instant.parse("2028-01-01T00:00:00Z"));
        // Validity 6 months and 25 more: 31 May 2025 ends on 31 December 2027, the 1st of June on the 1st of January.
        for (String day : List.of("2025-05-31", "2025-06-01", "2025-06-02")) {
            database.execute("insert into consent.receipt values (gen_random_uuid(), 'example.com', 1, '\\x"
                    + "00".repeat(32) + "', null, 'granted', 'banner', true, '" + day + "')");
        }
        for (String day : List.of("2024-10-31", "2024-11-01", "2024-11-02")) {
            database.execute("insert into rights.tag (site, tag, kind, day) values ('example.com', md5('" + day
                    + "')::uuid, 'objected', '" + day + "')");
        }
        for (String at : List.of("2027-12-30 23:59:59+00", "2027-12-31 00:00:01+00")) {
            database.execute("insert into raw.seen values (gen_random_uuid(), '2027-12-31', '" + at + "')");
        }
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        assertEquals(
                Map.of("consent receipts", 2L, "objections and restrictions", 2L, "beacon ids of midnight", 1L),
                done.expired());
        assertEquals(
                List.of(LocalDate.of(2025, 6, 2)),
                database.list("select day as value from consent.receipt", LocalDate.class));
        assertEquals(
                List.of(LocalDate.of(2024, 11, 2)),
                database.list("select day as value from rights.tag", LocalDate.class));
        assertEquals(1, database.count("raw.seen"));
    }

    /** The seed of the measurement is the number of rows; the events go to a day that stands while another is dropped. */
    @Test
    void insertsDoNotWaitWhileADayIsDroppedUnderALongRead() throws Exception {
        Duration worst;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            java.util.concurrent.Future<Report> run;
            try (Reader reader = new Reader()) {
                run = executor.submit(() -> retention().run(clock.instant(), false, false));
                awaitUntil("a detach is pending", () -> !pending().isEmpty());
                worst = worstInsert(60);
                assertTrue(reader.isOpen() && !run.isDone(), "the read was over before the inserts were");
            }
            assertEquals(
                    List.of(FIRST, SECOND),
                    assertInstanceOf(Report.Done.class, run.get()).days());
        }
        System.out.println("worst insert while a day is dropped under a long read: " + worst.toMillis() + " ms");
        assertTrue(worst.toMillis() < 1_000, worst::toString);
    }

    /** The control: with a plain detach the same insert waits for the reader. */
    @Test
    void aPlainDetachWouldMakeInsertsWait() {
        try (Reader reader = new Reader()) {
            SqlConnection detaching = pool.getConnection().await();
            detaching.query("set lock_timeout = '20s'").execute().await();
            Future<?> detach = detaching
                    .query("alter table raw.event detach partition raw.event_20250130")
                    .execute();
            awaitUntil("the detach waits", () -> database.count("pg_locks where not granted") > 0);
            SqlConnection inserting = database.as("collector").getConnection().await();
            inserting.query("set lock_timeout = '1s'").execute().await();
            assertThrows(
                    Exception.class,
                    () -> inserting
                            .query(RetentionDatabase.events(THIRD, 1, "/late"))
                            .execute()
                            .await(),
                    reader::toString);
            assertTrue(!detach.isComplete());
        }
    }

    private Duration worstInsert(int times) {
        Pool collector = database.as("collector");
        Duration worst = Duration.ZERO;
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            collector
                    .query(RetentionDatabase.events(THIRD, 1, "/live"))
                    .execute()
                    .await();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            worst = took.compareTo(worst) > 0 ? took : worst;
            // Spread over several tries of the detach.
            database.owner().query("select pg_sleep(0.05)").execute().await();
        }
        return worst;
    }

    private void awaitUntil(String what, Callable<Boolean> condition) {
        try {
            for (int tries = 0; tries < 600; tries++) {
                if (condition.call()) {
                    return;
                }
                database.owner().query("select pg_sleep(0.02)").execute().await();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        throw new AssertionError("never: " + what);
    }

    /** A transaction that has read all of raw.event and stays open. */
    private final class Reader implements AutoCloseable {
        private final SqlConnection connection =
                database.as("publisher").getConnection().await();
        private boolean open = true;

        private Reader() {
            connection.query("begin isolation level repeatable read").execute().await();
            connection.query("select count(*) from raw.event").execute().await();
        }

        private boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
            connection.query("rollback").execute().await();
            connection.close().await();
        }
    }

    /** A million rows with {@code -Dlethe.full=true}, otherwise a tenth of them. */
    @Test
    void dropsAMillionRowsAtOnce() {
        int rows = Boolean.getBoolean("lethe.full") ? 1_000_000 : 100_000;
        database.execute(RetentionDatabase.events(FIRST, rows, "/many/rows"));
        long start = System.nanoTime();
        Report.Done done = assertInstanceOf(Report.Done.class, retention().run(clock.instant(), false, false));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println(
                "dropping " + done.bytes() / (1 << 20) + " MiB with " + rows + " rows took " + took.toMillis() + " ms");
        assertTrue(took.toSeconds() < (rows == 1_000_000 ? 30 : 15), took::toString);
    }

    private static Expiring expiring(Callable<Long> act) {
        return new Expiring("test", now -> {
            try {
                return Future.succeededFuture(act.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        });
    }

    private static class NoKeys implements MonthKeys {
        private final List<YearMonth> destroyed = new ArrayList<>();

        @Override
        public SortedSet<YearMonth> held() {
            return new TreeSet<>();
        }

        @Override
        public void destroy(YearMonth month) {
            destroyed.add(month);
        }
    }
}
