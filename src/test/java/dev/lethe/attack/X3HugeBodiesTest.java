package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** X3: a gigabyte announced, chunks without end, depth and digits by the hundred thousand: 413 or 400, and no memory to speak of. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class X3HugeBodiesTest {
    private static final long MOST_GROWTH_BYTES = 16 * 1024 * 1024;
    private static final long GIBIBYTE = 1L << 30;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private TestLethe lethe;
    private Visitor visitor;

    /** Where a body is read, and what is answered when it is too long. */
    private record Place(String name, String head, Set<Integer> answers) {}

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
        visitor = lethe.visitor();
        assertEquals(200, visitor.grant().statusCode());
        assertEquals("stored", Wire.outcome(visitor.view("/warm")));
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private List<Place> places() {
        String beacon = "POST /api/beacon?site=" + TestLethe.SITE + " HTTP/1.1\r\nHost: h\r\nUser-Agent: "
                + TestLethe.AGENT + "\r\nContent-Type: application/json\r\n";
        return List.of(
                // Nobody without consent is read: whatever is sent passes by.
                new Place("beacon without consent", beacon, Set.of(204, 413)),
                new Place(
                        "beacon with consent",
                        beacon + "Cookie: " + Wire.cookieHeader(visitor.cookies()) + "\r\n",
                        Set.of(413)),
                new Place(
                        "consent",
                        "POST /api/consent HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n",
                        Set.of(413)),
                new Place(
                        "objection",
                        "POST /privacy/opt-out HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n",
                        Set.of(413)));
    }

    @Test
    void anAnnouncedGigabyteIsRefusedAndClosed() {
        long before = memory();
        for (Place place : places()) {
            try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                connection.send(place.head() + "Content-Length: " + GIBIBYTE + "\r\n\r\n");
                long taken = flood(connection, "x".repeat(64 * 1024));
                RawConnection.Answer answer = connection.answer(PATIENCE);
                assertTrue(answer.closed(), place.name());
                assertTrue(taken < GIBIBYTE / 8, place.name() + " took " + taken + " bytes");
                assertTrue(answer.status() == 413 || answer.status() == 0, place.name() + ": " + answer.status());
            }
            // Whose body is not on the way yet, reads why.
            try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                connection.send(place.head() + "Content-Length: " + GIBIBYTE + "\r\n\r\n");
                RawConnection.Answer answer = connection.answer(PATIENCE);
                assertEquals(413, answer.status(), place.name());
                assertTrue(answer.closed(), place.name());
            }
        }
        assertGrowth("an announced gigabyte", before);
    }

    @Test
    void chunksWithoutEndAreCutOff() {
        long before = memory();
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        for (Place place : places()) {
            try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                connection.send(place.head() + "Transfer-Encoding: chunked\r\n\r\n");
                // So little that the answer is not lost in a reset.
                connection.send(chunk);
                RawConnection.Answer answer = connection.answer(Duration.ofMillis(500));
                assertTrue(place.answers().contains(answer.status()), place.name() + ": " + answer.status());
                long taken = flood(connection, chunk);
                assertTrue(connection.answer(PATIENCE).closed(), place.name());
                assertTrue(taken < GIBIBYTE / 8, place.name() + " took " + taken + " bytes");
            }
        }
        assertGrowth("chunks without end", before);
    }

    /** Sends until the other side has had enough; the bytes that went, socket buffers included. */
    private static long flood(RawConnection connection, String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.ISO_8859_1);
        long sent = 0;
        while (sent < GIBIBYTE && connection.send(bytes)) {
            sent += bytes.length;
        }
        return sent;
    }

    @Test
    void depthAndDigitsAreRefusedWithoutBeingBuilt() {
        long before = memory();
        List<String> bodies = new ArrayList<>();
        for (int depth : new int[] {1_000, 2_000, 8_000, 100_000}) {
            bodies.add("[".repeat(depth));
            bodies.add("[".repeat(depth) + "]".repeat(depth));
            bodies.add("{\"id\":".repeat(depth / 6));
            bodies.add("{\"site\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
        }
        for (int digits : new int[] {400, 1_500, 4_000, 16_000, 1_000_000}) {
            bodies.add("{\"notice\":" + "1".repeat(digits) + "}");
            bodies.add("{\"type\":\"engagement\",\"seconds\":" + "9".repeat(digits) + "}");
            bodies.add("{\"type\":\"vital\",\"value\":0." + "3".repeat(digits) + "}");
            bodies.add("{\"type\":\"vital\",\"value\":1e" + "9".repeat(digits) + "}");
        }
        int[] answers = new int[600];
        for (String body : bodies) {
            for (String path : List.of("/api/beacon?site=" + TestLethe.SITE, "/api/consent", "/privacy/opt-out")) {
                int status =
                        visitor.send("POST", path, body, "application/json").statusCode();
                answers[status]++;
                assertTrue(status == 400 || status == 413 || status == 404, path + " " + status);
            }
        }
        System.out.printf(
                "X3: %d hostile bodies on three addresses: %d answered 400, %d 413, %d 404%n",
                bodies.size(), answers[400], answers[413], answers[404]);
        assertGrowth("depth and digits", before);
    }

    /** The operators' form is no larger than a token. */
    @Test
    void theSignInFormIsBounded() {
        URI admin = lethe.adminUrl();
        try (RawConnection connection = RawConnection.to(admin)) {
            connection.send("POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:" + admin.getPort()
                    + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + GIBIBYTE
                    + "\r\n\r\ntoken=x");
            assertEquals(413, connection.answer(PATIENCE).status());
        }
    }

    private static void assertGrowth(String what, long before) {
        long growth = memory() - before;
        System.out.printf("X3: %s: memory in use %+d KiB%n", what, growth / 1024);
        assertTrue(growth <= MOST_GROWTH_BYTES, what + " left " + growth + " bytes");
    }

    /** Live objects after a full collection, and Netty's buffers. */
    private static long memory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory()
                - runtime.freeMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    /** The control: the same places take a body of ordinary length. */
    @Test
    void controlAnOrdinaryBodyIsTaken() {
        assertEquals("stored", Wire.outcome(visitor.view("/ordinary")));
        assertEquals(
                Map.of("choice", 200), Map.of("choice", lethe.visitor().refuse().statusCode()));
    }
}
