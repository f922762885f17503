package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestLethe;
import dev.lethe.database.Database;
import dev.lethe.database.TestDirectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P14 and S22: a node killed in the middle of an erasure, or between its first deletion and the second one 15 s later. When the next start
 * answers, nothing of the visitor is left, or the erasure had not begun and nobody had been told that it had.
 */
@Timeout(600)
class P14KilledErasureIT {
    private static final int FULL = 10;
    private static final long SEED = 14;
    private static final String HERS = " from raw.event where path in ('/demo/hers', '/demo/late')";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(SEED);

    @Test
    void isCompletedBeforeTheFirstRequestIsServed() throws Exception {
        int rounds = Full.rounds(FULL);
        Path state = TestDirectories.fresh("p14").resolve("state");
        int completed = 0;
        int confirmed = 0;
        ServeProcess node = ServeProcess.start(state);
        try (Database database = Auditor.open(state);
                Connection owner = database.connectAsOwner()) {
            for (int round = 0; round < rounds; round++) {
                // Confirmed, and killed before the second deletion; meanwhile a late insert has ended.
                String cookie = visitor(node);
                run(owner, "create table public.late as select *" + HERS);
                assertEquals(200, erase(node, cookie).join().statusCode());
                node.kill();
                assertEquals(0, count(owner, "select count(*)" + HERS), "the first deletion was committed");
                run(owner, "insert into raw.event select * from public.late", "drop table public.late");
                assertEquals(1, count(owner, "select count(*)" + HERS), "the control: it is back");
                node.close();
                node = ServeProcess.start(state);
                assertEquals(0, count(owner, "select count(*)" + HERS), "killed between the deletions");

                // Killed as soon as it is recorded, or at some moment.
                long recorded = files(state);
                String other = visitor(node);
                long tags = count(owner, "select count(*) from rights.tag");
                CompletableFuture<HttpResponse<String>> answer = erase(node, other);
                if (round % 2 == 0) {
                    Wait.until(() -> files(state) > recorded);
                } else {
                    LockSupport.parkNanos(random.nextLong(150_000_000));
                }
                node.kill();
                boolean told = !answer.handle((received, lost) -> lost != null || received.statusCode() != 200)
                        .join();
                node.close();
                node = ServeProcess.start(state);
                long left = count(owner, "select count(*)" + HERS);
                long tagged = count(owner, "select count(*) from rights.tag") - tags;
                assertTrue(left + tagged == 1, () -> left + " rows and " + tagged + " tags");
                assertTrue(!told || left == 0, "confirmed, and not done");
                confirmed += told ? 1 : 0;
                completed += left == 0 ? 1 : 0;
                run(owner, "delete" + HERS);
            }
        } finally {
            node.signalGroup("TERM");
            node.awaitEnd(30);
            node.close();
        }
        Full.report(
                "P14 (seed " + SEED + ")",
                rounds,
                FULL,
                "killed between the deletions: completed each time; killed in the middle: " + completed + " completed, "
                        + confirmed + " of them confirmed, " + (rounds - completed) + " not begun");
        assertTrue(completed > 0, "no erasure had begun");
    }

    /** How many months' erasures are recorded. */
    private static long files(Path state) {
        try (Stream<Path> files = Files.walk(Files.createDirectories(state.resolve("journal/erasures")))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One who agreed and left one event. */
    private String visitor(ServeProcess node) throws IOException, InterruptedException {
        HttpResponse<String> granted = http.send(
                request(node, "/api/consent", "application/json", "")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"site\":\"demo\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String cookie = granted.headers().allValues("set-cookie").stream()
                .map(each -> each.split(";", 2)[0])
                .filter(each -> each.startsWith("lethe-demo="))
                .findFirst()
                .orElseThrow();
        String beacon = "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/demo/hers\"}"
                .formatted(TestLethe.id(random), node.publicUrl());
        HttpResponse<String> stored = http.send(
                request(node, "/api/beacon?site=demo", "text/plain", cookie)
                        .POST(HttpRequest.BodyPublishers.ofString(beacon))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals("stored", stored.headers().firstValue("Lethe-Outcome").orElse(stored.body()));
        return cookie;
    }

    private CompletableFuture<HttpResponse<String>> erase(ServeProcess node, String cookie) {
        return http.sendAsync(
                request(node, "/privacy/erase", "application/json", cookie)
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"site\":\"demo\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ServeProcess node, String path, String type, String cookie) {
        URI url = node.publicUrl();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(20))
                .header("Origin", url.toString())
                .header("User-Agent", TestLethe.AGENT)
                .header("Content-Type", type);
        return cookie.isEmpty() ? request : request.header("Cookie", cookie);
    }

    private static void run(Connection owner, String... statements) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static long count(Connection owner, String query) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
