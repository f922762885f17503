package dev.lethe.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lethe.config.InvalidSettings.Problem;
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
import java.time.LocalDate;
import java.time.Period;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void laterSourcesAreStronger() throws IOException, InvalidSettings {
        assertEquals("8080 from default", portAndOrigin());
        writeYaml("public.port: 1");
        assertEquals("1 from lethe.yaml", portAndOrigin());
        environment.put("LETHE_PUBLIC_PORT", "2");
        assertEquals("2 from LETHE_PUBLIC_PORT", portAndOrigin());
        assertEquals("3 from --public.port", portAndOrigin("--public.port=3"));
        assertEquals("4 from --public.port", portAndOrigin("--public.port=3", "--public.port=4"));
    }

    @Test
    void emptyVariableIsNotSetAndEmptyFlagIsTheDefault() throws IOException, InvalidSettings {
        writeYaml("public.port: 1");
        environment.put("LETHE_PUBLIC_PORT", "");
        assertEquals("1 from lethe.yaml", portAndOrigin());
        assertEquals("8080 from default", portAndOrigin("--public.port="));
    }

    @Test
    void workingDirectorysFileComesBeforeTheStateDirectorys() throws IOException, InvalidSettings {
        Path state = Files.createDirectories(home.resolve(".local/state/lethe"));
        Files.writeString(state.resolve("lethe.yaml"), "public.port: 1");
        assertEquals("1 from home/.local/state/lethe/lethe.yaml", portAndOrigin());
        writeYaml("public.port: 2");
        assertEquals("2 from lethe.yaml", portAndOrigin());
        Path chosen = Files.writeString(directory.resolve("other.yaml"), "public.port: 3");
        assertEquals(
                3,
                SettingsLoader.load(surroundings(false), Optional.of(chosen), List.of())
                        .settings()
                        .publicListener()
                        .port());
    }

    @Test
    void stateDirectoryIsFoundWhereTheSystemKeepsState() throws InvalidSettings {
        assertEquals(home.resolve(".local/state/lethe"), load().settings().stateDir());
        environment.put("XDG_STATE_HOME", "relative");
        assertEquals(home.resolve(".local/state/lethe"), load().settings().stateDir());
        environment.put("XDG_STATE_HOME", "/xdg");
        assertEquals(Path.of("/xdg/lethe"), load().settings().stateDir());
        assertEquals(
                Path.of("/var/lib/lethe"),
                SettingsLoader.load(surroundings(true), Optional.empty(), List.of())
                        .settings()
                        .stateDir());
        environment.put("STATE_DIRECTORY", "/systemd/one:/systemd/two");
        assertEquals(Path.of("/systemd/one"), load().settings().stateDir());
        assertEquals(
                directory.resolve("here/keys"),
                load("--state-dir=here").settings().keysDir());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--database.url=postgresql://owner:s3cret@db.example.com/lethe",
                "--database.url=postgresql://owner@db.example.com/lethe?password=s3cret",
                "--database.password.collector=s3cret"
            })
    void aPasswordIsRefusedAsAnArgument(String flag) {
        List<String> problems = problems(flag, "--retention.backup-days=0");
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().contains("_FILE"), problems::toString);
        assertFalse(problems.getFirst().contains("s3cret"), "nor repeated");
    }

    @Test
    void aUrlWithoutAPasswordIsTakenAsAnArgument() throws InvalidSettings {
        String url = "postgresql://owner@db.example.com/lethe?sslmode=verify-full";
        assertEquals(
                url,
                load("--database.url=" + url, "--retention.backup-days=0")
                        .settings()
                        .database()
                        .url()
                        .orElseThrow()
                        .reveal());
    }

    @Test
    void secretComesFromTheFileThatItsVariableNames() throws IOException, InvalidSettings {
        Files.writeString(directory.resolve("url"), DATABASE_URL + "\n");
        environment.put("LETHE_DATABASE_URL_FILE", "url");
        Loaded loaded = load("--retention.backup-days=7");

        assertEquals(
                DATABASE_URL, loaded.settings().database().url().orElseThrow().reveal());
        assertTrue(loaded.values()
                .contains(new EffectiveValue(SettingKey.DATABASE_URL, "(secret)", "LETHE_DATABASE_URL_FILE")));
        assertFalse(loaded.toString().contains("s3cret"));
    }

    @Test
    void reportsAllProblemsTogether() throws IOException {
        writeYaml("retention.raw: P26M\npublik:\n  port: 1\n");
        environment.put("LETHE_LIMITS_BODY", "2 GiB");
        environment.put("LETHE_DATABASE_URL_FILE", "missing");

        assertEquals(
                List.of(
                        "--demmo: there is no such setting; did you mean --demo?",
                        "LETHE_DATABASE_URL_FILE: the file 'missing' cannot be read: give the path of a file that"
                                + " holds the secret.",
                        "publik.port in lethe.yaml: there is no such setting; did you mean public.port?",
                        "--public.port: '65536' is not a port: give a number from 0 to 65535 (0: the system chooses).",
                        "retention.raw in lethe.yaml: 'P26M' can be longer than 25 months: the maximum is P25M.",
                        "LETHE_LIMITS_BODY: '2 GiB' is not a size such as 16 KiB, 1 MiB or 16384 (bytes)."),
                problems("--demmo=true", "--public.port=65536"));
    }

    static Stream<Arguments> unusableFlags() {
        return Stream.of(
                bad(
                        "public.host",
                        "http://x",
                        "'http://x' is not a host: give a name or an address, without scheme and port."),
                bad(
                        "public.host",
                        "192.0.2.1",
                        "'192.0.2.1' can be reached from elsewhere over plain http, where consent would travel in the"
                                + " clear: set public.url to the https address of the proxy in front of it, or"
                                + " public.tls.cert and public.tls.key."),
                bad(
                        "public.url",
                        "http://www.example.com",
                        "'http://www.example.com' is plain http on a host other than this one, where consent would"
                                + " travel in the clear: serve it over https."),
                bad(
                        "public.url",
                        "https://example.com/?x=1",
                        "'https://example.com/?x=1' is not the address of a website: give one such as"
                                + " https://www.example.com/lethe, without query."),
                bad(
                        "public.tls.key",
                        "nowhere",
                        "'<directory>/nowhere' is not a file: give the path of one that exists.",
                        "--public.tls.key: it is set without public.tls.cert: TLS needs both files."),
                bad(
                        "admin.port",
                        "8080",
                        "the public and the admin listener cannot both use port 8080: give one of them another."),
                bad(
                        "keys.dir",
                        "home/.local/state/lethe/database/keys",
                        "'<directory>/home/.local/state/lethe/database/keys' lies inside the embedded database's"
                                + " directory, so that a copy of the database would hold its keys: choose a directory"
                                + " elsewhere."),
                bad(
                        "database.url",
                        "mysql://owner@db/lethe",
                        "it is not a URL of the form postgresql://user:password@host:port/database (percent-encode"
                                + " special characters in the password: @ is %40).",
                        "retention.backup-days (LETHE_RETENTION_BACKUP_DAYS): with a database.url it must say for how"
                                + " many days copies of that database live (0 when there are none)."),
                bad(
                        "database.role-prefix",
                        "Lethe",
                        "'Lethe' is not a lower case letter followed by at most 30 lower case letters, digits and"
                                + " underscores."),
                bad("database.durability", "off", "'off' is not verify or provider-guaranteed."),
                bad("demo", "maybe", "'maybe' is neither true nor false."),
                bad("notice.version", "0", "'0' is not a whole number from 1 to 2,147,483,647."),
                bad("notice.version", "99999999999", "'99999999999' is not a whole number from 1 to 2,147,483,647."),
                bad("retention.raw", "25 months", "'25 months' is not a period such as P6M or P90D."),
                bad("retention.raw", "P0D", "'P0D' is shorter than a day: the minimum is P1D."),
                bad("retention.raw", "P2M-1D", "'P2M-1D' is shorter than a day: the minimum is P1D."),
                bad(
                        "retention.raw",
                        "P3D",
                        "P3D can be shorter than 4 days: a day must be over everywhere on Earth before it is"
                                + " destroyed."),
                bad("retention.raw", "P759D", "'P759D' can be longer than 25 months: the maximum is P25M."),
                bad(
                        "retention.raw",
                        "P2147483647Y",
                        "'P2147483647Y' can be longer than 25 months: the maximum is P25M."),
                bad("retention.backup-days", "366", "'366' is not a whole number from 0 to 365."),
                bad("consent.validity", "P14M", "'P14M' can be longer than 13 months: the maximum is P13M."),
                bad(
                        "visitor.lifetime",
                        "P5M",
                        "consent.validity, P6M, can be longer than visitor.lifetime, P5M: consent cannot outlive the"
                                + " cookie that holds it."),
                bad(
                        "proxies",
                        "10.0.0.0/8, proxy.local",
                        "'proxy.local' is not an address range such as 10.0.0.0/8 or ::1."),
                bad(
                        "limits.beacons-per-visitor",
                        "120",
                        "'120' is not a rate such as 120/min, from 1/min to 1,000,000/min."),
                bad(
                        "limits.grants-per-network",
                        "30/min, 20/day",
                        "'30/min, 20/day' is not a pair of rates such as 30/min, 500/day, each from 1 to 1,000,000 and"
                                + " the day's not below the minute's."),
                bad("limits.waiting-rows", "49", "'49' is not a whole number from 50 to 1,000,000."),
                bad("limits.hold", "8", "'8' is not a duration such as 8 s, 500 ms or PT8S."),
                bad("limits.hold", "2 min", "'2 min' is outside 100 ms to 60 s."),
                bad("limits.body", "1 B", "'1 B' is outside 1 KiB to 1 MiB."),
                bad("limits.connections", "1e4", "'1e4' is not a whole number from 10 to 1,000,000."),
                bad("country.file", "/", "'/' is not a file: give the path of one that exists."),
                bad("log.format", "xml", "'xml' is not text or json."));
    }

    /** The first sentence is about the flag; others stand whole. */
    private static Arguments bad(String key, String value, String sentence, String... others) {
        return arguments(
                "--" + key + "=" + value,
                Stream.concat(Stream.of("--" + key + ": " + sentence), Stream.of(others))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("unusableFlags")
    void refusesUnusableValue(String flag, List<String> sentences) {
        assertEquals(
                sentences.stream()
                        .map(sentence -> sentence.replace("<directory>", directory.toString()))
                        .toList(),
                problems(flag));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --public.host=::          --public.url=https://example.com
        --public.host=localhost   --public.port=0
        --public.host=127.9.9.9   --public.url=http://lethe.localhost:8080/x
        --retention.raw=P758D     --retention.backup-days=365
        --limits.hold=8s          --limits.body=16384
        --limits.hold=PT8S        --limits.body=1MiB
        --limits.hold=500ms       --limits.grants-per-network=30/min,500/day
        """)
    void acceptsOtherWaysToWrite(String flags) throws InvalidSettings {
        assertEquals(
                SettingKey.values().length,
                load(flags.strip().split(" +")).values().size());
    }

    @Test
    void daysPassForMonthsOnlyWhenTheyAreNeverLonger() {
        // Ten years around 2100, which has no leap day.
        for (int days = 750; days <= 770; days++) {
            boolean isAlwaysShorter = true;
            for (LocalDate start = LocalDate.of(2095, 1, 1); start.getYear() < 2105; start = start.plusDays(1)) {
                isAlwaysShorter &= !start.plusDays(days).isAfter(start.plusMonths(25));
            }
            assertEquals(
                    isAlwaysShorter,
                    CalendarPeriods.neverExceeds(Period.ofDays(days), Period.ofMonths(25)),
                    days + " days");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LETHE_PUBLIC_PROT", "LETHE_PUBLIC_PORT_FILE", "LETHE_PUBLICPORT"})
    void suggestsNearestVariable(String name) {
        environment.put(name, "1");
        assertEquals(List.of(name + ": there is no such setting; did you mean LETHE_PUBLIC_PORT?"), problems());
    }

    @Test
    void tellsTheKeysOfAGroup() throws IOException {
        writeYaml("retention: P12M");
        assertEquals(
                List.of("retention in lethe.yaml: it is a group of settings, not one: retention.raw,"
                        + " retention.backup-days."),
                problems());
    }

    @Test
    void ignoresVariablesThatAreNotForLethe() throws InvalidSettings {
        environment.put("LETHE_CHROMIUM", "/usr/bin/chromium");
        environment.put("LETHE_SERVICE_HOST", "10.0.0.1");
        environment.put("LETHE_SERVICE_PORT_HTTP", "8080");
        environment.put("LETHE_PORT", "tcp://10.0.0.1:8080");
        environment.put("LETHE_PORT_8080_TCP_ADDR", "10.0.0.1");
        assertEquals(8080, load().settings().publicListener().port());
    }

    @Test
    void neverPrintsTheLineOfBrokenYaml() throws IOException {
        writeYaml("database:\n  url: postgresql://owner:s3cret@db: x/lethe\n");
        assertEquals(
                List.of("lethe.yaml: it is not valid YAML in line 2: mapping values are not allowed here."),
                problems());
    }

    @ParameterizedTest
    @ValueSource(strings = {"just words", "- public.port: 1"})
    void refusesFileWithoutSettings(String yaml) throws IOException {
        writeYaml(yaml);
        assertEquals(List.of("lethe.yaml: it holds no settings: write them as 'key: value', one a line."), problems());
    }

    @Test
    void refusesKeyThatIsGivenTwice() throws IOException {
        writeYaml("public.port: 1\npublic:\n  port: 2\n");
        assertEquals(List.of("public.port in lethe.yaml: it is given twice: keep one."), problems());
    }

    @Test
    void documentsEverySettingInSentences() {
        for (SettingKey key : SettingKey.values()) {
            assertTrue(key.description().endsWith("."), key.key());
            assertEquals(Optional.of(key), SettingKey.find(key.key()));
        }
    }

    private String portAndOrigin(String... flags) throws InvalidSettings {
        return load(flags).values().stream()
                .filter(value -> value.key() == SettingKey.PUBLIC_PORT)
                .map(value -> value.text() + " from " + value.from())
                .collect(Collectors.joining());
    }

    private List<String> problems(String... flags) {
        InvalidSettings invalid = assertThrows(InvalidSettings.class, () -> load(flags));
        assertFalse(String.valueOf(invalid.getMessage()).contains("s3cret"));
        return invalid.problems().stream().map(Problem::toString).toList();
    }

    private Surroundings surroundings(boolean isRoot) {
        return new Surroundings(environment, directory, home, isRoot);
    }

    private Loaded load(String... flags) throws InvalidSettings {
        return SettingsLoader.load(surroundings(false), Optional.empty(), List.of(flags));
    }

    private void writeYaml(String text) throws IOException {
        Files.writeString(directory.resolve("lethe.yaml"), text);
    }
}
