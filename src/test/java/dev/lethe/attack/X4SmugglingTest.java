package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X4: forty requests whose length a proxy in front might read differently. Within what one of the two readings takes for a body stands
 * a second request; executed, it would store a row. None is.
 */
@Timeout(60)
class X4SmugglingTest {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final String SMUGGLED = "/smuggled";

    private final Map<String, String> tries = new LinkedHashMap<>();

    /** Every try carries {@code second} where some reader sees a body; {@code first} is a request line with the headers all share. */
    private void collect(String first, String second) {
        int length = second.length();
        String chunked = "Transfer-Encoding: chunked\r\n";
        String exact = "Content-Length: " + length + "\r\n";
        // Both lengths: the body is the second request for one reader, empty for the other.
        add("both, length first", first + exact + chunked + "\r\n0\r\n\r\n" + second);
        add("both, chunked first", first + chunked + exact + "\r\n0\r\n\r\n" + second);
        add("both, length 0", first + "Content-Length: 0\r\n" + chunked + "\r\n0\r\n\r\n" + second);
        add(
                "both, length 4",
                first + "Content-Length: 4\r\n" + chunked + "\r\n" + hex(length) + second + "\r\n0\r\n\r\n");
        // Two lengths.
        add("two lengths", first + "Content-Length: 0\r\n" + exact + "\r\n" + second);
        add("two lengths, the other way", first + exact + "Content-Length: 0\r\n\r\n" + second);
        add("two lengths in a list", first + "Content-Length: 0, " + length + "\r\n\r\n" + second);
        add(
                "two lengths, other letters",
                first + "Content-Length: 0\r\ncontent-length: " + length + "\r\n\r\n" + second);
        // Lengths that are no numbers, and where some reader sees none at all, so that the body would be a request.
        for (String odd :
                List.of("+" + length, "-1", "0x" + Integer.toHexString(length), length + "a", "", "1e3", "'0'")) {
            add("length '" + odd + "'", first + "Content-Length: " + odd + "\r\n\r\n" + second);
        }
        add("a length beyond all numbers", first + "Content-Length: 18446744073709551616\r\n\r\n" + second);
        // Names that some read as a length and some do not.
        add("blank before the colon", first + "Content-Length : " + length + "\r\n\r\n" + second);
        add("tab before the colon", first + "Content-Length\t: " + length + "\r\n\r\n" + second);
        add("zero byte in the name", first + "Content-\0Length: " + length + "\r\n\r\n" + second);
        // Codings that are not quite 'chunked'.
        for (String odd : List.of(
                "xchunked",
                "chunked, identity",
                "identity, chunked",
                "chunked;q=1",
                "\u000bchunked",
                "gzip, chunked",
                "chunked, chunked",
                "\"chunked\"",
                "chu nked",
                "identity")) {
            add("coding '" + printable(odd) + "'", first + "Transfer-Encoding: " + odd + "\r\n\r\n0\r\n\r\n" + second);
        }
        add("blank before the coding's colon", first + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + second);
        add("two codings", first + "Transfer-Encoding: identity\r\n" + chunked + "\r\n0\r\n\r\n" + second);
        // Chunks that end somewhere else for another reader.
        add("chunk of odd length", first + chunked + "\r\n+0\r\n\r\n" + second);
        add("chunk of hexadecimal look", first + chunked + "\r\n0x0\r\n\r\n" + second);
        add("chunk length wraps", first + chunked + "\r\n100000000\r\n\r\n" + second);
        add(
                "bare line feed in an extension",
                first + chunked + "\r\n2;\nxx\r\n" + hex(length) + second + "\r\n0\r\n\r\n");
        add("chunk without its end", first + chunked + "\r\n1\r\nZ0\r\n\r\n" + second);
        add("bare carriage return", first + chunked + "\r\n0\r\r\n" + second);
        add("chunk of negative length", first + chunked + "\r\n-1\r\n\r\n" + second);
        add("coding of an older version", first.replace("HTTP/1.1", "HTTP/1.0") + chunked + "\r\n0\r\n\r\n" + second);
        add("a list with an end", first + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n" + second);
        // Ends of lines.
        add(
                "a header ended by a bare carriage return",
                first + "X: y\rContent-Length: " + length + "\r\n\r\n" + second);
        add("a second request within a header", first + "X: y\r\n\r " + second);
    }

    private void add(String name, String request) {
        tries.put(name, request);
    }

    private static String hex(int length) {
        return Integer.toHexString(length) + "\r\n";
    }

    private static String printable(String text) {
        return text.replace("\u000b", "\\v");
    }

    @Test
    void noSecondRequestIsExecuted() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor visitor = lethe.visitor();
            assertEquals(200, visitor.grant().statusCode());
            String beacon = "POST /api/beacon?site=" + TestLethe.SITE
                    + " HTTP/1.1\r\nHost: example.test\r\nUser-Agent: " + TestLethe.AGENT + "\r\n";
            String body = visitor.pageview(SMUGGLED);
            String second = beacon + "Cookie: " + Wire.cookieHeader(visitor.cookies())
                    + "\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
            collect(beacon + "Content-Type: application/json\r\n", second);
            assertTrue(tries.size() >= 40, tries.size() + " tries");
            List<String> executed = new ArrayList<>();
            Map<String, Integer> answers = new TreeMap<>();
            tries.forEach((name, request) -> {
                try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                    connection.send(request);
                    RawConnection.Answer answer = connection.answer(PATIENCE);
                    answers.merge(answer.status() + (answer.closed() ? " closed" : ""), 1, Integer::sum);
                    if (answer.answers() > 1 || lethe.count("select count(*) from raw.event") > 0) {
                        executed.add(name + ": " + answer.status() + ", " + answer.answers() + " answers");
                        lethe.database().execute("delete from raw.event");
                    }
                }
            });
            System.out.printf("X4: %d requests: %s%n", tries.size(), answers);
            assertEquals(List.of(), executed);

            // The control: two requests that everybody reads alike are both executed, and the row is there.
            try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
                connection.send(beacon + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" + second);
                assertEquals(2, connection.answer(PATIENCE).answers());
            }
            assertEquals(List.of(SMUGGLED), lethe.rows("select path from raw.event"));
        }
    }
}
