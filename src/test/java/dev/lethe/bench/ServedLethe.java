package dev.lethe.bench;

import dev.lethe.config.FreePorts;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.Database;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * {@code java -Xmx160m -jar target/lethe.jar serve} as an operator runs it, with its own embedded PostgreSQL. For one thread; {@link
 * #close} ends both in order.
 */
final class ServedLethe implements AutoCloseable {
    /** What the memory of checks.md is measured with. */
    static final String HEAP = "-Xmx160m";

    private static final Path JAR = Path.of("target", "lethe.jar").toAbsolutePath();
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final int GRANTED_AT_ONCE = 8;

    private final Process process;
    private final Path state;
    private final InetSocketAddress address;
    private final Duration untilFirstAnswer;

    private ServedLethe(Process process, Path state, InetSocketAddress address, Duration untilFirstAnswer) {
        this.process = process;
        this.state = state;
        this.address = address;
        this.untilFirstAnswer = untilFirstAnswer;
    }

    /** Returns with the first answer to a browser. The state directory may be new. */
    static ServedLethe start(Path state, String... flags) throws IOException {
        return start(state, List.of(), flags);
    }

    /** @param java further flags of the JVM */
    static ServedLethe start(Path state, List<String> java, String... flags) throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is missing: mvn -Pbench verify makes it first");
        }
        int port = FreePorts.choose();
        List<String> command = new ArrayList<>(List.of(JavaProcess.java(), HEAP));
        command.addAll(java);
        command.addAll(List.of(
                "-Dlethe.exit-with-parent=true",
                "-Dlethe.demo-without-past=true",
                "-jar",
                JAR.toString(),
                "serve",
                "--state-dir=" + state,
                "--public.port=" + port,
                "--admin.port=0"));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        state.resolveSibling(state.getFileName() + ".log").toFile())
                .directory(state.getParent().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LETHE_"));
        long began = System.nanoTime();
        Process process = builder.start();
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() - began > LONGEST_START.toNanos()) {
                process.destroyForcibly();
                throw new IllegalStateException("Lethe did not start; its log is beside " + state);
            }
            LockSupport.parkNanos(2_000_000);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        return new ServedLethe(process, state, new InetSocketAddress("127.0.0.1", port), took);
    }

    private static boolean answers(int port) {
        try {
            HttpURLConnection request = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/lethe.js").toURL().openConnection();
            return request.getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    Duration untilFirstAnswer() {
        return untilFirstAnswer;
    }

    InetSocketAddress address() {
        return address;
    }

    Path state() {
        return state;
    }

    long pid() {
        return process.pid();
    }

    Duration processorTime() {
        return JavaProcess.processorTime(process.toHandle());
    }

    /** Of PostgreSQL's processes that live now. */
    Duration databaseProcessorTime() throws IOException {
        long postmaster =
                Long.parseLong(Files.readAllLines(state.resolve("database").resolve("postmaster.pid"))
                        .getFirst()
                        .strip());
        ProcessHandle server = ProcessHandle.of(postmaster).orElseThrow();
        return Stream.concat(Stream.of(server), server.descendants())
                .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Registers {@link Traffic#SITE} as an operator does. */
    void addSite() throws IOException, InterruptedException {
        JavaProcess.output(
                JavaProcess.java(),
                "-jar",
                JAR.toString(),
                "site",
                "add",
                Traffic.SITE,
                "--origin",
                Traffic.ORIGIN,
                "--state-dir=" + state);
    }

    /** Visitors who have consented and seen a page: their cookies, as their browsers send them from now on. */
    List<String> visitors(int number) throws InterruptedException, ExecutionException {
        try (HttpClient browser = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService threads = Executors.newFixedThreadPool(GRANTED_AT_ONCE)) {
            List<Future<String>> granted = new ArrayList<>();
            for (int i = 0; i < number; i++) {
                granted.add(threads.submit(() -> visitor(browser)));
            }
            List<String> cookies = new ArrayList<>();
            for (Future<String> each : granted) {
                cookies.add(each.get());
            }
            return cookies;
        }
    }

    private String visitor(HttpClient browser) throws IOException, InterruptedException {
        String consent =
                "{\"site\":\"" + Traffic.SITE + "\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}";
        String cookie = post(browser, "/api/consent", "application/json", consent, "no=cookie");
        byte[] id = new byte[16];
        RandomGenerator.getDefault().nextBytes(id);
        String view = "{\"id\":\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(id)
                + "\",\"type\":\"pageview\",\"url\":\"" + Traffic.ORIGIN + "/\"}";
        return post(browser, "/api/beacon?site=" + Traffic.SITE, "text/plain", view, cookie);
    }

    /** The token that the answer sets. */
    private String post(HttpClient browser, String path, String type, String body, String cookie)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = browser.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Origin", Traffic.ORIGIN)
                        .header("User-Agent", Traffic.AGENT)
                        .header("Content-Type", type)
                        .header("Cookie", cookie)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.headers().allValues("set-cookie").stream()
                .filter(set -> set.startsWith("lethe-" + Traffic.SITE + "="))
                .map(set -> set.split(";", 2)[0])
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(path + " set no token: " + answer.statusCode()));
    }

    /** Its database, for whoever is on the same machine. To be closed. */
    Database database() {
        return Database.attach(settings(), keys());
    }

    KeyDirectory keys() {
        return KeyDirectory.open(settings().keysDir(), new SecureRandom());
    }

    private Settings settings() {
        try {
            return SettingsLoader.load(
                            new Surroundings(Map.of(), state, state, false),
                            Optional.empty(),
                            List.of("--state-dir=" + state))
                    .settings();
        } catch (InvalidSettings e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, and what follows from it. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("Lethe did not end; its log is beside " + state);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
