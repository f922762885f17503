package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lethe.database.TestDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A node that is told to stop before it has started leaves nothing behind: no PostgreSQL, no lock. */
class SigtermWhileStartingIT {
    private static final int FULL = 20;

    @Test
    void leavesNoPostgresqlBehind() throws Exception {
        long seed = 1909;
        Random random = new Random(seed);
        Path state = TestDirectories.fresh("starting").resolve("state");
        Path running = state.resolve("database/postmaster.pid");
        // The first start makes the database, and is stopped as soon as PostgreSQL runs.
        int rounds = Full.rounds(FULL);
        int caught = 0;
        for (int round = 0; round < rounds; round++) {
            try (ServeProcess node = ServeProcess.begin(state)) {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!Files.exists(running) && System.nanoTime() < deadline) {
                    LockSupport.parkNanos(1_000_000);
                }
                LockSupport.parkNanos(random.nextLong(400_000_000L));
                caught += node.output().contains("Ctrl-C ends it") ? 0 : 1;
                node.signalGroup("TERM");
                assertEquals(0, node.awaitEnd(30), node::output);
                assertFalse(Files.exists(running), node::output);
                assertFalse(node.output().contains("It failed"), node::output);
            }
        }
        // Nothing stands in the way of the next.
        try (ServeProcess node = ServeProcess.start(state)) {
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(30), node::output);
        }
        Full.report("SIGTERM while starting (seed " + seed + ")", rounds, FULL, caught + " caught before it served");
    }
}
