package dev.lethe.statistics;

import dev.lethe.classify.Browser;
import dev.lethe.classify.Channel;
import dev.lethe.classify.ClickTargets;
import dev.lethe.classify.Coded;
import dev.lethe.classify.Device;
import dev.lethe.classify.OperatingSystem;
import dev.lethe.classify.Referrers;
import dev.lethe.classify.Screen;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which keys of a dimension are published whether anybody is behind them or not, so that their presence says nothing: closed
 * lists, what the operator registered, and what was published before. For one publication, on its connection; blocking.
 */
final class KnownKeys {
    /** Of pages and of what is discovered: the most that are carried from period to period. */
    static final int MOST_KEYS = 500;

    /** One place is {@link Cell#OTHER}. */
    static final int MOST_PAGES = MOST_KEYS - 1;

    /** Landing pages are crossed with channels, so fewer of them are kept. */
    static final int MOST_LANDING_PAGES = 100;

    /** What was not published beyond its noise within this many days is forgotten. */
    private static final int REMEMBERED_DAYS = 371;

    private static final String UNKNOWN = "(unknown)";

    private final SqlConnection connection;
    private final Period period;

    KnownKeys(SqlConnection connection, Period period) {
        this.connection = connection;
        this.period = period;
    }

    /** The cells of a dimension whose keys are a closed list of the code. */
    static Set<Cell> closed(String name) {
        return switch (name) {
            case "channel" -> keys(name, labels(Channel.values()));
            case "device" -> keys(name, labels(Device.values()));
            case "browser" -> keys(name, labels(Browser.values()));
            case "system" -> keys(name, labels(OperatingSystem.values()));
            case "screen" -> keys(name, Stream.concat(labels(Screen.values()), Stream.of(UNKNOWN)));
            case "country" ->
                keys(name, Stream.concat(Arrays.stream(Locale.getISOCountries()), Stream.of(UNKNOWN, Cell.OTHER)));
            case "language" ->
                keys(name, Stream.concat(Arrays.stream(Locale.getISOLanguages()), Stream.of(UNKNOWN, Cell.OTHER)));
            case "download" -> keys(name, ClickTargets.extensions().stream());
            case "consent" -> keys(name, Stream.of("granted", "refused"));
            case "lcp", "inp", "cls" ->
                cross(name, numbers(1, 8), labels(Device.values()).toList());
            case "hour_of_week" ->
                cross(
                        name,
                        numbers(1, 7),
                        IntStream.range(0, 24).mapToObj("%02d"::formatted).toList());
            case "reach" -> keys(name, Stream.concat(numbers(1, 396).stream(), Stream.of("32767")));
            default -> throw new IllegalArgumentException("the keys of '" + name + "' are no closed list");
        };
    }

    /**
     * At most {@link #MOST_KEYS} pages, {@link Cell#OTHER} included: what was published as most visited, then what is registered and
     * was never published.
     */
    List<String> pages() {
        Set<String> registered =
                new LinkedHashSet<>(texts("select pattern from registry.route where site = $1 order by pattern"));
        Stream<String> published = published("page").stream().map(Cell::key);
        return Stream.concat(published, registered.stream())
                .filter(page -> !page.equals(Cell.OTHER))
                .distinct()
                .limit(MOST_PAGES)
                .toList();
    }

    List<String> clicks() {
        List<String> registered = texts("select click from registry.click where site = $1 order by click");
        return withoutOther(
                Stream.concat(registered.stream(), published("click").stream().map(Cell::key)));
    }

    List<String> outboundHosts() {
        // All listed hosts have a row of referring websites as well; the limit is for those that were discovered.
        Set<String> listed = new TreeSet<>(Referrers.listedHosts());
        Stream<String> discovered =
                published("outbound_host").stream().map(Cell::key).filter(host -> !listed.contains(host));
        return Stream.concat(listed.stream(), withoutOther(discovered).stream()).toList();
    }

    List<String> problemPages() {
        return withoutOther(published("problem").stream().map(Cell::key));
    }

    List<String> goals() {
        return texts("select goal from registry.goal where site = $1 order by goal");
    }

    /** Referrer hosts: the built-in list, and what was published before. */
    Set<Cell> referrerHosts() {
        Set<Cell> hosts = keys("referrer_host", Referrers.listedHosts().stream());
        hosts.add(new Cell("referrer_host", Cell.OTHER, ""));
        hosts.addAll(published("referrer_host"));
        return hosts;
    }

    /** What was published of a dimension in a week or month, and clearly not by noise alone; the most visited first. */
    List<Cell> published(String dimension) {
        return connection
                .preparedQuery("""
                    select key, key2
                    from stats.breakdown
                    where site = $1 and grain in ('week', 'month') and dimension = $2
                        and period >= $3 and period < $4 and noisy >= 3 * sigma
                    group by key, key2
                    order by max(period) desc, max(noisy) desc, key, key2
                    limit $5
                    """)
                .execute(Tuple.of(period.site().value(), dimension, earliest(), period.end(), MOST_KEYS))
                .await()
                .stream()
                .map(row -> new Cell(dimension, row.getString("key"), row.getString("key2")))
                .toList();
    }

    private LocalDate earliest() {
        return period.first().minusDays(REMEMBERED_DAYS);
    }

    private List<String> texts(String query) {
        return connection.preparedQuery(query).execute(Tuple.of(period.site().value())).await().stream()
                .map(row -> row.getString(0))
                .toList();
    }

    private static List<String> withoutOther(Stream<String> keys) {
        return keys.filter(key -> !key.equals(Cell.OTHER))
                .distinct()
                .limit(MOST_KEYS)
                .toList();
    }

    static Set<Cell> keys(String name, Stream<String> keys) {
        return keys.map(key -> new Cell(name, key, "")).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The listed keys and {@link Cell#OTHER}. */
    static Set<Cell> withOther(String name, List<String> keys) {
        return keys(name, Stream.concat(keys.stream(), Stream.of(Cell.OTHER)));
    }

    static Set<Cell> cross(String name, List<String> keys, List<String> seconds) {
        Set<Cell> cells = new LinkedHashSet<>();
        for (String key : keys) {
            for (String second : seconds) {
                cells.add(new Cell(name, key, second));
            }
        }
        return cells;
    }

    static List<String> channels() {
        return labels(Channel.values()).toList();
    }

    private static Stream<String> labels(Coded[] list) {
        return Arrays.stream(list).map(Coded::label);
    }

    private static List<String> numbers(int first, int last) {
        return new ArrayList<>(
                IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList());
    }
}
