package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.journey.CapturedLogs;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a job that fails, and how often. */
class RecurringJobTest {
    @Test
    void tellsTheFirstFailureAndTheRecoveryAndNothingInBetween() {
        Deque<Future<?>> outcomes = new ArrayDeque<>(List.of(
                Future.succeededFuture(),
                Future.failedFuture(new IllegalStateException("of a visitor")),
                Future.failedFuture(new IllegalStateException("again")),
                Future.succeededFuture(),
                Future.succeededFuture()));
        RecurringJob job = new RecurringJob("making partitions ahead", outcomes::remove);
        String told;
        try (CapturedLogs logs = new CapturedLogs()) {
            while (!outcomes.isEmpty()) {
                job.run().await();
            }
            told = logs.text()
                    .lines()
                    .filter(line -> line.contains("making partitions ahead"))
                    .map(line -> line.replaceAll(".*(Failed|Works)", "$1").replaceAll(" \\{}.*", ""))
                    .reduce("", (all, line) -> all + line + "\n");
        }
        assertEquals("""
            Failed, and will be tried again: making partitions ahead (IllegalStateException)
            Works again: making partitions ahead
            """, told);
    }

    @Test
    void aJobThatThrowsInsteadOfFailingComesAgainToo() {
        Deque<RuntimeException> thrown = new ArrayDeque<>(List.of(new IllegalStateException("not begun")));
        RecurringJob job = new RecurringJob("reading the sites", () -> {
            if (!thrown.isEmpty()) {
                throw thrown.remove();
            }
            return Future.succeededFuture();
        });
        try (CapturedLogs logs = new CapturedLogs()) {
            job.run().await();
            job.run().await();
            assertEquals(
                    2,
                    logs.text()
                            .lines()
                            .filter(line -> line.contains("reading the sites"))
                            .count());
        }
    }
}
