package dev.lethe;

import dev.lethe.config.InvalidSettings;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A whole Lethe for one test: both listeners on free ports, a database of its own on a real PostgreSQL, keys and state in a fresh
 * directory, and a clock the test may move. {@link #another} starts a second node beside it.
 */
public final class TestLethe implements AutoCloseable {
    public static final String SITE = "example.test";
    public static final String ORIGIN = "https://www.example.test";
    /** A person's browser; a headless one counts as a bot. */
    public static final String AGENT =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private static final String DATABASE_URL = "LETHE_DATABASE_URL";

    private final Collector collector;
    private final TestDatabase database;
    private final Path shared;
    private final TestClock clock;
    private final boolean first;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private TestLethe(Collector collector, TestDatabase database, Path shared, TestClock clock, boolean first) {
        this.collector = collector;
        this.database = database;
        this.shared = shared;
        this.clock = clock;
        this.first = first;
    }

    /** With the site {@link #SITE}, not synthetic, its days in UTC. {@code flags} are settings as {@code --key=value}. */
    public static TestLethe start(TestClock clock, String... flags) {
        return start(clock, () -> Future.succeededFuture(clock.instant()), clock::passedNanos, flags);
    }

    /** With clocks that may disagree: the node's, its database's, and the one that nobody can set. */
    public static TestLethe start(
            TestClock clock, Supplier<Future<Instant>> databaseClock, LongSupplier monotonicNanos, String... flags) {
        TestDatabase database = TestDatabase.fresh();
        Path shared = freshDirectory();
        Collector collector = Collector.start(
                settings(database, shared, shared.resolve("node-1"), flags),
                clock,
                pool -> databaseClock,
                monotonicNanos);
        TestLethe lethe = new TestLethe(collector, database, shared, clock, true);
        lethe.addSite(SITE, "UTC", false, ORIGIN);
        return lethe;
    }

    /** With the demo site {@code demo} alone, as a first start has it. */
    public static TestLethe demo(TestClock clock, String... flags) {
        TestDatabase database = TestDatabase.fresh();
        Path shared = freshDirectory();
        List<String> all = new ArrayList<>(List.of("--demo=true"));
        all.addAll(List.of(flags));
        return new TestLethe(
                startNode(database, shared, shared.resolve("node-1"), clock, all.toArray(String[]::new)),
                database,
                shared,
                clock,
                true);
    }

    /** A second node on the same database and keys. Close it before the first. */
    public TestLethe another(String... flags) {
        Path state = shared.resolve("node-" + (2 + new Random().nextInt(1_000_000)));
        return new TestLethe(startNode(database, shared, state, clock, flags), database, shared, clock, false);
    }

    private static Collector startNode(
            TestDatabase database, Path shared, Path state, TestClock clock, String... flags) {
        return Collector.start(
                settings(database, shared, state, flags),
                clock,
                pool -> () -> Future.succeededFuture(clock.instant()),
                clock::passedNanos);
    }

    /** The settings of a node; also for commands that run beside it. */
    public static Settings settings(TestDatabase database, Path shared, Path state, String... flags) {
        Map<String, String> environment = new HashMap<>();
        for (DutyRole duty : DutyRole.values()) {
            // Roles belong to the server, which all databases of this JVM share.
            environment.put(
                    "LETHE_DATABASE_PASSWORD_" + duty.word().toUpperCase(Locale.ROOT),
                    TestDatabase.passwordOf(duty.word()).reveal());
        }
        environment.put(DATABASE_URL, database.url().reveal());
        List<String> all = new ArrayList<>(List.of(
                "--state-dir=" + state,
                "--keys.dir=" + shared.resolve("keys"),
                "--journal.dir=" + shared.resolve("journal"),
                "--retention.backup-days=0",
                "--public.port=0",
                "--admin.port=0"));
        all.addAll(withoutSecrets(environment, flags));
        try {
            return SettingsLoader.load(new Surroundings(environment, shared, shared, false), Optional.empty(), all)
                    .settings();
        } catch (InvalidSettings e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    /** Passwords are not taken as arguments: tests may still write a database's URL as one. */
    static List<String> withoutSecrets(Map<String, String> environment, String... words) {
        List<String> rest = new ArrayList<>();
        for (String word : words) {
            if (word.startsWith("--database.url=")) {
                environment.put(DATABASE_URL, word.substring("--database.url=".length()));
            } else {
                rest.add(word);
            }
        }
        return rest;
    }

    private static Path freshDirectory() {
        try {
            Files.createDirectories(Path.of("target"));
            return Files.createTempDirectory(
                    Path.of("target").toAbsolutePath(),
                    "lethe-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Registers a site as an operator would, and waits until the node knows it. */
    public void addSite(String name, String zone, boolean synthetic, String... origins) {
        String list = String.join("','", origins);
        database.execute("insert into registry.site (site, origins, time_zone, synthetic) values ('" + name
                + "', array['" + list + "'], '" + zone + "', " + synthetic + ")");
        // An unknown site is looked up once more, so a request makes the node know it.
        send("GET", "/api/consent?site=" + name, null);
    }

    public URI publicUrl() {
        return collector.publicUrl();
    }

    public URI adminUrl() {
        return collector.adminUrl();
    }

    /** Signs one browser in to the console. */
    public URI consoleLink() {
        return collector.consoleLink();
    }

    /** What signs an operator in, as often as wanted; of the first node. */
    public String adminToken() {
        try {
            return Files.readString(shared.resolve("node-1").resolve("admin.token"))
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TestDatabase database() {
        return database;
    }

    public TestClock clock() {
        return clock;
    }

    public Path keysDir() {
        return shared.resolve("keys");
    }

    public Collector collector() {
        return collector;
    }

    /** A new browser on {@link #SITE} without any cookie. */
    public Visitor visitor() {
        return visitor(SITE, ORIGIN);
    }

    public Visitor visitor(String site, String origin) {
        return new Visitor(this, site, origin);
    }

    /** One request to the public listener; {@code headers} alternate names and values. */
    public HttpResponse<String> send(String method, String path, String body, String... headers) {
        return request(publicUrl() + path, method, body, headers);
    }

    public HttpResponse<String> sendAdmin(String method, String path, String body, String... headers) {
        return request(adminUrl() + path, method, body, headers);
    }

    private HttpResponse<String> request(String url, String method, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The first column of a query's first row, as the owner. */
    public long count(String query) {
        return Long.parseLong(text(query));
    }

    public String text(String query) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every row of a query as text, columns joined by {@code |}. */
    public List<String> rows(String query) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(rows.getString(column));
                }
                all.add(String.join("|", row.stream().map(String::valueOf).toList()));
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A beacon id made of a seeded generator: 128 bits, base64url. */
    public static String id(Random random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        collector.close();
        if (first) {
            database.close();
        }
    }
}
