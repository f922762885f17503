package dev.lethe.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.Settings.AdminListener;
import dev.lethe.config.Settings.Database;
import dev.lethe.config.Settings.Durability;
import dev.lethe.config.Settings.Limits;
import dev.lethe.config.Settings.Log;
import dev.lethe.config.Settings.LogFormat;
import dev.lethe.config.Settings.PublicListener;
import dev.lethe.config.Settings.Retention;
import dev.lethe.config.Settings.Tls;
import dev.lethe.config.SettingsLoader.Loaded;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest {
    private static final String DATABASE_URL = "postgresql://owner:s3cret@db.example.com:5432/lethe";

    @TempDir
    Path directory;

    private Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectory(directory.resolve("home"));
    }

    @Test
    void allDefaults() throws InvalidSettings {
        Path state = home.resolve(".local/state/lethe");
        Settings expected = new Settings(
                state,
                state.resolve("keys"),
                state.resolve("journal"),
                new PublicListener("127.0.0.1", 8080, URI.create("http://127.0.0.1:8080"), false, Optional.empty()),
                new AdminListener(
                        "127.0.0.1", 8081, Set.of("localhost", "127.0.0.1", "::1"), state.resolve("admin.token")),
                new Database(Optional.empty(), "lethe", Durability.VERIFY, Map.of()),
                Optional.empty(),
                1,
                new Retention(Period.ofMonths(25), 0),
                Period.ofMonths(6),
                Period.ofMonths(13),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                new Limits(120, 3000, 30, 500, 20_000, Duration.ofSeconds(8), 16_384, 10_000),
                Optional.empty(),
                new Log(LogFormat.TEXT));

        assertEquals(expected, load().settings());
    }

    @Test
    void allChanged() throws IOException, InvalidSettings {
        Path certificate = Files.writeString(directory.resolve("cert.pem"), "");
        Path key = Files.writeString(directory.resolve("key.pem"), "");
        Path countries = Files.writeString(directory.resolve("countries.mmdb"), "");
        writeYaml("""
            state-dir: state
            keys:
              dir: /mnt/keys
            journal.dir: /mnt/journal
            public:
              host: "::"
              port: 8443
              url: https://WWW.example.com/lethe/
              tls:
                cert: cert.pem
                key: key.pem
            admin:
              host: 10.1.2.3
              port: 0
              hosts: [admin.example.com, "[::1]"]
              token: /run/token
            database:
              url: %s
              role-prefix: shop_2
              durability: provider-guaranteed
              password:
                collector: one
                publisher: two
                retention: three
                rights: four
                dashboards: five
                live: "${six}"
            demo: false
            notice.version: 20261123
            retention:
              raw: P24M28D
              backup-days: 30
            consent.validity: P3M
            visitor.lifetime: P1Y
            controller:
              name: Example SAS
              contact: privacy@example.com
              address: 1 rue de la Paix, Paris
            hosting.place: Paris, France
            proxies:
              - 10.0.0.0/8
              - ::1
            limits:
              beacons-per-visitor: 60/min
              beacons-per-network: 1,000/min
              grants-per-network: 10/min, 100/day
              waiting-rows: 5,000
              hold: 1500 ms
              body: 8 KiB
              connections: 500
            country.file: countries.mmdb
            log.format: json
            """.formatted(DATABASE_URL));
        Loaded loaded = load();
        Settings settings = loaded.settings();

        Settings expected = new Settings(
                directory.resolve("state"),
                Path.of("/mnt/keys"),
                Path.of("/mnt/journal"),
                new PublicListener(
                        "::",
                        8443,
                        URI.create("https://www.example.com/lethe"),
                        true,
                        Optional.of(new Tls(certificate, key))),
                new AdminListener("10.1.2.3", 0, Set.of("admin.example.com", "::1"), Path.of("/run/token")),
                settings.database(),
                Optional.of(false),
                20261123,
                new Retention(Period.of(0, 24, 28), 30),
                Period.ofMonths(3),
                Period.ofYears(1),
                Optional.of("Example SAS"),
                Optional.of("privacy@example.com"),
                Optional.of("1 rue de la Paix, Paris"),
                Optional.of("Paris, France"),
                List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("::1")),
                new Limits(60, 1000, 10, 100, 5000, Duration.ofMillis(1500), 8192, 500),
                Optional.of(countries),
                new Log(LogFormat.JSON));
        assertEquals(expected, settings);
        assertEquals(DATABASE_URL, settings.database().url().orElseThrow().reveal());
        assertEquals("shop_2", settings.database().rolePrefix());
        assertEquals(Durability.PROVIDER_GUARANTEED, settings.database().durability());
        assertEquals(
                Map.of(
                        "collector",
                        "one",
                        "publisher",
                        "two",
                        "retention",
                        "three",
                        "rights",
                        "four",
                        "dashboards",
                        "five",
                        "live",
                        "${six}"),
                settings.database().passwords().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().reveal())));
        assertTrue(
                loaded.values().stream().allMatch(value -> value.from().equals("lethe.yaml")),
                () -> "this test leaves a setting at its default: " + loaded.values());
    }

    private Loaded load(String... flags) throws InvalidSettings {
        return SettingsLoader.load(
                new Surroundings(environment, directory, home, false), Optional.empty(), List.of(flags));
    }

    private void writeYaml(String text) throws IOException {
        Files.writeString(directory.resolve("lethe.yaml"), text);
    }
}
