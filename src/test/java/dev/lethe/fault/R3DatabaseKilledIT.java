package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.Database;
import dev.lethe.database.TestDirectories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** R3: a backend or the whole PostgreSQL is killed under load. Writing goes on within 15 s, and nothing acknowledged is lost. */
class R3DatabaseKilledIT {
    private static final int FULL = 10;
    private static final long SEED = 3;
    private static final long MOST_MILLIS = 15_000;

    /** What is killed, by its process number. */
    private interface Victim {
        long pid(Path state) throws Exception;
    }

    @Test
    void survivesTheDeathOfABackend() throws Exception {
        kill("a backend", R3DatabaseKilledIT::writersBackend);
    }

    @Test
    void survivesTheDeathOfThePostmaster() throws Exception {
        kill("the postmaster", R3DatabaseKilledIT::postmaster);
    }

    /** An orphan that works on does not keep the next server from starting. */
    @Test
    void endsABackendThatWorksOnWithoutItsPostmaster() throws Exception {
        Path state = TestDirectories.fresh("r3").resolve("state");
        Auditor auditor = new Auditor();
        try (ServeProcess node = ServeProcess.start(state);
                OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), SEED, auditor, 500, 1)) {
            load.awaitAcknowledged(100);
            long before = postmaster(state);
            Thread busy = Thread.ofVirtual().start(() -> countForLong(state));
            load.await(() -> isBusy(state), 20, "never busy");
            long began = System.nanoTime();
            signal(before);
            long took = load.awaitResumed(began, 60);
            busy.join();
            assertTrue(took <= MOST_MILLIS, () -> took + " ms\n" + node.output());
            assertTrue(node.output().contains("still works"), node::output);
            load.stop();
            Auditor.Findings findings = auditor.audit(state);
            Auditor.assertTrue(findings);
            System.out.println("R3 with a busy orphan: writing again after " + took + " ms; " + findings);
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(30), node::output);
        }
    }

    private static void kill(String what, Victim victim) throws Exception {
        int rounds = Full.rounds(FULL);
        Random random = new Random(SEED);
        Auditor auditor = new Auditor();
        Path state = TestDirectories.fresh("r3").resolve("state");
        long slowest = 0;
        try (ServeProcess node = ServeProcess.start(state);
                OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), random.nextLong(), auditor, 500, 1)) {
            for (int round = 0; round < rounds; round++) {
                load.awaitAcknowledged(100 + random.nextInt(300));
                long pid = victim.pid(state);
                long began = System.nanoTime();
                signal(pid);
                // Backends outlive their postmaster for a moment and go on committing: first there has to be another
                // one.
                load.await(() -> isReplaced(victim, pid, state), 60, "nothing took its place");
                load.awaitResumed(System.nanoTime(), 60);
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertTrue(took <= MOST_MILLIS, () -> took + " ms\n" + node.output());
                slowest = Math.max(slowest, took);
            }
            load.pause();
            load.sendAgain(1_000);
            assertEquals(0, load.wrong(), load::answers);
            load.stop();
            Auditor.Findings findings = auditor.audit(state);
            Auditor.assertTrue(findings);
            Full.report(
                    "R3 " + what + " (seed " + SEED + ")",
                    rounds,
                    FULL,
                    findings + "; writing again after " + slowest + " ms at most");
            node.signalGroup("TERM");
            assertEquals(0, node.awaitEnd(30), node::output);
        }
    }

    private static boolean isReplaced(Victim victim, long pid, Path state) {
        try {
            return victim.pid(state) != pid;
        } catch (Exception notYet) {
            return false;
        }
    }

    private static void signal(long pid) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor());
    }

    private static long postmaster(Path state) throws Exception {
        return Long.parseLong(
                Files.readAllLines(state.resolve("database/postmaster.pid")).getFirst());
    }

    private static long writersBackend(Path state) throws Exception {
        try (Database database = Auditor.open(state);
                Connection owner = database.connectAsOwner();
                Statement statement = owner.createStatement()) {
            // The connection of a writer: its last statement was an insert.
            for (int look = 0; look < 1_000; look++) {
                try (ResultSet rows = statement.executeQuery("""
                    select pid from pg_stat_activity
                    where application_name = 'lethe collector' and query like '%insert into raw.event%'
                    limit 1\
                    """)) {
                    if (rows.next()) {
                        return rows.getLong(1);
                    }
                }
                LockSupport.parkNanos(5_000_000);
            }
            throw new IllegalStateException("no writer");
        }
    }

    private static void countForLong(Path state) {
        try (Database database = Auditor.open(state);
                Connection owner = database.connectAsOwner();
                Statement statement = owner.createStatement()) {
            statement.execute("select count(*) from generate_series(1, 100000000000) /* busy */");
        } catch (Exception killed) {
            // That is what becomes of it.
        }
    }

    private static boolean isBusy(Path state) {
        try (Database database = Auditor.open(state);
                Connection owner = database.connectAsOwner();
                Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("""
                    select from pg_stat_activity
                    where query like '%/* busy */' and state = 'active' and pid <> pg_backend_pid()\
                    """)) {
            return rows.next();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
