package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * R4, R10, R11: the database is away, slow, silent, or slower than what comes in. What waits is bounded in rows, so memory is; who cannot
 * be served hears 503 with Retry-After; nothing acknowledged is lost; and when the database is back, so is Lethe.
 */
class R10SlowDatabaseIT {
    private static final long SEED = 10;
    private static final int MOST_ROWS = 500;
    private static final long MEBIBYTE = 1L << 20;

    /** The load's own books are in the same heap. */
    private static final long MOST_HEAP_GROWTH = 64 * MEBIBYTE;

    /** What a run measured. */
    private record Seen(
            Auditor.Findings findings, int unavailable, int mostWaiting, long heapMebibytes, long recovery) {
        @Override
        public String toString() {
            return findings + "; 503: " + unavailable + ", most rows waiting " + mostWaiting + ", heap "
                    + (heapMebibytes < 0 ? "" : "+") + heapMebibytes + " MiB, writing again after " + recovery + " ms";
        }
    }

    @Test
    void r4AnswersUnavailableWhileTheDatabaseIsAway() throws Exception {
        int seconds = Full.seconds(60, 5);
        Seen seen = run(FaultProxy::refuse, FaultProxy::admit, seconds, 500);
        assertTrue(seen.unavailable() > 0, seen::toString);
        assertTrue(seen.recovery() <= 5_000, seen::toString);
        report("R4 database away", seconds, 60, seen);
    }

    @Test
    void r10IsSlowWithASlowDatabaseAndLosesNothing() throws Exception {
        int seconds = Full.seconds(30, 5);
        Seen seen = run(proxy -> proxy.delay(500), proxy -> proxy.delay(0), seconds, 300);
        report("R10 +500 ms each way", seconds, 30, seen);
    }

    @Test
    void r10HoldsABoundedNumberWhileTheDatabaseIsSilent() throws Exception {
        int seconds = Full.seconds(30, 5);
        Seen seen = run(FaultProxy::stall, FaultProxy::resume, seconds, 1_000);
        assertTrue(seen.unavailable() > 0, seen::toString);
        // The bound is what holds them, not the load, which has twice as many connections.
        assertTrue(seen.mostWaiting() >= MOST_ROWS * 9 / 10, seen::toString);
        report("R10 silent", seconds, 30, seen);
    }

    private static void report(String what, int seconds, int full, Seen seen) {
        System.out.println(
                what + " (seed " + SEED + "): " + seconds + " s (in full: " + full + ", -Dlethe.full=true): " + seen);
    }

    private interface Change {
        void of(FaultProxy proxy);
    }

    private static Seen run(Change fault, Change end, int seconds, int perSecond) throws Exception {
        Auditor auditor = new Auditor();
        try (TestLethe lethe = TestLethe.demo(TestClock.now());
                FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port())) {
            String through = lethe.database()
                    .url()
                    .reveal()
                    .replace(":" + lethe.database().port() + "/", ":" + proxy.port() + "/");
            int port = lethe.publicUrl().getPort();
            lethe.collector().close();
            try (TestLethe node = lethe.another(
                            "--demo=true",
                            "--public.port=" + port,
                            "--database.url=" + through,
                            "--limits.hold=3s",
                            "--limits.waiting-rows=" + MOST_ROWS);
                    OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), SEED, auditor, perSecond, 1)) {
                load.awaitAcknowledged(500);
                long heap = usedHeap();
                fault.of(proxy);
                int most = 0;
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
                while (System.nanoTime() < deadline) {
                    most = Math.max(most, waitingRows(node));
                    LockSupport.parkNanos(100_000_000);
                }
                long growth = usedHeap() - heap;
                long ended = System.nanoTime();
                end.of(proxy);
                long recovery = load.awaitResumed(ended, 30);
                load.pause();
                load.sendAgain(200);
                assertEquals(0, load.wrong(), load::answers);
                int unavailable = load.unavailable();
                load.stop();
                try (Connection owner = lethe.database().connect()) {
                    Seen seen = new Seen(auditor.audit(owner), unavailable, most, growth / MEBIBYTE, recovery);
                    Auditor.assertTrue(seen.findings());
                    assertTrue(seen.mostWaiting() <= MOST_ROWS, seen::toString);
                    assertTrue(growth < MOST_HEAP_GROWTH, seen::toString);
                    return seen;
                }
            }
        }
    }

    private static int waitingRows(TestLethe node) {
        return node.sendAdmin("GET", "/metrics", null)
                .body()
                .lines()
                .filter(line -> line.startsWith("lethe_write_waiting_rows "))
                .mapToInt(line -> (int) Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
