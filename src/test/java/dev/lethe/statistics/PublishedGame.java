package dev.lethe.statistics;

import dev.lethe.site.Preset;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.commons.numbers.fraction.BigFraction;

/**
 * An adversary who sees everything that is published and knows everybody else's data, against one browser's day: was it there?
 * The exact rows of both worlds come from real publications with the noise off; the noise is then drawn many times.
 */
final class PublishedGame {
    /** A published number: its period and cell. */
    record Place(Grain grain, String period, Cell cell) {}

    /**
     * A number that differs between the worlds, or might.
     *
     * @param variance of its noise
     */
    record Number(Statistic statistic, long present, long absent, BigFraction variance) {
        long difference() {
            return present - absent;
        }
    }

    /** @param advantage by how much more often "present" is said when it is true; @param standardError of that */
    record Outcome(double advantage, double standardError) {}

    private final Map<Place, Number> numbers = new HashMap<>();

    /** @param world fills a database with raw events; told whether the target's day is among them */
    PublishedGame(Supplier<StatisticsDatabase> empty, World world, Instant publishedUntil) {
        Map<Place, Long> present = exact(empty, world, true, publishedUntil);
        Map<Place, Long> absent = exact(empty, world, false, publishedUntil);
        Budget budget = Budget.of(Preset.BALANCED, Bounds.DEFAULT);
        for (Map<Place, Long> either : List.of(present, absent)) {
            for (Place place : either.keySet()) {
                Statistic statistic = statistic(place);
                numbers.put(
                        place,
                        new Number(
                                statistic,
                                present.getOrDefault(place, 0L),
                                absent.getOrDefault(place, 0L),
                                budget.variance(statistic)));
            }
        }
    }

    /** Raw events, with the target's day or without it. */
    interface World {
        void fill(StatisticsDatabase database, boolean present);
    }

    private static Map<Place, Long> exact(
            Supplier<StatisticsDatabase> empty, World world, boolean present, Instant until) {
        try (StatisticsDatabase database = empty.get()) {
            world.fill(database, present);
            database.publish(StatisticsDatabase.NO_NOISE, until);
            Map<Place, Long> exact = new HashMap<>();
            database.rows("""
                select grain, period, measure, '', '', noisy from stats.total
                union all select grain, period, dimension, key, key2, noisy from stats.breakdown
                union all select 'day', period, 'reach', gap::text, '', noisy from stats.reach
                """).forEach(row -> {
                String[] columns = row.split("\\|", -1);
                exact.put(
                        new Place(Grain.ofLabel(columns[0]), columns[1], new Cell(columns[2], columns[3], columns[4])),
                        Long.parseLong(columns[5]));
            });
            return exact;
        }
    }

    private static Statistic statistic(Place place) {
        for (Statistic statistic : Statistic.values()) {
            if (statistic.grain() == place.grain()
                    && statistic.names().contains(place.cell().name())) {
                return statistic;
            }
        }
        throw new IllegalArgumentException(place.toString());
    }

    /** What is published in both worlds. */
    Map<Place, Number> numbers() {
        return numbers;
    }

    Optional<Number> number(Grain grain, String period, String name, String key, String key2) {
        return Optional.ofNullable(numbers.get(new Place(grain, period, new Cell(name, key, key2))));
    }

    /** The squared distance of the two worlds in each statistic, over all periods. */
    long squaredDistance(Statistic statistic) {
        return numbers.values().stream()
                .filter(number -> number.statistic() == statistic)
                .mapToLong(number -> number.difference() * number.difference())
                .sum();
    }

    /**
     * Plays so many rounds of each world with the best guess there is, by the likelihood ratio: whatever else an adversary computes from
     * the same numbers, differences of ranges and sums of rows included, guesses no better (Neyman and Pearson).
     */
    Outcome bestGuess(Noise noise, int rounds) {
        List<Number> telling = numbers.values().stream()
                .filter(number -> number.difference() != 0)
                .toList();
        return guess(
                noise,
                rounds,
                telling,
                seen -> telling.stream()
                        .mapToDouble(number -> {
                            double middle = (number.present() + number.absent()) / 2.0;
                            return number.difference()
                                    * (seen.apply(number) - middle)
                                    / number.variance().doubleValue();
                        })
                        .sum());
    }

    /**
     * Plays with a guess of the adversary's own: "present" where the score of what is seen is above 0.
     *
     * @param used the numbers that the score looks at
     */
    static Outcome guess(Noise noise, int rounds, List<Number> used, ToDoubleFunction<Function<Number, Long>> score) {
        int right = 0;
        int wrong = 0;
        Map<Number, Long> drawn = new IdentityHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Number number : used) {
                drawn.put(number, noise.add(number.present(), number.variance()));
            }
            right += score.applyAsDouble(drawn::get) > 0 ? 1 : 0;
            for (Number number : used) {
                drawn.put(number, noise.add(number.absent(), number.variance()));
            }
            wrong += score.applyAsDouble(drawn::get) > 0 ? 1 : 0;
        }
        double hit = (double) right / rounds;
        double alarm = (double) wrong / rounds;
        return new Outcome(hit - alarm, Math.sqrt((hit * (1 - hit) + alarm * (1 - alarm)) / rounds));
    }
}
