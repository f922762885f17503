package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.TestDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R19: a node that is told to stop under load ends within 10 s with code 0, and everything it acknowledged is in the database. SIGINT
 * goes to the whole process group, as Ctrl-C in a terminal sends it.
 */
class R19SigtermUnderLoadIT {
    @ParameterizedTest
    @CsvSource({"TERM, 10", "INT, 10"})
    void losesNothingItAcknowledged(String signal, int full) throws Exception {
        int rounds = Full.rounds(full);
        Random random = new Random(19);
        System.out.println("seed 19");
        Path state = TestDirectories.fresh("r19").resolve("state");
        Auditor auditor = new Auditor();
        long slowest = 0;
        for (int round = 0; round < rounds; round++) {
            try (ServeProcess node = ServeProcess.start(state);
                    OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), random.nextLong(), auditor, 1_000, 1)) {
                load.awaitAcknowledged(200 + random.nextInt(300));
                long began = System.nanoTime();
                node.signalGroup(signal);
                int code = node.awaitEnd(30);
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                slowest = Math.max(slowest, took);
                load.stop();
                assertEquals(0, code, node::output);
                assertTrue(took <= 10_000, "ended after " + took + " ms");
                assertFalse(node.output().contains("Not stopped in order"), node::output);
                assertFalse(Files.exists(state.resolve("database/postmaster.pid")), "PostgreSQL is stopped as well");
            }
            Auditor.assertTrue(auditor.audit(state));
        }
        Full.report("R19 SIG" + signal, rounds, full, auditor.audit(state) + "; slowest end " + slowest + " ms");
    }
}
