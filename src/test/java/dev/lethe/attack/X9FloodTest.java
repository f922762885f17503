package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.journey.CapturedLogs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * X9: one network that sends all it can is held to its quota while others are served, and its address is afterwards in no log and
 * nowhere in memory. The test itself knows the address only masked, or it would find its own.
 */
@Timeout(300)
class X9FloodTest {
    private static final int BEACONS = Wire.tries(50_000);
    private static final int QUOTA = 600;
    private static final int VISITORS = 50;
    private static final int CONNECTIONS = 20;
    private static final int BATCH = 100;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
    /** Addresses of the documentation networks, each character one higher: what stands here plainly stands in memory. */
    private static final String MASKED_6 = "3112;ec9;62ff;:e1d;b;c;d;e";

    private static final String MASKED_4 = "2:3/1/3/298";
    /** What stays in memory on purpose: the search must find it. */
    private static final byte[] CONTROL = "x9-control-kestrel".getBytes(StandardCharsets.US_ASCII);

    private static byte[] unmask(String masked) {
        byte[] plain = masked.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < plain.length; i++) {
            plain[i]--;
        }
        return plain;
    }

    @Test
    void isHeldToItsQuotaAndLeavesNoAddress(@TempDir Path directory) throws IOException {
        CapturedLogs logs = new CapturedLogs();
        try (TestLethe lethe = TestLethe.start(
                TestClock.now(),
                "--proxies=127.0.0.1/32",
                "--limits.hold=30 s",
                "--limits.beacons-per-network=600/min",
                "--limits.beacons-per-visitor=100000/min")) {
            List<String> cookies = new ArrayList<>();
            for (int i = 0; i < VISITORS; i++) {
                Visitor visitor = lethe.visitor();
                assertEquals(200, visitor.grant().statusCode());
                cookies.add(Wire.cookieHeader(visitor.cookies()));
            }
            Visitor other = lethe.visitor();
            assertEquals(200, other.grant().statusCode());
            other.header("X-Forwarded-For", "198.51.100.9");

            AtomicBoolean flooding = new AtomicBoolean(true);
            AtomicInteger others = new AtomicInteger();
            CompletableFuture<Long> slowest = CompletableFuture.supplyAsync(() -> {
                long most = 0;
                while (flooding.get() && others.get() < 2_000) {
                    long started = System.nanoTime();
                    assertEquals("stored", Wire.outcome(other.view("/other")));
                    most = Math.max(most, System.nanoTime() - started);
                    others.incrementAndGet();
                }
                return most;
            });
            long started = System.nanoTime();
            AtomicIntegerArray answers = flood(lethe, cookies, MASKED_6, BEACONS);
            double seconds = (System.nanoTime() - started) / 1e9;
            flooding.set(false);
            long most = TimeUnit.NANOSECONDS.toMillis(slowest.join());
            System.out.printf(
                    "X9: %d beacons of one network in %.1f s (%.0f/s): %d stored, %d held back; meanwhile %d of another"
                            + " network, all stored, slowest %d ms%n",
                    BEACONS, seconds, BEACONS / seconds, answers.get(204), answers.get(429), others.get(), most);
            assertEquals(BEACONS, answers.get(204) + answers.get(429));
            assertTrue(answers.get(204) >= QUOTA, "its whole share is served");
            assertTrue(answers.get(204) <= QUOTA * (1 + (seconds + 1) / 60), "and what a minute gives back, no more");
            assertEquals(answers.get(204) + others.get(), lethe.count("select count(*) from raw.event"));
            assertTrue(others.get() > 0);
            assertTrue(most < 5_000, most + " ms");

            assertEquals(100, flood(lethe, cookies, MASKED_4, BATCH).get(204), "another network has its own share");

            Path dump = directory.resolve("heap.hprof");
            // Only live objects: a full collection comes first.
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), true);
            assertTrue(contains(dump, CONTROL), "the control is found");
            byte[] six = InetAddress.getByName(new String(unmask(MASKED_6), StandardCharsets.US_ASCII))
                    .getAddress();
            assertFalse(contains(dump, unmask(MASKED_6)), "IPv6 in text");
            assertFalse(contains(dump, unmask(MASKED_4)), "IPv4 in text");
            assertFalse(contains(dump, six), "IPv6 in bytes");
            assertFalse(contains(dump, Arrays.copyOf(six, 6)), "its network in bytes");
            assertFalse(logs.text().contains(new String(unmask(MASKED_4), StandardCharsets.US_ASCII)));
            assertFalse(logs.text().contains(new String(unmask(MASKED_6), StandardCharsets.US_ASCII)));
            System.out.println("X9: no address in " + Files.size(dump) / 1024 / 1024 + " MiB of live objects");
        } finally {
            logs.close();
        }
    }

    /** A hundred on a connection, many connections at once, as fast as they are taken; how many answers of each status. */
    private static AtomicIntegerArray flood(TestLethe lethe, List<String> cookies, String masked, int beacons) {
        AtomicIntegerArray answers = new AtomicIntegerArray(600);
        try (ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS)) {
            for (int batch = 0; batch < beacons / BATCH; batch++) {
                long seed = 1_000_000L * beacons + batch;
                connections.execute(() -> send(lethe, cookies, masked, new Random(seed), answers));
            }
        }
        return answers;
    }

    private static void send(
            TestLethe lethe, List<String> cookies, String masked, Random random, AtomicIntegerArray answers) {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < BATCH; i++) {
            String body = "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/flood\"}"
                    .formatted(TestLethe.id(random), TestLethe.ORIGIN);
            requests.append("POST /api/beacon?site=" + TestLethe.SITE + " HTTP/1.1\r\nHost: h\r\nUser-Agent: "
                            + TestLethe.AGENT + "\r\nCookie: ")
                    .append(cookies.get(i % cookies.size()))
                    .append("\r\nX-Forwarded-For: ")
                    .append(new String(unmask(masked), StandardCharsets.US_ASCII))
                    .append(i == BATCH - 1 ? "\r\nConnection: close" : "")
                    .append("\r\nContent-Type: text/plain\r\nContent-Length: ")
                    .append(body.length())
                    .append("\r\n\r\n")
                    .append(body);
        }
        try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
            connection.send(requests.toString());
            STATUS.matcher(connection.answer(Duration.ofSeconds(60)).text())
                    .results()
                    .forEach(line -> answers.incrementAndGet(Integer.parseInt(line.group(1))));
        }
    }

    private static boolean contains(Path file, byte[] needle) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            byte first = needle[0];
            for (int at = 0; at <= bytes.limit() - needle.length; at++) {
                if (bytes.get(at) == first && matches(bytes, at, needle)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean matches(MappedByteBuffer bytes, int at, byte[] needle) {
        for (int i = 1; i < needle.length; i++) {
            if (bytes.get(at + i) != needle[i]) {
                return false;
            }
        }
        return true;
    }

    /** Refusals have no quota: everybody may say no as often as they like; only their receipts have one. */
    @Test
    void refusalsAreNeverRefusedAndDoNotFillATable() {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--proxies=127.0.0.1/32")) {
            Visitor elsewhere = lethe.visitor().header("X-Forwarded-For", "198.51.100.9");
            long began = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                Visitor visitor = lethe.visitor().header("X-Forwarded-For", "203.0.113." + (i + 1));
                assertEquals(200, visitor.refuse().statusCode());
                assertEquals(
                        303,
                        lethe.visitor()
                                .header("X-Forwarded-For", "203.0.113." + (i + 1))
                                .form("/privacy/opt-out", "site=" + TestLethe.SITE)
                                .statusCode());
            }
            long receipts = lethe.count("select count(*) from consent.receipt");
            // A share comes back every two seconds, which a busy machine may take for all of these.
            long cameBack = (System.nanoTime() - began) / 2_000_000_000L;
            assertTrue(receipts >= 30 && receipts <= 30 + cameBack, receipts + " receipts");
            assertEquals(200, elsewhere.refuse().statusCode());
            assertEquals(receipts + 1, lethe.count("select count(*) from consent.receipt"));
        }
    }
}
