package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.TestDirectories;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * R1: the collector is killed under load, again and again. Nothing it acknowledged is lost; what nobody knows of is sent again and counts
 * once. R2: the same books show a collector that acknowledges what it has not stored.
 */
class R1KillUnderLoadIT {
    private static final int FULL = 20;
    private static final long SEED = 1;

    @Test
    void losesNothingItAcknowledgedAndCountsNothingTwice() throws Exception {
        int rounds = Full.rounds(FULL);
        Random random = new Random(SEED);
        Auditor auditor = new Auditor();
        Path state = TestDirectories.fresh("r1").resolve("state");
        for (int round = 0; round < rounds; round++) {
            try (ServeProcess node = ServeProcess.start(state);
                    OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), random.nextLong(), auditor, 1_000, 1)) {
                load.sendAgain(500);
                load.awaitAcknowledged(200 + random.nextInt(1_000));
                node.kill();
                load.pause();
            }
        }
        try (ServeProcess node = ServeProcess.start(state);
                OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), random.nextLong(), auditor, 1, 1)) {
            load.sendAgain(2_000);
            load.stop();
            node.signalGroup("TERM");
            node.awaitEnd(30);
        }
        Auditor.Findings findings = auditor.audit(state);
        Auditor.assertTrue(findings);
        Full.report("R1 (seed " + SEED + ")", rounds, FULL, findings.toString());
    }

    @Test
    void r2TheAuditCatchesACollectorThatAcknowledgesEarly() throws Exception {
        Auditor auditor = new Auditor();
        Path state = TestDirectories.fresh("r2").resolve("state");
        try (ServeProcess node = ServeProcess.start(state);
                EarlyAcknowledger early = EarlyAcknowledger.before(node.publicUrl());
                OpenLoopLoad load = OpenLoopLoad.start(early.url(), SEED, auditor, 1_000, 1)) {
            load.awaitAcknowledged(500);
            node.kill();
            load.stop();
        }
        Auditor.Findings findings = auditor.audit(state);
        assertTrue(findings.lost() > 0, () -> "the audit saw nothing: " + findings);
        assertTrue(findings.stored() > 0, () -> "it also stores: " + findings);
        System.out.println("R2 (seed " + SEED + "): the audit of an early acknowledger: " + findings);
    }
}
