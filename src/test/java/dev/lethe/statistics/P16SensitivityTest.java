package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.statistics.RandomHistories.History;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * P16: one browser's day taken away moves each statistic by at most what its noise is made for. Random histories go through the real
 * SQL twice, with the day and without it, where the cookie has carried the gap on to the next visit; all cells of all periods
 * that may differ are compared. The choice of consent is a grant, which is held fixed, so its statistic is not among them.
 */
class P16SensitivityTest {
    private static final int FULL = 100_000;
    private static final int BATCH = 60;
    private static final Bounds TIGHT = Bounds.parse("""
        {"further_visits": 1, "further_pageviews": 3, "engaged_minutes": 2, "pages": 2, "clicks": 1, "goals": 1,
        "problems": 1}\
        """);

    private static final List<String> KNOWN_PAGES = List.of("/a", "/b", "/c");
    private static final Set<String> CLOSED =
            Set.of("channel", "device", "system", "screen", "country", "language", "download");

    /** One file of SQL over the days of a period, and with which parameters from the fourth on. */
    private record Run(Grain grain, String file, LocalDate from, LocalDate until, List<Object> parameters) {
        private Run(Grain grain, String file, LocalDate from, LocalDate until, Object... parameters) {
            this(grain, file, from, until, List.of(parameters));
        }
    }

    /** What is known of some histories: the worst of each statistic, which reached their bound, and each that went beyond. */
    private record Findings(
            Map<Statistic, Long> worst, Set<Statistic> reached, List<String> violations, Set<Statistic> violated) {
        private Findings() {
            this(new EnumMap<>(Statistic.class), new TreeSet<>(), new ArrayList<>(), new TreeSet<>());
        }
    }

    @Test
    void aDayNeverMovesAStatisticByMoreThanItsSensitivity() throws SQLException {
        int histories = Boolean.getBoolean("lethe.full") ? FULL : 2 * BATCH;
        long seed = System.nanoTime();
        try (RandomHistories database = new RandomHistories(seed)) {
            Findings found = new Findings();
            Set<Statistic> all = EnumSet.complementOf(EnumSet.of(Statistic.WEEK_CONSENT));
            int done = 0;
            // A short run goes on, up to ten batches, until it has seen the worst of each statistic; two nearly always
            // do.
            while (done < histories || (done < 10 * BATCH && !found.reached().equals(all))) {
                compare(database, done / BATCH % 2 == 0 ? Bounds.DEFAULT : TIGHT, sql -> sql, found);
                done += BATCH;
            }
            System.out.printf(
                    "P16: seed %d, %d histories (in full: %d, -Dlethe.full=true), %d violations; most moved: %s%n",
                    seed, done, FULL, found.violations().size(), found.worst());
            assertEquals(List.of(), found.violations());
            // The histories are wild enough to reach exactly what is allowed: a bound that is one too wide would be
            // seen.
            assertEquals(all, found.reached());
        }
    }

    /** The control: without its bound each of these statistics is caught by the same comparison. */
    @Test
    void noticesABoundThatIsMissing() throws SQLException {
        Map<String, String> removed = new LinkedHashMap<>();
        removed.put("least(further_visits, $4)", "further_visits");
        removed.put("least(further_pageviews, $5)", "further_pageviews");
        removed.put("least(engaged_minutes, $6)", "engaged_minutes");
        removed.put("least(further, $4)", "further");
        removed.put("p.place <= $4", "true");
        removed.put("place <= $4", "true");
        removed.put("select distinct on (c.day, c.pseudonym, c.metric) ", "select ");
        removed.put(
                "select distinct on (c.day, c.pseudonym)\n        c.pseudonym, c.device",
                "select c.pseudonym, c.device");
        removed.put("nth = 1", "true");
        removed.put("nth = pageviews", "true");
        Set<Statistic> expected = new TreeSet<>(Set.of(
                Statistic.DAY_FURTHER_VISITS,
                Statistic.DAY_FURTHER_PAGEVIEWS,
                Statistic.DAY_ENGAGED_MINUTES,
                Statistic.DAY_PAGES,
                Statistic.WEEK_FURTHER_PAGEVIEWS,
                Statistic.WEEK_DIMENSIONS,
                Statistic.WEEK_PAGES,
                Statistic.WEEK_SOURCES,
                Statistic.WEEK_LANDING,
                Statistic.WEEK_EXIT,
                Statistic.WEEK_CLICKS,
                Statistic.WEEK_GOALS,
                Statistic.WEEK_VITALS,
                Statistic.WEEK_PROBLEMS,
                Statistic.MONTH_DIMENSIONS,
                Statistic.MONTH_PAGES,
                Statistic.MONTH_SOURCES));
        long seed = 16;
        try (RandomHistories database = new RandomHistories(seed)) {
            Findings found = new Findings();
            compare(
                    database,
                    TIGHT,
                    sql -> {
                        String changed = sql;
                        for (Map.Entry<String, String> bound : removed.entrySet()) {
                            changed = changed.replace(bound.getKey(), bound.getValue());
                        }
                        return changed;
                    },
                    found);
            System.out.printf("P16 control: seed %d, beyond their sensitivity: %s%n", seed, found.violated());
            assertEquals(expected, found.violated());
        }
    }

    private static void compare(RandomHistories database, Bounds bounds, UnaryOperator<String> change, Findings found)
            throws SQLException {
        List<History> histories = database.store(BATCH);
        Map<Run, Set<String>> sites = new LinkedHashMap<>();
        for (History history : histories) {
            for (Run run : runs(history, bounds)) {
                sites.computeIfAbsent(run, unused -> new LinkedHashSet<>())
                        .addAll(List.of(history.with(), history.without()));
            }
        }
        Map<String, Map<Statistic, Long>> moved = new HashMap<>();
        for (Map.Entry<Run, Set<String>> each : sites.entrySet()) {
            Run run = each.getKey();
            Map<String, Map<Cell, Long>> exact =
                    database.exact(run.file(), change, each.getValue(), run.from(), run.until(), run.parameters());
            for (History history : histories) {
                if (each.getValue().contains(history.with())) {
                    add(
                            run.grain(),
                            folded(exact.getOrDefault(history.with(), Map.of())),
                            folded(exact.getOrDefault(history.without(), Map.of())),
                            moved.computeIfAbsent(history.with(), unused -> new EnumMap<>(Statistic.class)));
                }
            }
        }
        for (History history : histories) {
            moved.get(history.with()).forEach((statistic, squared) -> {
                found.worst().merge(statistic, squared, Math::max);
                if (squared == statistic.squaredSensitivity(bounds)) {
                    found.reached().add(statistic);
                }
                if (squared > statistic.squaredSensitivity(bounds)) {
                    found.violated().add(statistic);
                    found.violations()
                            .add(statistic + " moved by √" + squared + ", not √" + statistic.squaredSensitivity(bounds)
                                    + " at most: " + history.story());
                }
            });
        }
    }

    /** Every period that can differ: those of the day and of the next visit, and the windows that the day lies in. */
    private static Set<Run> runs(History history, Bounds bounds) {
        Set<Run> runs = new LinkedHashSet<>();
        List<LocalDate> changed = new ArrayList<>(List.of(history.day()));
        history.next().ifPresent(changed::add);
        for (LocalDate day : changed) {
            LocalDate after = day.plusDays(1);
            runs.add(new Run(
                    Grain.DAY,
                    "day.sql",
                    day,
                    after,
                    bounds.furtherVisits(),
                    bounds.furtherPageviews(),
                    bounds.engagedMinutes()));
            runs.add(new Run(Grain.DAY, "pages.sql", day, after, bounds.pages(), KNOWN_PAGES, false));
            week(runs, Grain.WEEK.period(day), bounds);
            month(runs, Grain.MONTH.period(day), bounds);
        }
        // One day more than the window is long: there it must be without effect.
        for (int later = 0; later <= 28; later++) {
            LocalDate end = history.day().plusDays(later + 1L);
            runs.add(new Run(Grain.DAY, "unique_visitors.sql", end.minusDays(28), end, "unique_28"));
            if (later <= 7) {
                runs.add(new Run(Grain.DAY, "unique_visitors.sql", end.minusDays(7), end, "unique_7"));
            }
        }
        return runs;
    }

    private static void week(Set<Run> runs, LocalDate from, Bounds bounds) {
        LocalDate until = Grain.WEEK.next(from);
        runs.add(new Run(Grain.WEEK, "unique_visitors.sql", from, until, "visitors"));
        runs.add(new Run(Grain.WEEK, "further_pageviews.sql", from, until, bounds.furtherPageviews()));
        runs.add(new Run(Grain.WEEK, "visitors_by.sql", from, until, false));
        runs.add(new Run(Grain.WEEK, "pages.sql", from, until, bounds.pages(), KNOWN_PAGES, true));
        runs.add(new Run(Grain.WEEK, "landing_and_exit.sql", from, until, KNOWN_PAGES));
        runs.add(new Run(
                Grain.WEEK, "clicks.sql", from, until, bounds.clicks(), List.of("signup"), List.of("known.test")));
        runs.add(new Run(Grain.WEEK, "goals.sql", from, until, bounds.goals()));
        runs.add(new Run(Grain.WEEK, "vitals.sql", from, until));
        runs.add(new Run(Grain.WEEK, "problems.sql", from, until, bounds.problems(), List.of("/a")));
    }

    private static void month(Set<Run> runs, LocalDate from, Bounds bounds) {
        LocalDate until = Grain.MONTH.next(from);
        runs.add(new Run(Grain.MONTH, "unique_visitors.sql", from, until, "visitors"));
        runs.add(new Run(Grain.MONTH, "visitors_by.sql", from, until, true));
        runs.add(new Run(Grain.MONTH, "pages.sql", from, until, bounds.pages(), KNOWN_PAGES, true));
        runs.add(new Run(Grain.MONTH, "hour_of_week.sql", from, until, RandomHistories.ZONE.getId()));
        runs.add(new Run(Grain.MONTH, "bound_hits.sql", from, until, bounds.furtherPageviews(), bounds.pages()));
    }

    /** As a publication does it: unknown keys of closed lists are other. */
    private static Map<Cell, Long> folded(Map<Cell, Long> exact) {
        Map<Cell, Long> folded = new HashMap<>();
        exact.forEach((cell, count) -> {
            boolean stays = !CLOSED.contains(cell.name())
                    || KnownKeys.closed(cell.name()).contains(cell);
            folded.merge(stays ? cell : new Cell(cell.name(), Cell.OTHER, cell.key2()), count, Long::sum);
        });
        return folded;
    }

    private static void add(Grain grain, Map<Cell, Long> with, Map<Cell, Long> without, Map<Statistic, Long> moved) {
        Set<Cell> cells = new LinkedHashSet<>(with.keySet());
        cells.addAll(without.keySet());
        for (Cell cell : cells) {
            long difference = with.getOrDefault(cell, 0L) - without.getOrDefault(cell, 0L);
            for (Statistic statistic : Statistic.values()) {
                if (statistic.grain() == grain && statistic.names().contains(cell.name())) {
                    moved.merge(statistic, difference * difference, Long::sum);
                }
            }
        }
    }
}
