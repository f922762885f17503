package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.numbers.fraction.BigFraction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What is really published carries the noise that its site's budget asks for, no less and no more. Nobody came to these sites, so
 * that each published number is nothing but its noise.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishedNoiseTest {
    /** The last day of a week and of a month, so that all three can be published the next morning. */
    private static final LocalDate FIRST = LocalDate.of(2026, 5, 31);

    private static final Instant DUE = Instant.parse("2026-06-01T06:00:00Z");

    /** So many standard deviations that a right publication is never beyond them: once in 500 million comparisons. */
    private static final double NEVER = 6;

    /** A statistic of fewer numbers is judged together with the others of its kind. */
    private static final int FEW = 50;

    private static final String FEW_NUMBERS = "statistics of few numbers";

    private StatisticsDatabase database;

    /** A published number in units of the standard deviation that a budget asks for. */
    private record Draw(Statistic statistic, double units) {}

    @BeforeAll
    void publish() {
        database = new StatisticsDatabase(23, "UTC", FIRST);
        register(StatisticsDatabase.SITE, Preset.BALANCED);
        addSite(site(Preset.STRICT), Preset.STRICT);
        addSite(site(Preset.LIGHT), Preset.LIGHT);
        assertEquals(new Publisher.Report(9, 0, false), database.publish(DiscreteGaussian::secure, DUE));
    }

    @AfterAll
    void drop() {
        database.close();
    }

    private static String site(Preset preset) {
        return preset == Preset.BALANCED
                ? StatisticsDatabase.SITE
                : preset.name().toLowerCase(Locale.ROOT) + ".test";
    }

    private void addSite(String name, Preset preset) {
        database.addSite(name, "UTC", FIRST);
        register(name, preset);
    }

    /** With enough pages and goals for every histogram to be long. */
    private void register(String name, Preset preset) {
        database.server()
                .execute(
                        "update registry.site set preset = '" + preset.name().toLowerCase(Locale.ROOT)
                                + "' where site = '" + name + "'",
                        "insert into registry.route (site, pattern) select '" + name
                                + "', '/p' || n from generate_series(1, 120) n",
                        "insert into registry.goal (site, goal, kind, target) select '" + name
                                + "', 'goal ' || n, 'page', '/p' || n from generate_series(1, 30) n");
    }

    @Test
    void everyStatisticHasTheNoiseOfItsSitesBudget() {
        List<Draw> few = new ArrayList<>();
        for (Preset preset : Preset.values()) {
            List<Draw> draws = draws(site(preset), preset);
            System.out.printf("%s: %d published numbers, %s%n", preset, draws.size(), ratios(draws));
            assertEquals(Map.of(), beyond(draws), preset::toString);
            assertEquals(
                    EnumSet.allOf(Statistic.class),
                    draws.stream().map(Draw::statistic).collect(Collectors.toSet()));
            few.addAll(groups(draws).get(FEW_NUMBERS));
        }
        System.out.printf("all presets, %d numbers of short statistics: %s%n", few.size(), ratios(few));
        assertEquals(Map.of(), beyond(few));
    }

    @Test
    void everyRowSaysHowMuchNoiseItHas() {
        for (Preset preset : Preset.values()) {
            Budget budget = Budget.of(preset, Bounds.DEFAULT);
            for (String row : rows(site(preset))) {
                String[] columns = row.split("\\|");
                assertEquals(budget.sigma(statistic(columns)), Double.parseDouble(columns[3]), 1e-9, row);
            }
        }
    }

    /** A control: noise of variance σ in the place of σ² is noticed in each statistic, though every row claims σ. */
    @Test
    void noticesNoiseOfTheWrongVariance() {
        addSite("thin.test", Preset.BALANCED);
        database.publish(
                () -> {
                    DiscreteGaussian real = DiscreteGaussian.secure();
                    return (exact, variance) ->
                            real.add(exact, BigFraction.of(Math.round(Math.sqrt(variance.doubleValue()))));
                },
                DUE);
        List<Draw> draws = draws("thin.test", Preset.BALANCED);
        Set<String> histograms = new TreeSet<>(ratios(draws).keySet());
        assertTrue(histograms.remove(FEW_NUMBERS));
        assertEquals(15, histograms.size(), histograms::toString);
        Set<String> noticed = beyond(draws).keySet();
        assertTrue(noticed.containsAll(histograms), noticed::toString);
    }

    /** The other control: the noise of another preset is noticed, in days, weeks and months. */
    @Test
    void noticesTheNoiseOfAnotherPreset() {
        for (Preset drawn : Preset.values()) {
            for (Preset asked : Preset.values()) {
                if (drawn != asked) {
                    List<Draw> draws = draws(site(drawn), asked);
                    for (Grain grain : Grain.values()) {
                        List<Draw> ofGrain = draws.stream()
                                .filter(draw -> draw.statistic().grain() == grain)
                                .toList();
                        assertNotEquals(Map.of(), beyond(ofGrain), drawn + " for " + asked + " by " + grain);
                    }
                }
            }
        }
    }

    private List<Draw> draws(String site, Preset preset) {
        Budget budget = Budget.of(preset, Bounds.DEFAULT);
        List<Draw> draws = new ArrayList<>();
        for (String row : rows(site)) {
            String[] columns = row.split("\\|");
            Statistic statistic = statistic(columns);
            draws.add(new Draw(statistic, Long.parseLong(columns[2]) / budget.sigma(statistic)));
        }
        return draws;
    }

    /** As {@code grain|name|noisy|sigma}. */
    private List<String> rows(String site) {
        return database.rows("""
            select grain, measure, noisy, sigma from stats.total where site = '%1$s'
            union all select grain, dimension, noisy, sigma from stats.breakdown where site = '%1$s'
            union all select 'day', 'reach', noisy, sigma from stats.reach where site = '%1$s'
            """.formatted(site));
    }

    private static Statistic statistic(String[] columns) {
        return Arrays.stream(Statistic.values())
                .filter(each -> each.grain() == Grain.ofLabel(columns[0])
                        && each.names().contains(columns[1]))
                .findFirst()
                .orElseThrow();
    }

    /** The observed variance of each statistic in units of what is asked for; near 1 when all is right. */
    private static Map<String, Double> ratios(List<Draw> draws) {
        Map<String, Double> ratios = new TreeMap<>();
        groups(draws).forEach((name, group) -> ratios.put(name, ratio(group)));
        return ratios;
    }

    private static double ratio(List<Draw> group) {
        return group.stream()
                .mapToDouble(draw -> draw.units() * draw.units())
                .average()
                .orElseThrow();
    }

    private static Map<String, List<Draw>> groups(List<Draw> draws) {
        Map<Statistic, Long> numbers =
                draws.stream().collect(Collectors.groupingBy(Draw::statistic, Collectors.counting()));
        return draws.stream()
                .collect(Collectors.groupingBy(
                        draw -> numbers.get(draw.statistic()) < FEW
                                ? FEW_NUMBERS
                                : draw.statistic().name(),
                        TreeMap::new,
                        Collectors.toList()));
    }

    /**
     * Those whose variance is too small or too large. A sum of n squares of normal draws has the chi-square distribution; the cube
     * root of its mean is nearly normal with the mean 1 - 2/9n and the variance 2/9n (Wilson and Hilferty 1931).
     */
    private static Map<String, Double> beyond(List<Draw> draws) {
        Map<String, Double> beyond = new TreeMap<>();
        groups(draws).forEach((name, group) -> {
            double ninth = 2.0 / (9 * group.size());
            if (Math.abs(Math.cbrt(ratio(group)) - (1 - ninth)) > NEVER * Math.sqrt(ninth)) {
                beyond.put(name, ratio(group));
            }
        });
        return beyond;
    }
}
