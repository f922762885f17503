package dev.lethe.event;

import dev.lethe.TestLethe;
import dev.lethe.classify.Agent;
import dev.lethe.classify.Browser;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.Channel;
import dev.lethe.classify.Device;
import dev.lethe.classify.OperatingSystem;
import dev.lethe.classify.Screen;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import dev.lethe.database.Timers;
import dev.lethe.ops.Meters;
import dev.lethe.ops.RecentMinutes;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.visitor.Pseudonym;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Event writers on a database with Lethe's schema, without the rest of Lethe; and events to write. For one test, on its thread. */
public final class WriterDatabase implements AutoCloseable {
    /** Noon of a day that {@link #WriterDatabase} has a partition for. */
    public static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");

    public static final Site SITE = site("example.test", "UTC");

    private final TestDatabase server = TestDatabase.fresh();
    private final Vertx vertx = Vertx.vertx();
    private final Meters meters = new Meters(new RecentMinutes(Clock.systemUTC()));
    private final AtomicInteger waitingRows = new AtomicInteger();
    private final Random random;
    private final Database database;

    public WriterDatabase(long seed) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        Path shared = TestDirectories.fresh("writer");
        Settings settings = TestLethe.settings(server, shared, shared.resolve("state"));
        database = Database.open(settings, KeyDirectory.open(settings.keysDir(), new SecureRandom()));
        server.execute("select raw.make_day('2026-06-15')");
    }

    /** A writer, and the context that everything of it must happen on. */
    public record Writer(EventWriter events, Context context) {
        public Future<EventWriter.Outcome> write(RawEvent... together) {
            return on(() -> events.write(List.of(together)));
        }

        /** One request each, all handed over in one turn of the event loop. */
        public List<Future<EventWriter.Outcome>> writeEach(List<RawEvent> each) {
            List<Future<EventWriter.Outcome>> outcomes = new ArrayList<>();
            await(this.<Object>on(() -> {
                each.forEach(event -> outcomes.add(events.write(List.of(event))));
                return Future.succeededFuture(outcomes);
            }));
            return outcomes;
        }

        public Future<Void> close() {
            return on(events::close);
        }

        public <T> Future<T> on(Supplier<Future<T>> action) {
            Promise<T> promise = Promise.promise();
            context.runOnContext(
                    here -> action.get().onComplete(done -> promise.complete(done.result(), done.cause())));
            return promise.future();
        }
    }

    public Writer writer() {
        return writer(options(), 20_000, Duration.ofSeconds(8));
    }

    public Writer writer(PgConnectOptions options, int mostWaitingRows, Duration hold) {
        return deploy(() -> new EventWriter(vertx, options, meters, mostWaitingRows, hold, waitingRows));
    }

    /** One whose pauses before it tries again take a tenth of the time, for tests that let it fail often. */
    public Writer hurriedWriter(PgConnectOptions options) {
        Duration hold = Duration.ofSeconds(8);
        return deploy(() -> {
            Timers real = Timers.of(vertx);
            Timers hurried = new Timers() {
                @Override
                public long nanos() {
                    return real.nanos();
                }

                @Override
                public Runnable after(Duration wait, Runnable what) {
                    return real.after(wait.equals(hold) ? wait : wait.dividedBy(10), what);
                }
            };
            return new EventWriter(
                    new EventConnection(vertx, options, hold), hurried, meters, 20_000, hold, waitingRows);
        });
    }

    /** On a context of its own, as each verticle instance has. */
    private Writer deploy(Supplier<EventWriter> writer) {
        Promise<Writer> made = Promise.promise();
        await(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                made.complete(new Writer(writer.get(), Vertx.currentContext()));
                return Future.succeededFuture();
            }
        }));
        return await(made.future());
    }

    /** As the collector, through {@code port}. */
    public PgConnectOptions options(int port) {
        return options().setPort(port);
    }

    public PgConnectOptions options() {
        return database.options(DutyRole.COLLECTOR);
    }

    public TestDatabase server() {
        return server;
    }

    public Vertx vertx() {
        return vertx;
    }

    public int waitingRows() {
        return waitingRows.get();
    }

    /** A line of the metrics, such as {@code lethe_write_batch_rows_count}. */
    public double metric(String name) {
        return meters.scrape()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    public Random random() {
        return random;
    }

    public UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    public RawEvent event() {
        return event(NOON, uuid(), uuid());
    }

    public List<RawEvent> events(int number) {
        List<RawEvent> events = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            events.add(event());
        }
        return events;
    }

    public RawEvent event(Instant at, UUID pseudonym, UUID beaconId) {
        return event(SITE, at, pseudonym, beaconId, new UUID(1, 1), "/docs");
    }

    public RawEvent eventAt(String path) {
        return event(SITE, NOON, uuid(), uuid(), new UUID(1, 1), path);
    }

    public RawEvent eventOf(UUID tag) {
        return event(SITE, NOON, uuid(), uuid(), tag, "/docs");
    }

    public static RawEvent event(Site site, Instant at, UUID pseudonym, UUID beaconId, UUID tag, String path) {
        return new RawEvent(
                at,
                site.dayOf(at),
                new Pseudonym(pseudonym),
                beaconId,
                tag,
                RawEvent.isNearMidnight(site, at),
                site,
                path,
                new Agent(Browser.CHROME, 140, OperatingSystem.WINDOWS, Device.DESKTOP, false),
                Optional.of(Screen.LG),
                Optional.of("FR"),
                Optional.of("fr"),
                new RawEvent.Pageview(
                        Optional.of("www.search.test"), Channel.SEARCH, Campaign.NONE, RawEvent.FIRST_VISIT));
    }

    public static Site site(String name, String zone) {
        return new Site(
                new SiteId(name),
                Set.of("https://www.example.test"),
                ZoneId.of(zone),
                Optional.empty(),
                Preset.BALANCED,
                false);
    }

    public long count(String query) {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public static <T> T await(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS).await();
    }

    public static <T> List<T> awaitAll(List<Future<T>> futures) {
        return futures.stream().map(WriterDatabase::await).toList();
    }

    @Override
    public void close() {
        await(vertx.close());
        database.close();
        server.close();
    }
}
