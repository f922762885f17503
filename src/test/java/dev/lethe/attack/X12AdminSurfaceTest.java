package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** X12: what operators see is not on the public port, needs the token on its own, and tokens are compared in constant time. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class X12AdminSurfaceTest {
    private static final List<String> ADMIN = List.of(
            "/metrics",
            "/health/live",
            "/health/ready",
            "/sign-in",
            "/sign-out",
            "/console/state",
            "/console/events",
            "/console/texts.json",
            "/console/console.js",
            "/console/");

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void isNotOnThePublicPort() {
        for (String path : ADMIN) {
            for (String spelling : List.of(
                    path,
                    "/" + path,
                    "/api/.." + path,
                    "/privacy/%2e%2e" + path,
                    "/lethe/.." + path,
                    path.replace("e", "%65"),
                    path + "/",
                    path + ";x=y",
                    path.toUpperCase(java.util.Locale.ROOT))) {
                for (String method : List.of("GET", "POST")) {
                    HttpResponse<String> answer =
                            lethe.send(method, spelling, null, "Authorization", "Bearer " + lethe.adminToken());
                    assertTrue(
                            Set.of(404, 405).contains(answer.statusCode()),
                            method + " " + spelling + answer.statusCode());
                    assertFalse(answer.body().contains("lethe_"), spelling);
                }
            }
        }
        // Naming the other listener in the request changes nothing.
        try (RawConnection connection = RawConnection.to(lethe.publicUrl())) {
            connection.send("GET " + lethe.adminUrl() + "/metrics HTTP/1.1\r\nHost: "
                    + lethe.adminUrl().getAuthority() + "\r\nConnection: close\r\n\r\n");
            assertEquals(404, connection.answer(java.time.Duration.ofSeconds(5)).status());
        }
    }

    @Test
    void needsTheTokenForAllButHealthAndMetrics() {
        for (String path : List.of("/", "/console/state", "/console/events")) {
            assertEquals(401, lethe.sendAdmin("GET", path, null).statusCode(), path);
        }
        assertEquals(200, lethe.sendAdmin("GET", "/metrics", null).statusCode());
        assertEquals(
                200,
                lethe.sendAdmin("GET", "/console/state", null, "Authorization", "Bearer " + lethe.adminToken())
                        .statusCode());
    }

    /** What is nearly right is refused in the very words of what is all wrong. */
    @Test
    void saysNothingOfHowNearAGuessWas() {
        String token = lethe.adminToken();
        List<String> guesses = List.of(
                token.substring(1),
                token.substring(0, token.length() - 1),
                token + "A",
                (token.charAt(0) == 'A' ? "B" : "A") + token.substring(1),
                token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A"),
                token.toUpperCase(java.util.Locale.ROOT).equals(token)
                        ? token + "b"
                        : token.toUpperCase(java.util.Locale.ROOT),
                "x");
        Set<String> answers = new TreeSet<>();
        for (String guess : guesses) {
            HttpResponse<String> answer =
                    lethe.sendAdmin("GET", "/console/state", null, "Authorization", "Bearer " + guess);
            answers.add(answer.statusCode()
                    + answer.body()
                    + answer.headers().firstValue("www-authenticate").orElse(""));
        }
        assertEquals(1, answers.size(), answers::toString);
    }

    /** By construction: in the files that hold codes and tokens the only comparison of bytes is {@code MessageDigest.isEqual}. */
    @Test
    void comparesSecretsInConstantTimeOnly() throws IOException {
        Pattern early = Pattern.compile(
                "Arrays\\.(equals|compare|mismatch)\\(|reveal\\(\\)\\s*\\.(equals|compareTo|startsWith)"
                    + "|\\.equals\\([^)]*reveal\\(\\)|\\.equals\\((mac|code|token|guess)\\)|(mac|guess|token)\\.equals\\(");
        List<String> found = new ArrayList<>();
        int constant = 0;
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                constant += source.split("MessageDigest\\.isEqual\\(", -1).length - 1;
                early.matcher(source).results().forEach(hit -> found.add(file.getFileName() + ": " + hit.group()));
            }
        }
        assertEquals(List.of(), found.stream().filter(hit -> !isNoSecret(hit)).toList());
        assertTrue(constant >= 2, constant + " comparisons in constant time");
    }

    /** Comparisons of what is public. */
    private static boolean isNoSecret(String hit) {
        return hit.startsWith("Ledger.java")
                || hit.startsWith("AddressRange.java")
                || hit.startsWith("VisitorId.java")
                || hit.startsWith("Pseudonym.java");
    }
}
