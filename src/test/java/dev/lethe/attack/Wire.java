package dev.lethe.attack;

import dev.lethe.TestLethe;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assertions;

/** Requests as no browser sends them: any bytes, many at once, with or without an announced length. Thread-safe. */
final class Wire {
    /** Whether to run the full number of tries; a tenth of it otherwise. */
    static final boolean FULL = Boolean.getBoolean("lethe.full");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    static int tries(int full) {
        return FULL ? full : Math.max(1, full / 10);
    }

    /** A beacon's body with its announced length. */
    CompletableFuture<HttpResponse<String>> beacon(
            TestLethe node, String query, byte[] body, Map<String, String> headers) {
        return post(node, "/api/beacon" + query, BodyPublishers.ofByteArray(body), headers);
    }

    /** The same in chunks, so that nobody knows beforehand how long it will be. */
    CompletableFuture<HttpResponse<String>> chunkedBeacon(
            TestLethe node, String query, byte[] body, Map<String, String> headers) {
        BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        return post(node, "/api/beacon" + query, chunked, headers);
    }

    CompletableFuture<HttpResponse<String>> post(
            TestLethe node, String path, BodyPublisher body, Map<String, String> headers) {
        List<String> pairs = new ArrayList<>();
        headers.forEach((name, value) -> pairs.addAll(List.of(name, value)));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node.publicUrl() + path))
                .timeout(Duration.ofSeconds(30))
                .POST(body);
        if (!pairs.isEmpty()) {
            request.headers(pairs.toArray(String[]::new));
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static String outcome(HttpResponse<String> answer) {
        return answer.headers().firstValue("Lethe-Outcome").orElse(Integer.toString(answer.statusCode()));
    }

    static String cookieHeader(Map<String, String> cookies) {
        List<String> pairs = new ArrayList<>();
        cookies.forEach((name, value) -> pairs.add(name + "=" + value));
        return String.join("; ", pairs);
    }

    /** Looks again and again until something has happened; fails when it does not within {@code patience}. */
    static void until(String what, Duration patience, BooleanSupplier happened) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                Assertions.fail("not within " + patience.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
