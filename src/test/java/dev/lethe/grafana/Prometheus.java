package dev.lethe.grafana;

import dev.lethe.LeftOut;
import dev.lethe.config.FreePorts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Prometheus: scrapes one target into a fresh directory until closed, and answers questions over its HTTP API. */
final class Prometheus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final URI api;

    private Prometheus(Process process, URI api) {
        this.process = process;
        this.api = api;
    }

    /** The program {@code prometheus} or {@code promtool}; without it the test that asks is left out. */
    static Path program(String name) {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            LeftOut.because("what the boards and alert rules ask of Prometheus", "install prometheus");
        }
        return found.orElseThrow();
    }

    /** The target is scraped as grafana/prometheus.yml says, but more often. */
    static Prometheus scraping(URI target, Duration every) {
        Path program = program("prometheus");
        try {
            Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "prometheus-");
            Path config = directory.resolve("prometheus.yml");
            Files.writeString(
                    config,
                    Files.readString(Path.of("grafana", "prometheus.yml"))
                            .replace("scrape_interval: 15s", "scrape_interval: " + every.toMillis() + "ms")
                            .replace("lethe:8081", target.getAuthority()));
            int port = FreePorts.choose();
            Process process = new ProcessBuilder(
                            program.toString(),
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            return new Prometheus(process, URI.create("http://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI api() {
        return api;
    }

    /** What the expression is at this instant: a vector's samples. Empty until Prometheus listens. */
    List<JsonObject> at(String expression, Instant instant) {
        return ask(api, "/api/v1/query?query=" + encoded(expression) + "&time=" + seconds(instant));
    }

    /** The expression's series, a value each step. */
    static List<JsonObject> over(URI api, String expression, Macros.Range range, Duration step) {
        return ask(
                api,
                "/api/v1/query_range?query=" + encoded(expression) + "&start=" + seconds(range.from()) + "&end="
                        + seconds(range.to()) + "&step=" + step.toMillis() / 1000.0);
    }

    private static List<JsonObject> ask(URI api, String path) {
        try {
            HttpResponse<String> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(api + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 503) {
                return List.of();
            }
            JsonObject body = new JsonObject(answer.body());
            if (!"success".equals(body.getString("status"))) {
                throw new IllegalArgumentException(body.getString("error"));
            }
            JsonArray result = body.getJsonObject("data").getJsonArray("result");
            return result.stream().map(JsonObject.class::cast).toList();
        } catch (java.net.ConnectException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
