package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.TestDirectories;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R13, the start: a node whose way to the database is cut at its first call, at the second, and so on, until it has started. It starts all
 * the same, or says that it cannot and leaves nothing behind, no thread and no lock, so that the next start succeeds.
 */
@Timeout(1_800)
class R13StartAtEachCallTest {
    private static final int MOST_CALLS = 400;
    private static final long SEED = 1_313;

    @Test
    void startsOrLeavesNothingBehind() {
        Random random = new Random(SEED);
        int step = Boolean.getBoolean("lethe.full") ? 1 : 40;
        int failed = 0;
        int started = 0;
        try (TestLethe lethe = TestLethe.start(TestClock.now());
                FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port())) {
            Path state = TestDirectories.fresh("r13-start").resolve("state");
            String[] flags = {
                "--state-dir=" + state,
                "--database.url="
                        + lethe.database()
                                .url()
                                .reveal()
                                .replace(":" + lethe.database().port() + "/", ":" + proxy.port() + "/")
            };
            long threads = threads();
            boolean reached = true;
            for (int call = 1 + random.nextInt(step); reached; call += 1 + random.nextInt(2 * step - 1)) {
                assertTrue(call < MOST_CALLS, "it never comes to an end");
                proxy.cutAtCall(call, random.nextBoolean());
                try (TestLethe node = lethe.another(flags)) {
                    started++;
                    assertEquals(
                            200, node.sendAdmin("GET", "/health/live", null).statusCode());
                    reached = !proxy.isCutPending();
                    proxy.cutAtCall(0, false);
                } catch (Exception cut) {
                    failed++;
                }
                String where = "cut at call " + call;
                for (int look = 0; look < 500 && threads() > threads; look++) {
                    LockSupport.parkNanos(10_000_000);
                }
                assertEquals(threads, threads(), where + ": event loops are left");
            }
            try (TestLethe node = lethe.another(flags)) {
                Visitor visitor = lethe.visitor().through(node);
                assertEquals(200, visitor.grant().statusCode());
                assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")), "the lock is free");
            }
        }
        System.out.printf(
                "R13 start (seed %d): %d starts cut (in full: one for each call, -Dlethe.full=true): %d failed and left"
                        + " nothing behind, %d started%n",
                SEED, failed + started, failed, started);
        assertTrue(failed > 0, "no start was cut");
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vert.x-"))
                .filter(Thread::isAlive)
                .filter(thread -> List.of("eventloop", "acceptor").stream()
                        .anyMatch(kind -> thread.getName().contains(kind)))
                .count();
    }
}
