package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import dev.lethe.database.TestDirectories;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** R12: no room is left on the disk. Beacons get 503, the node lives on, and with room again it stores; nothing acknowledged is lost. */
class R12DiskFullIT {
    private static final long SEED = 12;

    @Test
    void answersUnavailableWhileTheDiskIsFullAndStoresWithRoomAgain() throws Exception {
        Path disk = TestDirectories.fresh("r12");
        if (run("mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "lethe-r12", disk.toString()) != 0) {
            LeftOut.because("R12 (a full disk)", "run as root where a tmpfs may be mounted");
        }
        try {
            check(disk.resolve("state"), disk.resolve("filler"));
        } finally {
            run("umount", "--lazy", disk.toString());
        }
    }

    private static void check(Path state, Path filler) throws Exception {
        Auditor auditor = new Auditor();
        try (ServeProcess node = ServeProcess.start(state);
                OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), SEED, auditor, 500, 1)) {
            load.awaitAcknowledged(200);
            fill(filler);
            int before = load.unavailable();
            load.await(() -> load.unavailable() > before + 100, 60, "never 503");
            assertTrue(node.isAlive(), node::output);
            int acknowledged = auditor.acknowledged();
            long freed = System.nanoTime();
            Files.delete(filler);
            long took = load.awaitResumed(freed, 60);
            assertTrue(node.isAlive(), node::output);
            load.pause();
            assertEquals(0, load.wrong(), load::answers);
            load.stop();
            Auditor.Findings findings = auditor.audit(state);
            Auditor.assertTrue(findings);
            System.out.println("R12 (seed " + SEED + "): " + findings + "; " + acknowledged
                    + " acknowledged before the room was back, writing again after " + took + " ms");
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(60), node::output);
        }
    }

    /** Until not another byte fits. */
    private static void fill(Path filler) throws IOException {
        byte[] chunk = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException full) {
            assertTrue(Files.size(filler) > 0, full::getMessage);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
