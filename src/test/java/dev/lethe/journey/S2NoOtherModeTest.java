package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.config.FreePorts;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.SettingKey;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * S2: consent always; there is no setting that collects without it. Every setting is given every plausible value on some node: the
 * first node takes each setting's first value, the second each one's second, and so on, so that a few nodes are enough. A new
 * setting fails this test until it is given values here.
 */
@Timeout(60)
class S2NoOtherModeTest {
    private static final Map<SettingKey, List<String>> VALUES = values();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What a node is, rather than how it behaves: the test gives each node its own. */
    private static final Set<SettingKey> WHERE_A_NODE_LIVES = EnumSet.of(
            SettingKey.STATE_DIR,
            SettingKey.KEYS_DIR,
            SettingKey.JOURNAL_DIR,
            SettingKey.PUBLIC_PORT,
            SettingKey.PUBLIC_TLS_CERT,
            SettingKey.PUBLIC_TLS_KEY,
            SettingKey.ADMIN_PORT,
            SettingKey.ADMIN_TOKEN,
            SettingKey.DATABASE_URL,
            SettingKey.DATABASE_ROLE_PREFIX,
            SettingKey.DATABASE_PASSWORD_COLLECTOR,
            SettingKey.DATABASE_PASSWORD_PUBLISHER,
            SettingKey.DATABASE_PASSWORD_RETENTION,
            SettingKey.DATABASE_PASSWORD_RIGHTS,
            SettingKey.DATABASE_PASSWORD_DASHBOARDS,
            SettingKey.DATABASE_PASSWORD_LIVE,
            SettingKey.COUNTRY_FILE);

    private static Map<SettingKey, List<String>> values() {
        Map<SettingKey, List<String>> values = new EnumMap<>(SettingKey.class);
        values.put(SettingKey.PUBLIC_HOST, List.of("127.0.0.1", "localhost"));
        values.put(SettingKey.PUBLIC_URL, List.of("https://www.example.test", "https://www.example.test/lethe"));
        values.put(SettingKey.ADMIN_HOST, List.of("127.0.0.1", "localhost"));
        values.put(SettingKey.ADMIN_HOSTS, List.of("localhost", "localhost, console.example.test"));
        values.put(SettingKey.DATABASE_DURABILITY, List.of("verify", "provider-guaranteed"));
        values.put(SettingKey.DEMO, List.of("false", "true"));
        values.put(SettingKey.NOTICE_VERSION, List.of("1", "2", "2147483647"));
        values.put(SettingKey.RETENTION_RAW, List.of("P25M", "P4D", "P6M"));
        values.put(SettingKey.RETENTION_BACKUP_DAYS, List.of("0", "0", "30"));
        values.put(SettingKey.CONSENT_VALIDITY, List.of("P6M", "P13M", "P1D"));
        values.put(SettingKey.VISITOR_LIFETIME, List.of("P13M", "P13M", "P1D"));
        values.put(SettingKey.CONTROLLER_NAME, List.of("Example Ltd", "Exemple SA"));
        values.put(SettingKey.CONTROLLER_CONTACT, List.of("privacy@example.test", "https://example.test/privacy"));
        values.put(SettingKey.CONTROLLER_ADDRESS, List.of("1 Road, Town", "1 rue, Ville"));
        values.put(SettingKey.HOSTING_PLACE, List.of("Paris, France", "Lyon, France"));
        values.put(SettingKey.PROXIES, List.of("127.0.0.1/32", "0.0.0.0/0, ::/0"));
        values.put(SettingKey.LIMITS_BEACONS_PER_VISITOR, List.of("120/min", "1000000/min", "1/min"));
        values.put(SettingKey.LIMITS_BEACONS_PER_NETWORK, List.of("3000/min", "1000000/min", "1/min"));
        values.put(
                SettingKey.LIMITS_GRANTS_PER_NETWORK,
                List.of("30/min, 500/day", "1000000/min, 1000000/day", "1/min, 1/day"));
        values.put(SettingKey.LIMITS_WAITING_ROWS, List.of("20000", "1000000", "50"));
        values.put(SettingKey.LIMITS_HOLD, List.of("8 s", "60 s", "100 ms"));
        values.put(SettingKey.LIMITS_BODY, List.of("16 KiB", "1 MiB", "1 KiB"));
        values.put(SettingKey.LIMITS_CONNECTIONS, List.of("10000", "1000000", "10"));
        values.put(SettingKey.LOG_FORMAT, List.of("text", "json"));
        return values;
    }

    @Test
    void everySettingIsTried() {
        Set<SettingKey> tried = EnumSet.copyOf(VALUES.keySet());
        tried.addAll(WHERE_A_NODE_LIVES);
        assertEquals(EnumSet.allOf(SettingKey.class), tried);
    }

    @Test
    void noSettingMakesABeaconWithoutConsentCount() throws IOException, InterruptedException {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--demo=false")) {
            int nodes = VALUES.values().stream().mapToInt(List::size).max().orElseThrow();
            for (int node = 0; node < nodes; node++) {
                int port = FreePorts.choose();
                List<String> flags = new ArrayList<>(List.of("--public.port=" + port));
                for (Map.Entry<SettingKey, List<String>> setting : VALUES.entrySet()) {
                    List<String> values = setting.getValue();
                    flags.add("--" + setting.getKey().key() + "=" + values.get(node % values.size()));
                }
                try (TestLethe other = lethe.another(flags.toArray(String[]::new))) {
                    // The public URL is a proxy's, so the listener is asked where it really is.
                    URI listener = URI.create(
                            "http://127.0.0.1:" + port + other.publicUrl().getPath());
                    refusesEveryoneWithoutConsent(other, listener, flags);
                }
            }
        }
    }

    private static void refusesEveryoneWithoutConsent(TestLethe lethe, URI listener, List<String> flags)
            throws IOException, InterruptedException {
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        for (List<String> without : List.of(
                List.of("no_consent", "Origin", TestLethe.ORIGIN),
                List.of("no_consent", "X-Forwarded-For", "192.0.2.7"),
                List.of("no_consent", "Cookie", "__Host-lethe-example.test=granted; __Secure-lethe-example.test=v1"),
                List.of(
                        "opted_out",
                        "Cookie",
                        "__Host-lethe_refused-example.test=refused;" + "__Secure-lethe_refused-example.test=refused"),
                List.of("gpc", "Sec-GPC", "1"),
                List.of("gpc", "DNT", "1"))) {
            HttpResponse<String> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(listener + "/api/beacon?site=" + TestLethe.SITE))
                            .header(without.get(1), without.get(2))
                            .header("Content-Type", "text/plain")
                            .header("User-Agent", TestLethe.AGENT)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    lethe.visitor().pageview("/docs")))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(
                    Optional.of("dropped; reason=" + without.get(0)),
                    Visitor.outcome(answer),
                    () -> without + " " + flags);
            assertEquals(List.of(), answer.headers().allValues("set-cookie"), flags::toString);
        }
        assertEquals(before, tables.fingerprints(), flags::toString);
    }

    /** What an operator in search of such a setting might try: none of them exists, and an unknown one stops the start. */
    @Test
    void settingsThatWouldCollectWithoutConsentDoNotExist(@TempDir Path directory) {
        for (String flag : List.of(
                "--consent.required=false",
                "--consent=false",
                "--consent.mode=exempt",
                "--consent.default=granted",
                "--gpc.ignore=true",
                "--cookieless=true",
                "--notice.version=0",
                "--consent.validity=P14M",
                "--visitor.lifetime=P14M",
                "--retention.raw=P26M")) {
            InvalidSettings refused = assertThrows(
                    InvalidSettings.class,
                    () -> SettingsLoader.load(
                            new Surroundings(Map.of(), directory, directory, false), Optional.empty(), List.of(flag)),
                    flag);
            assertEquals(1, refused.problems().size(), refused::getMessage);
        }
        assertTrue(SettingKey.find("consent.validity").isPresent());
    }
}
