package dev.lethe.fault;

import static dev.lethe.event.WriterDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import dev.lethe.database.TestDirectories;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * R5: before PostgreSQL tells that a group is committed, which is what an acknowledgement waits for, it has synchronised its
 * log with the disk. Seen by {@code strace} on the writer's own backend, with a control that does not wait.
 */
class R5SyncBeforeAcknowledgementIT {
    private static final int COMMITS = 20;

    /** The backend's answer to one event, or to the end of a transaction. */
    private static final Pattern ACKNOWLEDGEMENT = Pattern.compile("sendto\\(.*(INSERT 0 1|COMMIT)\\\\0Z.*I\"");

    private static final Pattern REQUEST = Pattern.compile("recvfrom\\(.*\\) = [1-9]");
    private static final Pattern DURABLE = Pattern.compile("(fdatasync|fsync)\\(.*= 0");

    private static WriterDatabase database;

    /** Of the acknowledgements seen, how many had a synchronisation since the request came. */
    private record Seen(int acknowledged, int durable) {}

    @BeforeAll
    static void open() throws IOException {
        if (List.of("/usr/bin/strace", "/bin/strace", "/usr/local/bin/strace").stream()
                .noneMatch(path -> Files.isExecutable(Path.of(path)))) {
            LeftOut.because("R5 (sync before acknowledgement, observed)", "needs strace (Linux)");
        }
        database = new WriterDatabase(5);
    }

    @AfterAll
    static void close() {
        if (database != null) {
            database.close();
        }
    }

    @Test
    void synchronisesBeforeItAnswersAnInsert() throws Exception {
        Seen seen = watch("on", WriterDatabase.NOON);
        System.out.println("R5: " + seen);
        assertEquals(new Seen(COMMITS, COMMITS), seen);
    }

    @Test
    void synchronisesBeforeItAnswersTheTransactionNearMidnight() throws Exception {
        Seen seen = watch("on", Instant.parse("2026-06-15T23:59:00Z"));
        System.out.println("R5 near midnight: " + seen);
        assertEquals(new Seen(COMMITS, COMMITS), seen);
    }

    /** The control: with asynchronous commits, which Lethe refuses to start with, the answer comes first. */
    @Test
    void seesThatAnAsynchronousCommitDoesNotWait() throws Exception {
        Seen seen = watch("off", WriterDatabase.NOON);
        System.out.println("R5 control, synchronous_commit = off: " + seen);
        assertEquals(COMMITS, seen.acknowledged());
        assertTrue(seen.durable() <= COMMITS / 10, seen::toString);
    }

    private static Seen watch(String synchronousCommit, Instant at) throws Exception {
        String name = "r5 " + synchronousCommit + " " + at.getEpochSecond();
        Writer writer = database.writer(
                database.options()
                        .addProperty("application_name", name)
                        .addProperty("synchronous_commit", synchronousCommit),
                20_000,
                Duration.ofSeconds(60));
        // The first group connects and prepares, the second finds all prepared.
        store(writer, at);
        store(writer, at);
        long backend = database.count("select pid from pg_stat_activity where application_name = '" + name + "'");
        Path trace = TestDirectories.fresh("r5").resolve("trace");
        Process strace = new ProcessBuilder(
                        "strace",
                        "--string-limit=400",
                        "--trace=fdatasync,fsync,recvfrom,sendto",
                        "--output=" + trace,
                        "--attach=" + backend)
                .redirectErrorStream(true)
                .start();
        try {
            String said = strace.inputReader(StandardCharsets.UTF_8).readLine();
            if (said == null || !said.contains("attached")) {
                LeftOut.because(
                        "R5 (sync before acknowledgement, observed)",
                        "strace may not attach to PostgreSQL here: run as root, or with kernel.yama.ptrace_scope=0");
            }
            for (int i = 0; i < COMMITS; i++) {
                store(writer, at);
            }
            return awaitSeen(trace);
        } finally {
            strace.destroy();
            strace.waitFor(10, TimeUnit.SECONDS);
            await(writer.close());
        }
    }

    private static void store(Writer writer, Instant at) {
        RawEvent event = database.event(at, database.uuid(), database.uuid());
        assertInstanceOf(Stored.class, await(writer.write(event)));
    }

    /** The last lines may reach the file a moment after the answer reaches the writer. */
    private static Seen awaitSeen(Path trace) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Seen seen = read(Files.readAllLines(trace));
        while (seen.acknowledged() < COMMITS && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
            seen = read(Files.readAllLines(trace));
        }
        return seen;
    }

    private static Seen read(List<String> lines) {
        int acknowledged = 0;
        int durable = 0;
        boolean synced = false;
        for (String line : lines) {
            if (REQUEST.matcher(line).find()) {
                synced = false;
            } else if (DURABLE.matcher(line).find()) {
                synced = true;
            } else if (ACKNOWLEDGEMENT.matcher(line).find()) {
                acknowledged++;
                durable += synced ? 1 : 0;
            }
        }
        return new Seen(acknowledged, durable);
    }
}
