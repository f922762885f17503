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
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R17, ingestion: the machine's clock is an hour slow, a day fast, three years fast while beacons come in. None is lost, none counts
 * twice, none is stored under a wrong day, nobody's consent lives longer, and readiness says why. {@code
 * R17PublicationWithAWrongClockTest} does the same to what cannot be undone.
 */
@Timeout(120)
class R17IngestionWithAWrongClockTest {
    private static final int BROWSERS = 4;
    private static final Pattern MAX_AGE = Pattern.compile("Max-Age=(\\d+)");

    @Test
    void losesNothingAndDatesNothingWrongly() throws Exception {
        TestClock wall = TestClock.now();
        // PostgreSQL's clock, and the one that nobody can set, go right.
        TestClock right = TestClock.now();
        Instant began = right.instant();
        AtomicBoolean ending = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger turnedAway = new AtomicInteger();
        try (TestLethe lethe = TestLethe.start(
                        wall,
                        () -> Future.succeededFuture(right.instant()),
                        () -> right.instant().toEpochMilli() * 1_000_000);
                ExecutorService threads = Executors.newFixedThreadPool(BROWSERS)) {
            List<CompletableFuture<Void>> browsers = new ArrayList<>();
            for (int i = 0; i < BROWSERS; i++) {
                Visitor visitor = lethe.visitor();
                assertEndsInTime(right.instant(), visitor.grant());
                browsers.add(CompletableFuture.runAsync(
                        () -> {
                            while (!ending.get()) {
                                sendUntilStored(visitor, right, sent.incrementAndGet(), turnedAway);
                            }
                        },
                        threads));
            }
            List<String> told = new ArrayList<>();
            for (Period days : List.of(Period.ZERO, Period.ofDays(1), Period.ofYears(3))) {
                int before = sent.get();
                Wait.until(() -> sent.get() > before + 20);
                Instant wrong = days.isZero()
                        ? right.instant().minus(Duration.ofHours(1))
                        : right.instant().atZone(ZoneOffset.UTC).plus(days).toInstant();
                int away = turnedAway.get();
                wall.jumpTo(wrong);
                Wait.until(() -> turnedAway.get() > away + 20);
                String ready = lethe.sendAdmin("GET", "/health/ready", null).body();
                assertTrue(ready.contains("clock"), ready);
                told.add(ready.replaceAll("(?s).*(The clock[^\"]*|PostgreSQL's clock[^\"]*)\".*", "$1"));
                assertEquals(503, lethe.visitor().grant().statusCode(), "no consent is dated by a wrong clock");
                Visitor refusing = lethe.visitor();
                assertEquals(200, refusing.refuse().statusCode(), "a refusal is never refused");
                assertEquals(Optional.of("dropped; reason=opted_out"), Visitor.outcome(refusing.view("/")));
                assertEquals(
                        Optional.of("dropped; reason=no_consent"),
                        Visitor.outcome(lethe.visitor().view("/")));
                wall.jumpTo(right.instant());
                int stored = sent.get();
                Wait.until(() -> sent.get() > stored + BROWSERS);
            }
            ending.set(true);
            browsers.forEach(CompletableFuture::join);
            System.out.println("R17: " + sent + " beacons, " + turnedAway + " times turned away, all stored once;"
                    + " readiness said " + told);
            assertEquals(sent.get(), lethe.count("select count(*) from raw.event"), "nothing lost, nothing doubled");
            assertEquals(sent.get(), lethe.count("select count(distinct path) from raw.event"));
            assertEquals(
                    0,
                    lethe.count("select count(*) from raw.event where received_at not between '"
                            + began.minusSeconds(1) + "' and '"
                            + right.instant().plusSeconds(1)
                            + "' or day <> (received_at at time zone 'UTC')::date"),
                    "dated wrongly");
            assertEquals(
                    1,
                    lethe.count(
                            "select count(*) from registry.job where job = 'retention' and paused_because is not null"),
                    "destroying waits for somebody to look");
        }
    }

    /** The control: had all clocks jumped, nobody could know; the event has the day that the audit above looks for. */
    @Test
    void wouldNoticeAWrongDay() {
        TestClock clock = TestClock.now();
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            clock.jump(Duration.ofDays(1));
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
            assertEquals(
                    1, lethe.count("select count(*) from raw.event where received_at > now() + interval '1 hour'"));
        }
    }

    private static void sendUntilStored(Visitor visitor, TestClock right, int number, AtomicInteger turnedAway) {
        String beacon = visitor.pageview("/" + number);
        while (true) {
            HttpResponse<String> answer = visitor.beacon(beacon);
            assertEndsInTime(right.instant(), answer);
            if (answer.statusCode() != 503) {
                assertEquals(Optional.of("stored"), Visitor.outcome(answer), answer::body);
                return;
            }
            assertEquals(
                    Optional.of("application/problem+json"), answer.headers().firstValue("Content-Type"));
            assertTrue(answer.headers().firstValue("Retry-After").isPresent(), answer::toString);
            turnedAway.incrementAndGet();
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Whatever cookie is set ends 13 months after today at the latest. */
    private static void assertEndsInTime(Instant now, HttpResponse<String> answer) {
        for (String cookie : answer.headers().allValues("set-cookie")) {
            Matcher age = MAX_AGE.matcher(cookie);
            assertTrue(age.find(), cookie);
            Instant end = now.plusSeconds(Long.parseLong(age.group(1)));
            Instant latest = now.atZone(ZoneOffset.UTC).plusMonths(13).toInstant();
            assertTrue(!end.isAfter(latest), () -> "a cookie ends " + end);
        }
    }
}
