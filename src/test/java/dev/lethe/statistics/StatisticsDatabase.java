package dev.lethe.statistics;

import dev.lethe.TestLethe;
import dev.lethe.classify.Channel;
import dev.lethe.classify.Device;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import dev.lethe.event.EventType;
import dev.lethe.event.Metric;
import dev.lethe.event.ProblemKind;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A real database with raw events of a test's choice, and publishers with noise of its choice. One site, {@link #SITE}, unless more
 * are added.
 */
public final class StatisticsDatabase implements AutoCloseable {
    public static final String SITE = "example.test";

    /** Exact counts come out: the control of every attack, and the way to look at definitions. */
    public static final Supplier<Noise> NO_NOISE = () -> (exact, variance) -> exact;

    /** The last day of {@link #withHistory}. */
    public static final LocalDate HISTORY_UNTIL = LocalDate.of(2026, 11, 22);

    private final TestDatabase server = TestDatabase.fresh();
    private final Vertx vertx = Vertx.vertx();
    private final Path shared = TestDirectories.fresh("statistics");
    private final Database database;
    private final Pool pool;
    private final Random random;
    private ZoneId zone;

    public StatisticsDatabase(long seed, String zone, LocalDate firstDay) {
        System.out.println("seed " + seed);
        this.random = new Random(seed);
        this.zone = ZoneId.of(zone);
        Settings settings = TestLethe.settings(server, shared, shared.resolve("state"));
        database = Database.open(settings, KeyDirectory.open(settings.keysDir(), new SecureRandom()));
        pool = Database.pool(vertx, database.options(DutyRole.PUBLISHER), 4);
        addSite(SITE, zone, firstDay);
    }

    /**
     * 25 months of {@link #SITE}, until and with {@link #HISTORY_UNTIL}: invented once for all tests of this JVM, and dropped with its
     * server. Not to be closed; whoever changes something puts it back.
     */
    public static StatisticsDatabase withHistory() {
        return History.INVENTED;
    }

    private static final class History {
        private static final StatisticsDatabase INVENTED = invent();

        private static StatisticsDatabase invent() {
            StatisticsDatabase statistics = new StatisticsDatabase(6, "Europe/Paris", LocalDate.of(2024, 10, 23));
            statistics.inventHistory(HISTORY_UNTIL);
            return statistics;
        }
    }

    public void addSite(String name, String zone, LocalDate firstDay) {
        server.execute("insert into registry.site (site, origins, time_zone, first_day, synthetic) values ('" + name
                + "', array['https://" + name + "'], '" + zone + "', '" + firstDay + "', true)");
        makeDay(firstDay);
    }

    public void makeDay(LocalDate day) {
        server.execute("select raw.make_day('" + day + "')");
    }

    /** Fills {@code stats} with 25 months of {@link #SITE}, until and with this day; about 1,200 rows a day. */
    private void inventHistory(LocalDate until) {
        try (InputStream script = StatisticsDatabase.class.getResourceAsStream("invented_history.sql")) {
            server.execute(
                    // A million rows that are consistent as they are: looking each one's period up takes as long as
                    // writing it.
                    "set session_replication_role = replica",
                    "set lethe.site = '" + SITE + "'",
                    "set lethe.until = '" + until + "'",
                    new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs in as whoever reads dashboards. */
    public Pool dashboards() {
        return Database.pool(vertx, database.options(DutyRole.DASHBOARDS), 2);
    }

    /** A publisher that adds this noise; they share one journal. */
    public Publisher publisher(Supplier<Noise> noise) {
        return new Publisher(pool, journal(), random, noise);
    }

    public Journal journal() {
        return Journal.open(shared.resolve("journal"));
    }

    public Path journalDirectory() {
        return shared.resolve("journal");
    }

    public Database database() {
        return database;
    }

    public TestDatabase server() {
        return server;
    }

    public Vertx vertx() {
        return vertx;
    }

    public Random random() {
        return random;
    }

    /** Publishes whatever is due, whoever asks. */
    public Publisher.Report publish(Supplier<Noise> noise, Instant now) {
        return publisher(noise).publish(now, () -> true, left -> {});
    }

    /** What a database does not know any more that went back to an older state; the journal does. */
    public void forgetEverythingPublished() {
        server.execute("set session_replication_role = replica; delete from stats.total; delete from stats.breakdown;"
                + " delete from stats.reach; delete from stats.published");
    }

    /** An event in the making: a pageview of /a unless told otherwise. */
    public final class Event {
        private final UUID visitor;
        private final LocalDateTime at;
        private final List<String> columns = new ArrayList<>();
        private final List<String> values = new ArrayList<>();
        private EventType type = EventType.PAGEVIEW;
        private String site = SITE;
        private String path = "/a";
        private Channel channel = Channel.DIRECT;
        private Device device = Device.DESKTOP;
        private int gap = 32767;

        private Event(UUID visitor, LocalDateTime at) {
            this.visitor = visitor;
            this.at = at;
        }

        public Event on(String otherSite) {
            site = otherSite;
            return this;
        }

        public Event page(String shown) {
            path = shown;
            return this;
        }

        public Event from(Channel source) {
            channel = source;
            return this;
        }

        public Event device(Device used) {
            device = used;
            return this;
        }

        /** Days since the visitor came before; without it, the first visit ever. */
        public Event after(int days) {
            gap = days;
            return this;
        }

        public Event click(String name) {
            type = EventType.CLICK;
            return with("click", "'" + name + "'");
        }

        public Event outbound(String host) {
            type = EventType.CLICK;
            return with("target_host", "'" + host + "'");
        }

        public Event download(String extension) {
            type = EventType.CLICK;
            return with("download", "'" + extension + "'");
        }

        public Event engaged(int seconds) {
            type = EventType.ENGAGEMENT;
            return with("seconds", Integer.toString(seconds));
        }

        public Event vital(Metric metric, double value) {
            type = EventType.VITAL;
            return with("metric", Short.toString(metric.code())).with("value", Double.toString(value));
        }

        public Event problem(ProblemKind kind) {
            type = EventType.PROBLEM;
            return with("problem", Short.toString(kind.code()));
        }

        /** Any other column as SQL. */
        public Event with(String column, String value) {
            columns.add(column);
            values.add(value);
            return this;
        }

        public void store() {
            boolean pageview = type == EventType.PAGEVIEW;
            makeDay(at.toLocalDate());
            server.execute("insert into raw.event (received_at, day, pseudonym, beacon_id, type, channel, browser,"
                    + " browser_major, system, device, gap_days, site, path"
                    + (columns.isEmpty() ? "" : ", " + String.join(", ", columns))
                    + ") values ('" + at.atZone(zone).toInstant() + "', '" + at.toLocalDate() + "', '" + visitor
                    + "', '" + uuid() + "', " + type.code() + ", " + (pageview ? channel.code() : "null")
                    + ", 1, 140, 1, " + device.code() + ", " + (pageview ? gap : "null") + ", '" + site + "', '" + path
                    + "'" + (values.isEmpty() ? "" : ", " + String.join(", ", values)) + ")");
        }
    }

    /** @param at local time of the site */
    public Event event(UUID visitor, String at) {
        return new Event(visitor, LocalDateTime.parse(at));
    }

    public UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    /** Every row of a query as text, columns joined by {@code |}, as the owner. */
    public List<String> rows(String query) {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(String.valueOf(rows.getString(column)));
                }
                all.add(String.join("|", row));
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The published number of a measure. */
    public long total(Grain grain, LocalDate period, String measure) {
        return Long.parseLong(rows("select noisy from stats.total where grain = '" + grain.label() + "' and period = '"
                        + period + "' and measure = '" + measure + "'")
                .getFirst());
    }

    /** The published keys of a dimension that are not zero, as {@code key|key2|noisy}. */
    public List<String> breakdown(Grain grain, LocalDate period, String dimension) {
        return rows("select key, key2, noisy from stats.breakdown where grain = '" + grain.label() + "' and period = '"
                + period + "' and dimension = '" + dimension + "' and noisy <> 0 order by noisy desc, key, key2");
    }

    @Override
    public void close() {
        pool.close().await();
        vertx.close().await();
        database.close();
        server.close();
    }
}
