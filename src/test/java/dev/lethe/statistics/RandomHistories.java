package dev.lethe.statistics;

import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.database.Database;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import dev.lethe.event.EventType;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * Visitors who do anything on any days, taken in twice: as they came, and without one day of one of them. Each history is two sites of
 * one database, so that many can be counted by one statement.
 */
final class RandomHistories implements AutoCloseable {
    static final ZoneId ZONE = ZoneId.of("Europe/Paris");

    /** The days with visits: a month ends in the middle of a week in the middle of them. */
    private static final LocalDate FIRST = LocalDate.of(2026, 8, 20);

    private static final LocalDate LAST = LocalDate.of(2026, 10, 8);

    private static final String COLUMNS =
            "received_at, day, pseudonym, beacon_id, type, gap_days, site, channel, browser, browser_major, system,"
                    + " device, screen, seconds, metric, problem, value, path, country, language, referrer_host,"
                    + " utm_source, utm_medium, utm_campaign, click, target_host, download";
    private static final String NOTHING = "\\N";
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d)");

    private final TestDatabase server = TestDatabase.fresh();
    private final RandomGenerator random;
    private final Connection connection;
    private int stored;

    RandomHistories(long seed) throws SQLException {
        random = TestNoise.generator(seed);
        Path shared = TestDirectories.fresh("histories");
        Settings settings = TestLethe.settings(server, shared, shared.resolve("state"));
        Database.open(settings, KeyDirectory.open(settings.keysDir(), new SecureRandom()))
                .close();
        connection = server.connect();
        execute("set synchronous_commit = off");
        execute("select raw.make_day(day::date) from generate_series(date '" + FIRST + "', '" + LAST
                + "', interval '1 day') day");
        execute("create index on raw.event (site, day)");
        execute("set enable_seqscan = off");
        execute("set jit = off");
    }

    /**
     * Two sites that differ by one day of one visitor.
     *
     * @param with the site on which she came
     * @param without the site on which she did not
     * @param next the first day on which she comes again
     * @param story all that happened
     */
    record History(String with, String without, LocalDate day, Optional<LocalDate> next, String story) {}

    /** What a browser sends; {@code stale} says that it has not yet seen the answer to what it sent before. */
    private record Beacon(int visitor, LocalDateTime at, UUID id, EventType type, boolean stale, String rest) {
        private LocalDate day() {
            return at.toLocalDate();
        }
    }

    /** Makes so many histories, in the place of those before. */
    List<History> store(int number) throws SQLException {
        execute("truncate raw.event");
        execute("truncate rights.withheld");
        execute("delete from registry.goal");
        execute("delete from registry.site");
        List<History> histories = new ArrayList<>();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < number; i++) {
            histories.add(history(rows));
        }
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy raw.event (" + COLUMNS + ") from stdin", new StringReader(rows.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        execute("analyze raw.event");
        return histories;
    }

    private History history(StringBuilder rows) throws SQLException {
        String name = "h" + stored++;
        History plain = new History(name + ".with", name + ".without", pick(), Optional.empty(), "");
        int visitors = random.nextInt(1, 4);
        List<Beacon> beacons = new ArrayList<>();
        for (int visitor = 0; visitor < visitors; visitor++) {
            double often = List.of(0.05, 0.3, 0.9).get(random.nextInt(3));
            for (LocalDate day = FIRST; !day.isAfter(LAST); day = day.plusDays(1)) {
                if ((visitor == 0 && day.equals(plain.day())) || random.nextDouble() < often) {
                    day(beacons, visitor, day);
                }
            }
        }
        beacons.sort(Comparator.comparing(Beacon::at));
        Map<Integer, Optional<LocalDate>> before = new HashMap<>();
        Map<String, UUID> pseudonyms = new HashMap<>();
        for (int visitor = 0; visitor < visitors; visitor++) {
            // Never before, or so many days before the first of these.
            before.put(
                    visitor,
                    random.nextBoolean() ? Optional.empty() : Optional.of(FIRST.minusDays(random.nextInt(1, 340))));
            for (YearMonth month = YearMonth.from(FIRST); !month.isAfter(YearMonth.from(LAST)); ) {
                UUID pseudonym = uuid();
                pseudonyms.put(visitor + " " + month, pseudonym);
                if (random.nextInt(20) == 0) {
                    execute("insert into rights.withheld (site, pseudonym, month) values ('" + plain.with() + "', '"
                            + pseudonym + "', '" + month.atDay(1) + "'), ('" + plain.without() + "', '"
                            + other(pseudonym) + "', '" + month.atDay(1) + "')");
                }
                month = month.plusMonths(1);
            }
        }
        for (String site : List.of(plain.with(), plain.without())) {
            execute("insert into registry.site (site, origins, time_zone, synthetic) values ('" + site
                    + "', array['https://example.test'], '" + ZONE + "', true)");
            execute("insert into registry.goal (site, goal, kind, target) values ('" + site
                    + "', 'a', 'page', '/a'), ('"
                    + site + "', 'b', 'page', '/b'), ('" + site + "', 'p1', 'page', '/p1'), ('" + site
                    + "', 'signup', 'click', 'signup')");
        }
        ingest(rows, plain.with(), beacons, before, pseudonyms);
        pseudonyms.replaceAll((visitor, pseudonym) -> other(pseudonym));
        List<Beacon> fewer = beacons.stream()
                .filter(beacon -> beacon.visitor() != 0 || !beacon.day().equals(plain.day()))
                .toList();
        ingest(rows, plain.without(), fewer, before, pseudonyms);
        Optional<LocalDate> next = beacons.stream()
                .filter(beacon -> beacon.visitor() == 0
                        && beacon.type() == EventType.PAGEVIEW
                        && beacon.day().isAfter(plain.day()))
                .map(Beacon::day)
                .findFirst();
        Map<String, Long> story = beacons.stream()
                .collect(Collectors.groupingBy(
                        beacon -> beacon.visitor() + " " + beacon.day(), TreeMap::new, Collectors.counting()));
        return new History(plain.with(), plain.without(), plain.day(), next, "without " + plain.day() + " of " + story);
    }

    /** Pseudonyms of two sites have nothing in common. */
    private static UUID other(UUID pseudonym) {
        return new UUID(pseudonym.getMostSignificantBits(), pseudonym.getLeastSignificantBits() ^ 1);
    }

    /** Around the end of the month. */
    private LocalDate pick() {
        return LocalDate.of(2026, 8, 27).plusDays(random.nextInt(12));
    }

    private void day(List<Beacon> beacons, int visitor, LocalDate day) {
        int most = random.nextInt(4) == 0 ? 40 : 6;
        int number = random.nextInt(1, most + 1);
        LocalDateTime at = day.atTime(LocalTime.ofSecondOfDay(random.nextInt(86_400)));
        for (int i = 0; i < number && at.toLocalDate().equals(day); i++) {
            EventType type = random.nextBoolean()
                    ? EventType.PAGEVIEW
                    : EventType.values()[random.nextInt(EventType.values().length)];
            boolean stale = type == EventType.PAGEVIEW && random.nextInt(8) == 0;
            beacons.add(new Beacon(visitor, at, uuid(), type, stale, rest(type)));
            at = at.plusSeconds(random.nextInt(5) == 0 ? random.nextInt(7_200) : random.nextInt(90));
        }
    }

    /** What is in the columns from channel on. */
    private String rest(EventType type) {
        boolean pageview = type == EventType.PAGEVIEW;
        String click = NOTHING;
        String host = NOTHING;
        String download = NOTHING;
        if (type == EventType.CLICK) {
            switch (random.nextInt(3)) {
                case 0 -> click = oneOf("signup", "menu", "(other)", "search");
                case 1 -> host = oneOf("known.test", "one.test", "two.test");
                default -> download = oneOf("pdf", "zip", "qqq");
            }
        }
        boolean campaign = pageview && random.nextInt(4) == 0;
        return String.join(
                "\t",
                pageview ? "" + random.nextInt(1, 8) : NOTHING,
                "" + random.nextInt(3),
                "" + random.nextInt(139, 142),
                "" + random.nextInt(3),
                "" + random.nextInt(4),
                oneOf(NOTHING, "1", "2"),
                type == EventType.ENGAGEMENT ? "" + random.nextInt(1, 1_800) : NOTHING,
                type == EventType.VITAL ? "" + random.nextInt(1, 4) : NOTHING,
                type == EventType.PROBLEM ? "" + random.nextInt(1, 3) : NOTHING,
                type == EventType.VITAL ? oneOf("0.02", "0.3", "90", "2400", "5000") : NOTHING,
                oneOf("/a", "/b", "/c", "/(other)", "/p" + random.nextInt(12), "/p" + random.nextInt(12)),
                oneOf("FR", "DE", "XX", "YY", NOTHING),
                oneOf("fr", "de", "qx", NOTHING),
                pageview ? oneOf("www.google.com", "far.test", NOTHING) : NOTHING,
                campaign ? oneOf("letter", NOTHING) : NOTHING,
                campaign ? oneOf("email", NOTHING) : NOTHING,
                campaign ? oneOf("spring", "autumn", NOTHING) : NOTHING,
                click,
                host,
                download);
    }

    /** What is stored of what was sent: the cookie says when its browser was seen last, and a stored pageview moves that. */
    private static void ingest(
            StringBuilder rows,
            String site,
            List<Beacon> beacons,
            Map<Integer, Optional<LocalDate>> before,
            Map<String, UUID> pseudonyms) {
        Map<Integer, Optional<LocalDate>> lastSeen = new HashMap<>(before);
        Map<Integer, Optional<LocalDate>> sent = new HashMap<>(before);
        Map<Integer, LocalDateTime> lastAt = new HashMap<>();
        for (Beacon beacon : beacons) {
            String gap = NOTHING;
            if (beacon.type() == EventType.PAGEVIEW) {
                LocalDateTime last = lastAt.put(beacon.visitor(), beacon.at());
                // The answer may still be under way, also over midnight, but not for longer than this.
                boolean stale = beacon.stale() && last != null && !beacon.at().isAfter(last.plusSeconds(60));
                Optional<LocalDate> cookie = (stale ? sent : lastSeen).get(beacon.visitor());
                gap = cookie.map(day -> "" + ChronoUnit.DAYS.between(day, beacon.day()))
                        .orElse("32767");
                sent.put(beacon.visitor(), cookie);
                lastSeen.put(beacon.visitor(), Optional.of(beacon.day()));
            }
            rows.append(beacon.at().atZone(ZONE).toInstant()).append('\t');
            rows.append(beacon.day()).append('\t');
            rows.append(pseudonyms.get(beacon.visitor() + " " + YearMonth.from(beacon.at())))
                    .append('\t');
            rows.append(beacon.id()).append('\t');
            rows.append(beacon.type().code()).append('\t');
            rows.append(gap).append('\t');
            rows.append(site).append('\t');
            rows.append(beacon.rest()).append('\n');
        }
    }

    /** Runs a file of {@code sql/statistics} for many sites at once: the same text, once for each site. */
    Map<String, Map<Cell, Long>> exact(
            String file,
            UnaryOperator<String> change,
            Collection<String> sites,
            LocalDate from,
            LocalDate until,
            List<Object> parameters)
            throws SQLException {
        List<Object> all = new ArrayList<>(List.of("", from, until));
        all.addAll(parameters);
        String text = PARAMETER
                .matcher(change.apply(read(file)))
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1).equals("1")
                                ? "batch.site"
                                : literal(all.get(Integer.parseInt(found.group(1)) - 1))));
        Map<String, Map<Cell, Long>> exact = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select batch.site, counted.* from unnest(array['" + String.join("','", sites)
                                + "']) batch (site) cross join lateral (\n" + text + "\n) counted")) {
            while (rows.next()) {
                exact.computeIfAbsent(rows.getString(1), unused -> new HashMap<>())
                        .put(new Cell(rows.getString(2), rows.getString(3), rows.getString(4)), rows.getLong(5));
            }
        }
        return exact;
    }

    private static String literal(Object value) {
        return switch (value) {
            case Integer number -> number.toString();
            case Boolean truth -> truth.toString();
            case LocalDate day -> "date '" + day + "'";
            case String text -> "'" + text + "'";
            case List<?> texts ->
                "array[" + texts.stream().map(text -> "'" + text + "'").collect(Collectors.joining(",")) + "]";
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static String read(String file) {
        try (InputStream sql = RandomHistories.class.getResourceAsStream("/sql/statistics/" + file)) {
            return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void execute(String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }

    private String oneOf(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        server.close();
    }
}
