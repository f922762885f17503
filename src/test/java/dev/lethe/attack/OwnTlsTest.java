package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.SelfSigned;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS that ends in Lethe itself, with HTTP/2: limits, refusals and headers hold there too, and old versions are refused. */
@Timeout(60)
class OwnTlsTest {
    @Test
    void servesHttp2WithTheSameLimits(@TempDir Path directory) throws Exception {
        SelfSigned self = SelfSigned.in(directory);
        int port = FreePorts.choose();
        Path certificate = owned(directory.resolve("cert.pem"), self.certificatePem());
        Path key = owned(directory.resolve("key.pem"), self.keyPem());
        try (TestLethe plain = TestLethe.start(TestClock.now());
                TestLethe lethe = plain.another(
                        "--public.port=" + port,
                        "--public.url=https://localhost:" + port,
                        "--public.tls.cert=" + certificate,
                        "--public.tls.key=" + key)) {
            assertTrue(lethe.publicUrl().getScheme().equals("https"));
            HttpClient http = client(self.trust(), List.of("TLSv1.3", "TLSv1.2"));
            String url = "https://localhost:" + port;
            HttpResponse<String> script = get(http, url + "/lethe.js");
            assertEquals(HttpClient.Version.HTTP_2, script.version());
            assertEquals(200, script.statusCode());
            assertEquals(
                    "max-age=31536000",
                    script.headers().firstValue("strict-transport-security").orElseThrow());

            HttpResponse<String> granted = post(
                    http,
                    url + "/api/consent",
                    "{\"site\":\"" + TestLethe.SITE + "\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}",
                    "");
            assertEquals(200, granted.statusCode());
            String cookie = granted.headers().firstValue("set-cookie").orElseThrow();
            assertTrue(cookie.startsWith("__Host-lethe-") && cookie.contains("; Secure"), cookie);
            String pair = cookie.split(";", 2)[0];
            String beacon =
                    "{\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"type\":\"pageview\",\"url\":\"" + TestLethe.ORIGIN + "/h2\"}";
            assertEquals("stored", Wire.outcome(post(http, url + "/api/beacon?site=" + TestLethe.SITE, beacon, pair)));

            // Too long: the answer arrives, and is valid HTTP/2.
            String tooLong = "x".repeat(20_000);
            for (String path : List.of("/api/beacon?site=" + TestLethe.SITE, "/api/consent", "/privacy/opt-out")) {
                assertEquals(
                        413,
                        post(client(self.trust(), List.of("TLSv1.3")), url + path, tooLong, pair)
                                .statusCode(),
                        path);
            }
            // Afterwards it still answers.
            assertEquals(200, get(http, url + "/lethe.js").statusCode());

            assertThrows(SSLException.class, () -> get(client(self.trust(), List.of("TLSv1.1")), url + "/lethe.js"));
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(HttpClient http, String url, String body, String cookie)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .header("User-Agent", TestLethe.AGENT)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(KeyStore trusted, List<String> protocols) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(protocols.toArray(String[]::new));
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(context)
                .sslParameters(parameters)
                .build();
    }

    private static Path owned(Path file, String pem) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, pem);
    }
}
