package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** P11: after a drop neither the data files nor the write-ahead log hold anything of the day. */
@Timeout(120)
class P11NothingLeftInFilesTest {
    private static final LocalDate DAY = LocalDate.of(2025, 1, 31);

    @TempDir
    private Path keysDir;

    private final RetentionDatabase database = new RetentionDatabase();
    private final String canary = "canary-" + UUID.randomUUID();

    @AfterEach
    void close() {
        database.close();
    }

    private void plant() {
        database.makeDay(DAY, 100);
        database.makeDay(DAY.plusDays(1), 100);
        database.execute(
                RetentionDatabase.events(DAY, 2_000, "/" + canary),
                // The planner's statistics hold samples of the values, as autovacuum would have made them.
                "analyze raw.event_20250131",
                "analyze raw.event",
                "checkpoint");
        // After a checkpoint a page's first change writes the whole page into the log.
        database.execute(RetentionDatabase.events(DAY, 10, "/" + canary));
    }

    private void drop(Supplier<Future<Void>> afterDrop) {
        Pool pool = database.as("retention");
        Retention retention = new Retention(
                RetentionPolicy.DEFAULT,
                pool,
                new StoredMonthKeys(pool, KeyDirectory.open(keysDir.resolve("keys"), new SecureRandom()), month -> {}),
                List.of(),
                afterDrop,
                Clock.fixed(RetentionPolicy.DEFAULT.dropsAt(DAY), ZoneOffset.UTC));
        Report.Done done =
                assertInstanceOf(Report.Done.class, retention.run(RetentionPolicy.DEFAULT.dropsAt(DAY), false, false));
        assertEquals(List.of(DAY), done.days());
    }

    @Test
    void noFileOfTheServerHoldsTheCanary() {
        plant();
        List<String> before = filesWithCanary();
        assertTrue(before.stream().anyMatch(file -> file.startsWith("base/")), before::toString);
        assertTrue(before.stream().anyMatch(file -> file.startsWith("pg_wal/")), before::toString);

        drop(() -> WriteAheadLog.forget(database.owner()));
        assertEquals(List.of(), filesWithCanary());
    }

    /** The control: dropping alone leaves it. */
    @Test
    void aDropAloneLeavesTheCanaryInTheLog() {
        plant();
        drop(() -> Future.succeededFuture());
        List<String> after = filesWithCanary();
        assertTrue(after.stream().anyMatch(file -> file.startsWith("pg_wal/")), after::toString);
    }

    private List<String> filesWithCanary() {
        Path data = database.dataDirectory();
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .filter(this::holdsCanary)
                    .map(file -> data.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean holdsCanary(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(canary);
        } catch (NoSuchFileException goneMeanwhile) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
