package dev.lethe.statistics;

import static dev.lethe.statistics.KnownKeys.closed;
import static dev.lethe.statistics.KnownKeys.cross;
import static dev.lethe.statistics.KnownKeys.withOther;

import dev.lethe.site.Site;
import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Draws the numbers of one period: reads the bounded exact counts of one snapshot and adds noise to each, once. What comes out may
 * be shown to anybody; what went in stays here. One for each draw; blocking.
 */
final class Publication {
    private static final Comparator<Cell> BY_KEY =
            Comparator.comparing(Cell::name).thenComparing(Cell::key).thenComparing(Cell::key2);

    private final Site site;
    private final Period period;
    private final LocalDate from;
    private final LocalDate wholeFrom;
    private final Budget budget;
    private final Noise noise;
    private final ExactCounts counts;
    private final KnownKeys known;
    private final List<PublishedPeriod.Row> rows = new ArrayList<>();

    /**
     * @param connection in a transaction that sees one snapshot
     * @param from the first day that counts: the period's own, or the day on which measuring began
     * @param wholeFrom days before it have lost raw events: what looks back so far is left out
     */
    Publication(
            SqlConnection connection,
            Site site,
            Period period,
            LocalDate from,
            LocalDate wholeFrom,
            Budget budget,
            Noise noise) {
        this.site = site;
        this.period = period;
        this.from = from;
        this.wholeFrom = wholeFrom;
        this.budget = budget;
        this.noise = noise;
        this.counts = new ExactCounts(connection, site.id().value());
        this.known = new KnownKeys(connection, period);
    }

    /** Once. */
    List<PublishedPeriod.Row> draw() {
        switch (period.grain()) {
            case DAY -> day();
            case WEEK -> week();
            case MONTH -> month();
        }
        return List.copyOf(rows);
    }

    private void day() {
        Bounds bounds = budget.bounds();
        Map<Cell, Long> day =
                exact("day.sql", bounds.furtherVisits(), bounds.furtherPageviews(), bounds.engagedMinutes());
        measure(Statistic.DAY_VISITORS, day);
        measure(Statistic.DAY_FURTHER_VISITS, day);
        measure(Statistic.DAY_FIRST_VISIT_BOUNCED, day);
        measure(Statistic.DAY_FURTHER_PAGEVIEWS, day);
        measure(Statistic.DAY_ENGAGED_MINUTES, day);
        measure(Statistic.DAY_CLICK_VISITORS, day);
        closedLists(Statistic.DAY_DIMENSIONS, day);
        closedLists(Statistic.DAY_REACH, day);
        List<String> pages = known.pages();
        publish(Statistic.DAY_PAGES, pages(pages, false), withOther("page", pages));
        lastDays(Statistic.DAY_UNIQUE_7, "unique_7", 7);
        lastDays(Statistic.DAY_UNIQUE_28, "unique_28", 28);
    }

    private void lastDays(Statistic statistic, String name, int days) {
        LocalDate since = period.end().minusDays(days);
        if (!since.isBefore(wholeFrom)) {
            measure(statistic, uniqueVisitors(name, since));
        }
    }

    private void week() {
        Bounds bounds = budget.bounds();
        measure(Statistic.WEEK_VISITORS, uniqueVisitors("visitors", from));
        measure(Statistic.WEEK_FURTHER_PAGEVIEWS, exact("further_pageviews.sql", bounds.furtherPageviews()));
        Map<Cell, Long> visitors = exact("visitors_by.sql", false);
        closedLists(Statistic.WEEK_DIMENSIONS, visitors);
        sources(Statistic.WEEK_SOURCES, visitors);
        List<String> pages = known.pages();
        publish(Statistic.WEEK_PAGES, pages(pages, true), withOther("page", pages));
        // Which pages are known now was published a moment ago, noise and all.
        List<String> landingPages = mostVisited("page", KnownKeys.MOST_LANDING_PAGES);
        Map<Cell, Long> landing = exact("landing_and_exit.sql", (Object) landingPages.toArray(String[]::new));
        List<String> pagesAndOther =
                Stream.concat(landingPages.stream(), Stream.of(Cell.OTHER)).toList();
        publish(Statistic.WEEK_LANDING, landing, cross("landing", pagesAndOther, KnownKeys.channels()));
        publish(Statistic.WEEK_EXIT, landing, withOther("exit", landingPages));
        clicks(bounds);
        publish(
                Statistic.WEEK_GOALS,
                exact("goals.sql", bounds.goals()),
                cross("goal", known.goals(), KnownKeys.channels()));
        closedLists(Statistic.WEEK_VITALS, exact("vitals.sql"));
        problems(bounds);
        closedLists(Statistic.WEEK_CONSENT, exact("consent.sql"));
    }

    private void month() {
        Bounds bounds = budget.bounds();
        measure(Statistic.MONTH_VISITORS, uniqueVisitors("visitors", from));
        Map<Cell, Long> visitors = exact("visitors_by.sql", true);
        Set<Cell> cells = new HashSet<>(known.published("browser"));
        for (String name : Statistic.MONTH_DIMENSIONS.names()) {
            if (!name.equals("browser")) {
                cells.addAll(closed(name));
            }
        }
        publish(Statistic.MONTH_DIMENSIONS, visitors, cells);
        sources(Statistic.MONTH_SOURCES, visitors);
        List<String> pages = known.pages();
        publish(Statistic.MONTH_PAGES, pages(pages, true), withOther("page", pages));
        closedLists(
                Statistic.MONTH_HOUR_OF_WEEK,
                exact("hour_of_week.sql", site.zoneOn(period.first()).getId()));
        Map<Cell, Long> hits = exact("bound_hits.sql", bounds.furtherPageviews(), bounds.pages());
        publish(
                Statistic.MONTH_BOUND_HITS,
                hits,
                Set.of(Cell.measure("bound_hits_views"), Cell.measure("bound_hits_pages")));
    }

    private void sources(Statistic statistic, Map<Cell, Long> visitors) {
        Set<Cell> cells = known.referrerHosts();
        cells.addAll(known.published("campaign"));
        publish(statistic, visitors, cells);
    }

    private void clicks(Bounds bounds) {
        List<String> names = known.clicks();
        List<String> hosts = known.outboundHosts();
        Set<Cell> cells = new HashSet<>(closed("download"));
        cells.addAll(withOther("click", names));
        cells.addAll(withOther("outbound_host", hosts));
        publish(
                Statistic.WEEK_CLICKS,
                exact("clicks.sql", bounds.clicks(), names.toArray(String[]::new), hosts.toArray(String[]::new)),
                cells);
    }

    private void problems(Bounds bounds) {
        List<String> pages = known.problemPages();
        List<String> pagesAndOther =
                Stream.concat(pages.stream(), Stream.of(Cell.OTHER)).toList();
        publish(
                Statistic.WEEK_PROBLEMS,
                exact("problems.sql", bounds.problems(), pages.toArray(String[]::new)),
                cross("problem", pagesAndOther, List.of("not_found", "script_error")));
    }

    private Map<Cell, Long> exact(String file, Object... parameters) {
        return counts.of(file, from, period.end(), parameters);
    }

    private Map<Cell, Long> pages(List<String> pages, boolean candidates) {
        return exact("pages.sql", budget.bounds().pages(), pages.toArray(String[]::new), candidates);
    }

    private Map<Cell, Long> uniqueVisitors(String name, LocalDate since) {
        return counts.of("unique_visitors.sql", since, period.end(), name);
    }

    private void measure(Statistic statistic, Map<Cell, Long> exact) {
        publish(statistic, exact, Set.of(Cell.measure(statistic.names().getFirst())));
    }

    private void closedLists(Statistic statistic, Map<Cell, Long> exact) {
        Set<Cell> cells = new HashSet<>();
        statistic.names().forEach(name -> cells.addAll(closed(name)));
        publish(statistic, exact, cells);
    }

    /**
     * Publishes the known cells whatever their count, and an unknown one of a dimension that discovers keys when its noisy count
     * reaches the threshold. An unknown key of a closed list counts as other.
     */
    private void publish(Statistic statistic, Map<Cell, Long> exact, Set<Cell> cells) {
        Map<Cell, Long> bounded = new HashMap<>();
        exact.forEach((cell, count) -> {
            if (statistic.names().contains(cell.name())) {
                boolean stays = cells.contains(cell) || statistic.discovered().contains(cell.name());
                bounded.merge(stays ? cell : new Cell(cell.name(), Cell.OTHER, cell.key2()), count, Long::sum);
            }
        });
        double sigma = budget.sigma(statistic);
        // In the order of the keys, so that not even a row's place says anything.
        Stream.concat(cells.stream(), bounded.keySet().stream())
                .distinct()
                .sorted(BY_KEY)
                .forEach(cell -> {
                    long noisy = noise.add(bounded.getOrDefault(cell, 0L), budget.variance(statistic));
                    if (cells.contains(cell) || isDiscovered(statistic, cell, noisy)) {
                        rows.add(new PublishedPeriod.Row(cell, noisy, sigma));
                    }
                });
    }

    private boolean isDiscovered(Statistic statistic, Cell cell, long noisy) {
        return statistic.discovered().contains(cell.name()) && noisy >= budget.discoveryThreshold(statistic);
    }

    private List<String> mostVisited(String name, int most) {
        return rows.stream()
                .filter(row ->
                        row.cell().name().equals(name) && !row.cell().key().equals(Cell.OTHER))
                .sorted(Comparator.comparingLong(PublishedPeriod.Row::noisy)
                        .reversed()
                        .thenComparing(row -> row.cell().key()))
                .limit(most)
                .map(row -> row.cell().key())
                .toList();
    }
}
