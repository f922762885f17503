package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X2: connections that drip, a byte every half second, in the headers of a first or a later request or in a body, are closed within
 * ten seconds; visitors notice nothing.
 */
@Timeout(120)
class X2SlowSendersTest {
    private static final int DRIPPING = Wire.tries(2_000);
    private static final long MOST_SECONDS = 10;
    private static final long MOST_VISITOR_MILLIS = 1_000;
    private static final long TICK_MILLIS = 500;
    private static final String SCRIPT = "GET /lethe.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    /** One connection that never comes to an end. */
    private static final class Dripper {
        private final SocketChannel channel;
        private final long startedNanos;
        private long closedNanos;

        Dripper(TestLethe lethe, String beginning) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(
                    lethe.publicUrl().getHost(), lethe.publicUrl().getPort()));
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(beginning.getBytes(StandardCharsets.ISO_8859_1)));
            startedNanos = System.nanoTime();
        }

        /** One byte more, and whatever was answered. */
        void drip() {
            try {
                ByteBuffer answer = ByteBuffer.allocate(4_096);
                int read = channel.read(answer);
                if (read < 0) {
                    closed();
                } else {
                    channel.write(ByteBuffer.wrap(new byte[] {'1'}));
                }
            } catch (IOException reset) {
                closed();
            }
        }

        private void closed() {
            closedNanos = System.nanoTime();
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        boolean isClosed() {
            return closedNanos != 0;
        }

        long lastedMillis() {
            return TimeUnit.NANOSECONDS.toMillis(closedNanos - startedNanos);
        }
    }

    @Test
    void areClosedWhileVisitorsNoticeNothing() throws IOException {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor visitor = lethe.visitor();
            assertEquals(200, visitor.grant().statusCode());
            assertEquals("stored", Wire.outcome(visitor.view("/warm")));
            String cookie = "Cookie: " + Wire.cookieHeader(visitor.cookies()) + "\r\n";
            String host = "Host: 127.0.0.1\r\n";
            String query = "/api/beacon?site=" + TestLethe.SITE + " HTTP/1.1\r\n";
            String length = "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n";
            List<IntFunction<String>> kinds = List.of(
                    i -> "G",
                    i -> "GET /privacy HTTP/1.1\r\n" + host + "X-" + i + ": ",
                    // A whole request first: what comes after it has a deadline too.
                    i -> "GET /lethe.js HTTP/1.1\r\n" + host + "\r\nGET /privacy HTTP/1.1\r\nX-Drip: ",
                    i -> "POST " + query + host + length,
                    i -> "POST " + query + host + cookie + "User-Agent: " + TestLethe.AGENT + "\r\n" + length,
                    i -> "POST " + query + host + "Transfer-Encoding: chunked\r\n\r\n",
                    i -> "POST /api/consent HTTP/1.1\r\n" + host + length,
                    i -> "POST /privacy/opt-out HTTP/1.1\r\n" + host
                            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\n");
            // The control: a connection that says nothing between two requests is no attack, and is kept.
            RawConnection quiet = RawConnection.to(lethe.publicUrl());
            quiet.send(SCRIPT);
            assertEquals(200, quiet.answer(Duration.ofMillis(200)).status());
            List<Dripper> drippers = new ArrayList<>();
            for (int i = 0; i < DRIPPING; i++) {
                drippers.add(new Dripper(lethe, kinds.get(i % kinds.size()).apply(i)));
            }
            CompletableFuture<Long> slowest = CompletableFuture.supplyAsync(() -> slowestVisit(lethe, drippers));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2 * MOST_SECONDS);
            while (System.nanoTime() < deadline && !drippers.stream().allMatch(Dripper::isClosed)) {
                drippers.stream().filter(dripper -> !dripper.isClosed()).forEach(Dripper::drip);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
            }
            assertEquals(
                    List.of(),
                    IntStream.range(0, DRIPPING)
                            .filter(i -> !drippers.get(i).isClosed())
                            .mapToObj(i -> i + " (of kind " + i % kinds.size() + ")")
                            .toList(),
                    "still open");
            quiet.send(SCRIPT);
            assertEquals(200, quiet.answer(Duration.ofMillis(200)).status());
            quiet.close();
            long longest =
                    drippers.stream().mapToLong(Dripper::lastedMillis).max().orElseThrow();
            System.out.printf(
                    "X2: %d connections (in full: 2000, -Dlethe.full=true), the last closed after %d ms; slowest of"
                            + " another visitor's beacons %d ms%n",
                    DRIPPING, longest, slowest.join());
            assertTrue(longest <= TimeUnit.SECONDS.toMillis(MOST_SECONDS), longest + " ms");
            assertTrue(slowest.join() <= MOST_VISITOR_MILLIS, slowest.join() + " ms");
        }
    }

    /** Milliseconds; one beacon after another until all drippers are gone. */
    private static long slowestVisit(TestLethe lethe, List<Dripper> drippers) {
        Visitor other = lethe.visitor();
        assertEquals(200, other.grant().statusCode());
        long slowest = 0;
        for (int i = 0; i < 5_000 && !drippers.stream().allMatch(Dripper::isClosed); i++) {
            long started = System.nanoTime();
            assertEquals("stored", Wire.outcome(other.view("/meanwhile/" + i)));
            slowest = Math.max(slowest, System.nanoTime() - started);
        }
        return TimeUnit.NANOSECONDS.toMillis(slowest);
    }
}
