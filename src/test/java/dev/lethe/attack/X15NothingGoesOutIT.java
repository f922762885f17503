package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X15 and X16: a whole {@code lethe serve} with its PostgreSQL under {@code strace}, from start to stop with a visitor in between. No
 * process tries to reach anything but this machine, and no secret stands in an argument, an environment or the log.
 */
@Timeout(180)
class X15NothingGoesOutIT {
    private static final Pattern PEER = Pattern.compile(
            "sin_addr=inet_addr\\(\"([^\"]+)\"\\)|inet_pton\\(AF_INET6, \"([^\"]+)\"|sun_path=(@?\"[^\"]*\")");

    @Test
    void reachesOnlyThisMachineAndShowsNoSecret() throws Exception {
        Path trace = Files.createTempFile(Path.of("target").toAbsolutePath(), "x15-", ".strace");
        if (!straceWorks(trace)) {
            LeftOut.because("no outbound connection, observed", "needs strace and the right to trace a child (Linux)");
        }
        Path state = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "x15-");
        Path log = state.resolve("serve.log");
        int port = FreePorts.choose();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "strace",
                        "-f",
                        "--seccomp-bpf",
                        "-qq",
                        "-e",
                        "trace=connect,sendto,sendmsg,sendmmsg",
                        "-o",
                        trace.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dlethe.exit-with-parent=true",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "dev.lethe.Main",
                        "serve",
                        "--state-dir=" + state.resolve("state"),
                        "--public.port=" + port,
                        "--admin.port=0"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(state.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LETHE_"));
        Process process = builder.start();
        try {
            Wire.until(
                    "it starts",
                    Duration.ofSeconds(120),
                    () -> !process.isAlive() || read(log).contains("Ctrl-C ends it"));
            assertTrue(process.isAlive(), read(log));
            visit(URI.create("http://127.0.0.1:" + port));
            Map<String, byte[]> secrets = secrets(state.resolve("state"));
            int looked = lookForSecrets(process, secrets);
            String written = read(log);
            secrets.forEach((name, secret) -> spellings(secret)
                    .forEach(spelling -> assertFalse(written.contains(spelling), name + " stands in the log")));
            System.out.printf(
                    "X16: %d secrets in no argument or environment of %d processes, nor in the log%n",
                    secrets.size(), looked);
            ProcessHandle lethe = process.children().findFirst().orElseThrow();
            lethe.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it stops");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        Map<String, Integer> peers = new TreeMap<>();
        for (String line : Files.readAllLines(trace)) {
            Matcher peer = PEER.matcher(line);
            while (peer.find()) {
                String to = Stream.of(1, 2, 3)
                        .map(peer::group)
                        .filter(group -> group != null)
                        .findFirst()
                        .orElseThrow();
                peers.merge(peer.group(3) == null ? to : "a local socket", 1, Integer::sum);
            }
        }
        System.out.println("X15: every peer from start to stop: " + peers);
        assertTrue(
                peers.keySet().stream().anyMatch(peer -> peer.endsWith("127.0.0.1")),
                "the control: its own database is seen");
        peers.keySet()
                .forEach(peer -> assertTrue(
                        peer.startsWith("127.")
                                || peer.equals("::1")
                                || peer.equals("::ffff:127.0.0.1")
                                || peer.equals("a local socket"),
                        "reached out to " + peer));
    }

    private static boolean straceWorks(Path trace) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "strace",
                                    "-f",
                                    "--seccomp-bpf",
                                    "-qq",
                                    "-e",
                                    "trace=connect",
                                    "-o",
                                    trace.toString(),
                                    "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void visit(URI url) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        HttpResponse<String> granted = http.send(
                post(url, "/api/consent")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"site\":\"demo\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, granted.statusCode());
        String cookie = granted.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        String beacon = "{\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"type\":\"pageview\",\"url\":\"" + url
                + "/demo/\",\"referrer\":\"https://partner.example/\"}";
        HttpResponse<String> stored = http.send(
                post(url, "/api/beacon?site=demo")
                        .header("Cookie", cookie)
                        .header("X-Forwarded-For", "203.0.113.77")
                        .POST(HttpRequest.BodyPublishers.ofString(beacon))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals("stored", Wire.outcome(stored), stored.body());
        for (String path : List.of("/demo/", "/privacy?site=demo", "/lethe.js", "/openapi.yaml")) {
            HttpResponse<String> page = http.send(
                    HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, page.statusCode(), path);
        }
    }

    private static HttpRequest.Builder post(URI url, String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .header("User-Agent", dev.lethe.TestLethe.AGENT);
    }

    /** Every file of the key directory, the admin token, and the password of the database as its file has it. */
    private static Map<String, byte[]> secrets(Path state) throws IOException {
        Map<String, byte[]> secrets = new TreeMap<>();
        try (Stream<Path> files = Files.walk(state.resolve("keys"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length >= 16) {
                    secrets.put(file.getFileName().toString(), bytes);
                }
            }
        }
        secrets.put(
                "admin.token",
                Files.readString(state.resolve("admin.token")).strip().getBytes(StandardCharsets.UTF_8));
        assertTrue(secrets.size() >= 4, secrets.keySet()::toString);
        return secrets;
    }

    private static List<String> spellings(byte[] secret) {
        return List.of(
                new String(secret, StandardCharsets.ISO_8859_1).strip(),
                HexFormat.of().formatHex(secret),
                Base64.getEncoder().withoutPadding().encodeToString(secret),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** In what {@code ps} and the environment show of Lethe, PostgreSQL and whatever else it started; how many processes. */
    private static int lookForSecrets(Process process, Map<String, byte[]> secrets) throws IOException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        try (Stream<ProcessHandle> everybody = ProcessHandle.allProcesses()) {
            // PostgreSQL is no child of ours: it has a process group of its own.
            everybody.filter(each -> shown(each, "cmdline").contains("x15-")).forEach(all::add);
        }
        for (ProcessHandle each : all) {
            String shown = shown(each, "cmdline") + shown(each, "environ");
            secrets.forEach((name, secret) -> spellings(secret)
                    .forEach(spelling -> assertFalse(shown.contains(spelling), name + " is shown by " + each.pid())));
            assertFalse(Pattern.compile("(?i)PGPASSWORD=.").matcher(shown).find(), "a password in the environment");
        }
        return all.size();
    }

    private static String shown(ProcessHandle process, String what) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), what), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
