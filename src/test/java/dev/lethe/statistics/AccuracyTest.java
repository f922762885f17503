package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import dev.lethe.statistics.Accuracy.Answer;
import dev.lethe.statistics.Accuracy.Reading;
import dev.lethe.statistics.Accuracy.Shares;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AccuracyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "10; visitors; only monthly: good to 21 %",
                "10; pageviews; below the noise",
                "100; visitors; good to 18 % by day",
                "100; visitors of a large channel; only weekly: good to 21 %",
                "100; engaged minutes; rough, within 26 %, by month",
                "100; visitors from the first referring host; rough, within 30 %, by month",
                "300; visitors from a smaller country; rough, within 27 %, by month",
                "1000; visitors; good to 2 % by day",
                "1000; pageviews; good to 6 % by day",
                "1000; visitors of the twentieth page; only monthly: good to 19 %",
                "1000; visitors of a large channel who reach a goal; below the noise",
                "10000; visitors; good to 0.2 % by day",
                "10000; visitors of a large channel who reach a goal; good to 13 % by week"
            })
    void saysWhatASiteOfThisSizeCanSay(long visitorsPerDay, String number, String words) {
        assertEquals(
                words,
                answers(visitorsPerDay, Preset.BALANCED, Bounds.DEFAULT)
                        .get(number)
                        .words());
    }

    /** A week of the first host would stand out of the noise, but its key does not appear. */
    @Test
    void aHostIsNotSeenBeforeItIsDiscovered() {
        Answer host = answers(100, Preset.BALANCED, Bounds.DEFAULT).get("visitors from the first referring host");
        Reading week = host.at(Grain.WEEK).orElseThrow();
        assertTrue(week.expected() > 3 * week.halfWidth() / 1.96, week::toString);
        assertFalse(week.visible(), week::toString);
        assertTrue(host.at(Grain.DAY).isEmpty(), "hosts are not published by day");
    }

    @Test
    void morePrivacyAndWiderBoundsCostAccuracy() {
        String number = "pageviews";
        double balanced = day(answers(1_000, Preset.BALANCED, Bounds.DEFAULT).get(number));
        double strict = day(answers(1_000, Preset.STRICT, Bounds.DEFAULT).get(number));
        double light = day(answers(1_000, Preset.LIGHT, Bounds.DEFAULT).get(number));
        double application = day(answers(1_000, Preset.BALANCED, Bounds.parse("{\"further_pageviews\": 30}"))
                .get(number));
        assertEquals(balanced * Math.sqrt(2), strict, 1e-9);
        assertEquals(balanced / Math.sqrt(5), light, 1e-9);
        assertTrue(application > 2.5 * balanced, application + " against " + balanced);
    }

    private static double day(Answer answer) {
        return answer.at(Grain.DAY).orElseThrow().relativeError();
    }

    /** The promised interval holds the exact value 95 times of 100, also where a number is a sum of several. */
    @ParameterizedTest
    @EnumSource(Grain.class)
    void intervalsHoldWhatTheyPromise(Grain grain) {
        int rounds = 4_000;
        long seed = new SecureRandom().nextLong();
        Noise noise = TestNoise.seeded(seed);
        Budget budget = Budget.of(Preset.BALANCED, Bounds.DEFAULT);
        double halfWidth = answers(1_000, Preset.BALANCED, Bounds.DEFAULT)
                .get("pageviews")
                .at(grain)
                .orElseThrow()
                .halfWidth();
        int days = grain == Grain.DAY ? 1 : grain == Grain.WEEK ? 7 : 30;
        int held = 0;
        for (int round = 0; round < rounds; round++) {
            long error = 0;
            for (int day = 0; day < days; day++) {
                error += noise.add(0, budget.variance(Statistic.DAY_VISITORS));
                if (grain != Grain.WEEK) {
                    error += noise.add(0, budget.variance(Statistic.DAY_FURTHER_PAGEVIEWS));
                }
            }
            if (grain == Grain.WEEK) {
                error += noise.add(0, budget.variance(Statistic.WEEK_FURTHER_PAGEVIEWS));
            }
            held += Math.abs(error) <= halfWidth ? 1 : 0;
        }
        double share = (double) held / rounds;
        System.out.printf("Accuracy: pageviews by %s, seed %d: %.3f of %d within%n", grain, seed, share, rounds);
        assertEquals(0.95, share, 0.02, "seed " + seed);
    }

    @Test
    void nobodyAtAllIsBelowTheNoise() {
        answers(0, Preset.LIGHT, Bounds.DEFAULT)
                .values()
                .forEach(answer -> assertEquals("below the noise", answer.words(), answer.number()));
        Budget budget = Budget.of(Preset.LIGHT, Bounds.DEFAULT);
        assertThrows(IllegalArgumentException.class, () -> Accuracy.of(-1, budget, Shares.TYPICAL));
    }

    private static Map<String, Answer> answers(long visitorsPerDay, Preset preset, Bounds bounds) {
        List<Answer> answers = Accuracy.of(visitorsPerDay, Budget.of(preset, bounds), Shares.TYPICAL);
        return answers.stream().collect(Collectors.toMap(Answer::number, Function.identity()));
    }
}
