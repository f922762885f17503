package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServeLockTest {
    private static final URI PUBLIC = URI.create("http://127.0.0.1:8080");
    private static final URI ADMIN = URI.create("http://127.0.0.1:8081");

    @Test
    void refusesASecondServerAndNamesTheFirst() {
        Path state = TestDirectories.fresh("serve").resolve("state");
        try (ServeLock first = ServeLock.acquire(state)) {
            first.announce(PUBLIC, ADMIN);
            DatabaseProblem problem = assertThrows(DatabaseProblem.class, () -> ServeLock.acquire(state));
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(
                    problem.getMessage().contains("process " + pid + ", http://127.0.0.1:8080"), problem.getMessage());
        }
        ServeLock.acquire(state).close();
    }

    @Test
    void commandsFindTheRunningServerAndOnlyWhileItRuns() throws IOException {
        Path state = TestDirectories.fresh("serve").resolve("state");
        assertEquals(Optional.empty(), ServeLock.find(state));
        try (ServeLock lock = ServeLock.acquire(state)) {
            lock.announce(PUBLIC, ADMIN);
            assertEquals(
                    Optional.of(new ServeLock.RunningNode(
                            ProcessHandle.current().pid(), Optional.of(PUBLIC), Optional.of(ADMIN))),
                    ServeLock.find(state));
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("serve.lock"))));
        }
        assertEquals(Optional.empty(), ServeLock.find(state));
    }

    @Test
    void seesAndRespectsTheLockOfAnotherProcess() throws Exception {
        Path state = TestDirectories.fresh("serve").resolve("state");
        try (OtherProcess other = new OtherProcess(state)) {
            assertEquals(other.pid(), ServeLock.find(state).orElseThrow().pid());
            assertThrows(DatabaseProblem.class, () -> ServeLock.acquire(state));
            other.kill();
            assertEquals(Optional.empty(), ServeLock.find(state));
            ServeLock.acquire(state).close();
        }
    }

    /** A JVM that holds the lock until it is killed. */
    private static final class OtherProcess implements AutoCloseable {
        private final Process process;

        OtherProcess(Path state) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-classpath",
                            System.getProperty("java.class.path"),
                            Holder.class.getName(),
                            state.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertEquals("held", process.inputReader().readLine());
        }

        long pid() {
            return process.pid();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            try (ServeLock held = ServeLock.acquire(Path.of(arguments[0]))) {
                held.announce(PUBLIC, ADMIN);
                System.out.println("held");
                System.in.read();
            }
        }
    }
}
