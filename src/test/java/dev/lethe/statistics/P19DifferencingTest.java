package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * P19: the classical attacks on published counts. Each subtracts what the adversary knows until one visitor is left; each finds
 * her without noise and is bounded with it.
 */
class P19DifferencingTest {
    private static final int FULL = 100_000;
    private static final LocalDate FIRST = LocalDate.of(2026, 6, 1);
    private static final String DAY = "2026-06-10";
    private static final String FORGED_COUNTRY = "IS";
    private static final int FORGED = 9;

    /** An attack: the numbers it reads with their signs, and what everybody else adds up to. */
    private record Attack(Map<PublishedGame.Number, Integer> reads) {
        private ToDoubleFunction<Function<PublishedGame.Number, Long>> score() {
            return seen -> reads.entrySet().stream()
                            .mapToDouble(read -> read.getValue()
                                    * (seen.apply(read.getKey()) - read.getKey().absent()))
                            .sum()
                    - 0.5;
        }

        private PublishedGame.Outcome play(Noise noise, int rounds) {
            return PublishedGame.guess(noise, rounds, List.copyOf(reads.keySet()), score());
        }
    }

    @Test
    void differencesFindNobody() {
        int rounds = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        long seed = System.nanoTime();
        PublishedGame game = new PublishedGame(
                () -> new StatisticsDatabase(19, "UTC", FIRST),
                P19DifferencingTest::fill,
                Instant.parse("2026-07-01T06:00:00Z"));
        Map<String, Attack> attacks = attacks(game);
        double promised = Budget.of(Preset.BALANCED, Bounds.DEFAULT).guessAdvantage(1);
        Noise noise = TestNoise.seeded(seed);
        List<Executable> checks = new ArrayList<>();
        attacks.forEach((name, attack) -> {
            PublishedGame.Outcome outcome = attack.play(noise, rounds);
            System.out.printf(
                    "P19: seed %d, %d rounds (in full: %d, -Dlethe.full=true): %s gains %.3f ± %.3f of %.3f%n",
                    seed, rounds, FULL, name, outcome.advantage(), outcome.standardError(), promised);
            checks.add(() ->
                    assertTrue(outcome.advantage() <= promised + 3 * outcome.standardError(), name + ": " + outcome));
            PublishedGame.Outcome control = attack.play(TestNoise.none(), 100);
            checks.add(() -> assertEquals(1.0, control.advantage(), name + " without noise"));
        });
        assertAll(checks);
    }

    private static Map<String, Attack> attacks(PublishedGame game) {
        Map<String, Attack> attacks = new LinkedHashMap<>();
        // Everybody in a rare cell but one is forged.
        attacks.put(
                FORGED + " forged visitors in a rare country",
                new Attack(Map.of(
                        game.number(Grain.DAY, DAY, "country", FORGED_COUNTRY, "")
                                .orElseThrow(),
                        1)));
        // Two ranges that differ by one day.
        attacks.put(
                "the last 7 days of the day less those of the day before",
                new Attack(Map.of(
                        game.number(Grain.DAY, DAY, "unique_7", "", "").orElseThrow(), 1,
                        game.number(Grain.DAY, "2026-06-09", "unique_7", "", "").orElseThrow(), -1)));
        attacks.put(
                "the last 28 days less the last 7",
                new Attack(Map.of(
                        game.number(Grain.DAY, DAY, "unique_28", "", "").orElseThrow(), 1,
                        game.number(Grain.DAY, "2026-06-03", "unique_28", "", "")
                                        .orElseThrow(),
                                -1)));
        // All visitors less those of every listed page.
        Map<PublishedGame.Number, Integer> other = new LinkedHashMap<>();
        other.put(game.number(Grain.DAY, DAY, "page", "(other)", "").orElseThrow(), 1);
        attacks.put("(other) of the pages, all others known", new Attack(other));
        // A week less its other days.
        Map<PublishedGame.Number, Integer> week = new LinkedHashMap<>();
        week.put(
                game.number(Grain.WEEK, "2026-06-08", "further_pageviews", "", "")
                        .orElseThrow(),
                1);
        for (int day = 8; day <= 14; day++) {
            String date = LocalDate.of(2026, 6, day).toString();
            if (!date.equals(DAY)) {
                week.put(
                        game.number(Grain.DAY, date, "further_pageviews", "", "")
                                .orElseThrow(),
                        -1);
            }
        }
        attacks.put("the pageviews of a week less those of its other days", new Attack(week));
        // A sum over a dimension is another view of the same total.
        for (String dimension : List.of("channel", "device", "country")) {
            Map<PublishedGame.Number, Integer> sum = new LinkedHashMap<>();
            game.numbers().forEach((place, number) -> {
                if (place.grain() == Grain.DAY
                        && place.period().equals(DAY)
                        && place.cell().name().equals(dimension)) {
                    sum.put(number, 1);
                }
            });
            attacks.put("the sum over every " + dimension, new Attack(sum));
        }
        return attacks;
    }

    private static void fill(StatisticsDatabase database, boolean present) {
        for (int i = 0; i < FORGED; i++) {
            database.event(database.uuid(), DAY + "T10:00:00")
                    .with("country", "'" + FORGED_COUNTRY + "'")
                    .store();
        }
        for (int day = 8; day <= 14; day++) {
            UUID known = database.uuid();
            String date = LocalDate.of(2026, 6, day).toString();
            database.event(known, date + "T10:00:00").store();
            database.event(known, date + "T10:01:00").page("/b").after(0).store();
        }
        if (present) {
            UUID target = database.uuid();
            database.event(target, DAY + "T11:00:00")
                    .with("country", "'" + FORGED_COUNTRY + "'")
                    .store();
            database.event(target, DAY + "T11:01:00").page("/secret").after(0).store();
        }
    }
}
