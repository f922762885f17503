package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.Future;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * R17: the clock is an hour slow, a day fast, three years fast. Nothing is written under a wrong day, nothing is destroyed, and when the
 * clock is right again beacons are taken; destroying waits for somebody to look. All three at once, for the guard looks every 10 s.
 */
class R17WrongClockTest {
    private static final long PATIENCE_SECONDS = 40;

    @Test
    void storesNothingAndDestroysNothing() throws Exception {
        Map<String, java.util.concurrent.Future<Long>> runs = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Duration wrong : List.of(Duration.ofHours(-1), Duration.ofDays(1), Duration.ofDays(3 * 365 + 1))) {
                runs.put(wrong.toString(), threads.submit(() -> run(wrong)));
            }
            List<String> noticed = new ArrayList<>();
            for (var each : runs.entrySet()) {
                noticed.add(each.getKey() + " after " + each.getValue().get() + " ms");
            }
            System.out.println("R17: noticed " + noticed + "; nothing stored meanwhile, nothing destroyed");
        }
    }

    /** How many milliseconds it took to notice. */
    private static long run(Duration wrong) {
        TestClock clock = TestClock.now();
        TestClock monotonic = TestClock.now();
        try (TestLethe lethe = TestLethe.start(
                clock,
                () -> Future.succeededFuture(monotonic.instant()),
                () -> monotonic.instant().toEpochMilli() * 1_000_000)) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/before")));
            String held = held(lethe);
            clock.jump(wrong);
            long began = System.nanoTime();
            // Who has no consent by the wrong date is not let in either; what counts is that nothing is stored for
            // long.
            await(
                    "ingestion never paused",
                    () -> lethe.sendAdmin("GET", "/health/ready", null).body().contains("clock"));
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> answer = visitor.view("/while-wrong");
                assertTrue(
                        answer.statusCode() == 503
                                || Visitor.outcome(answer).orElse("").startsWith("dropped"),
                        () -> wrong + " " + answer.statusCode());
            }
            assertEquals(0, lethe.count("select count(*) from raw.event where path = '/while-wrong'"));
            assertEquals(held, held(lethe), "days, keys and files stand");
            assertEquals(
                    1,
                    lethe.count("select count(*) from registry.job where job = 'retention' and paused_because is not"
                            + " null"));
            clock.jump(wrong.negated());
            Visitor after = lethe.visitor();
            await("ingestion never went on", () -> {
                after.grant();
                return Visitor.outcome(after.view("/after")).equals(Optional.of("stored"));
            });
            assertEquals(
                    1,
                    lethe.count(
                            "select count(*) from registry.job where job = 'retention' and paused_because is not null"),
                    "destroying waits for somebody to look");
            Instant stored = Instant.parse(lethe.text("""
                select to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                from raw.event where path = '/after' limit 1\
                """));
            assertTrue(Duration.between(stored, Instant.now()).abs().compareTo(Duration.ofMinutes(2)) < 0);
            return took;
        }
    }

    private static String held(TestLethe lethe) {
        return lethe.rows("select to_regclass('raw.event')::text || ' ' || count(*) from raw.event") + " "
                + lethe.rows("select site, month from keys.month order by 1, 2") + " "
                + lethe.count("select count(*) from pg_inherits where inhparent = 'raw.event'::regclass");
    }

    private interface Look {
        boolean isSo();
    }

    private static void await(String otherwise, Look look) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!look.isSo()) {
            assertTrue(System.nanoTime() < deadline, otherwise);
            LockSupport.parkNanos(100_000_000);
        }
    }
}
