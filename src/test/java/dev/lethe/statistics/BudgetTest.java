package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.numbers.fraction.BigFraction;
import org.apache.commons.numbers.gamma.Erfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BudgetTest {
    private static final Budget BALANCED = Budget.of(Preset.BALANCED, Bounds.DEFAULT);

    @ParameterizedTest
    @CsvSource({"STRICT, 20", "BALANCED, 10", "LIGHT, 2"})
    void sumsToExactlyThePresetsCap(Preset preset, int part) {
        BigFraction expected = BigFraction.of(1, part);
        assertEquals(expected, Budget.of(preset, Bounds.DEFAULT).total());
        assertEquals(expected, Budget.cap(preset));
        Budget.check();
    }

    /** The printed figures of the published guarantee, for the default bounds. */
    @ParameterizedTest
    @CsvSource({
        "DAY_VISITORS, 1, .006, 9.1",
        "DAY_FURTHER_VISITS, 4, .003, 25.8",
        "DAY_FIRST_VISIT_BOUNCED, 1, .002, 15.8",
        "DAY_FURTHER_PAGEVIEWS, 121, .010, 77.8",
        "DAY_ENGAGED_MINUTES, 100, .0025, 141",
        "DAY_CLICK_VISITORS, 1, .001, 22.4",
        "DAY_DIMENSIONS, 3, .008, 13.7",
        "DAY_PAGES, 8, .006, 25.8",
        "DAY_REACH, 3, .004, 19.4",
        "DAY_UNIQUE_7, 7, .003, 34.2",
        "DAY_UNIQUE_28, 28, .004, 59.2",
        "WEEK_VISITORS, 1, .001, 22.4",
        "WEEK_FURTHER_PAGEVIEWS, 121, .003, 142",
        "WEEK_DIMENSIONS, 7, .010, 18.7",
        "WEEK_PAGES, 8, .010, 20.0",
        "WEEK_SOURCES, 2, .005, 14.1",
        "WEEK_LANDING, 1, .0025, 14.1",
        "WEEK_EXIT, 1, .001, 22.4",
        "WEEK_CLICKS, 3, .003, 22.4",
        "WEEK_GOALS, 2, .002, 22.4",
        "WEEK_VITALS, 3, .003, 22.4",
        "WEEK_PROBLEMS, 2, .0015, 25.8",
        "WEEK_CONSENT, 1, .0005, 31.6",
        "MONTH_VISITORS, 1, .001, 22.4",
        "MONTH_DIMENSIONS, 7, .002, 41.8",
        "MONTH_PAGES, 8, .0025, 40.0",
        "MONTH_SOURCES, 2, .001, 31.6",
        "MONTH_HOUR_OF_WEEK, 1, .001, 22.4",
        "MONTH_BOUND_HITS, 2, .0005, 44.7"
    })
    void hasThePrintedNoise(Statistic statistic, long squaredSensitivity, String rho, String sigma) {
        assertEquals(squaredSensitivity, statistic.squaredSensitivity(Bounds.DEFAULT));
        assertEquals(Double.parseDouble(rho), statistic.rho().doubleValue(), 1e-15);
        double printed = Double.parseDouble(sigma);
        assertEquals(printed, BALANCED.sigma(statistic), sigma.contains(".") ? 0.05 : 0.5);
        // ρ = Δ² / 2σ², without rounding.
        assertEquals(
                statistic.rho(),
                BigFraction.of(squaredSensitivity)
                        .divide(BALANCED.variance(statistic).multiply(2)));
    }

    @Test
    void everyStatisticIsInTheTable() {
        assertEquals(29, Statistic.values().length, "a new statistic needs its line above");
    }

    @Test
    void largerBoundsCostNoiseAndNotPrivacy() {
        Budget wide = Budget.of(Preset.BALANCED, Bounds.parse("{\"further_pageviews\": 30, \"pages\": 32}"));
        assertEquals(BALANCED.total(), wide.total());
        assertEquals(BigFraction.of(900 * 50), wide.variance(Statistic.DAY_FURTHER_PAGEVIEWS));
        assertEquals(2 * BALANCED.sigma(Statistic.WEEK_PAGES), wide.sigma(Statistic.WEEK_PAGES), 1e-9);
        assertEquals(BALANCED.variance(Statistic.DAY_VISITORS), wide.variance(Statistic.DAY_VISITORS));
    }

    @Test
    void refusesAStatisticWithoutAShare() {
        Map<Statistic, BigFraction> shares = new EnumMap<>(Statistic.class);
        shares.put(Statistic.DAY_VISITORS, BigFraction.of(1, 100));
        assertThrows(IllegalArgumentException.class, () -> Budget.of(Preset.BALANCED, Bounds.DEFAULT, shares));
    }

    /** One visitor alone on a key: the chance that any of its keys appears stays below its part of δ. */
    @ParameterizedTest
    @EnumSource(Preset.class)
    void aKeyOfOneVisitorAppearsWithLessThanDelta(Preset preset) {
        for (Bounds bounds : List.of(Bounds.DEFAULT, Bounds.DEFAULT.with(Bounds.Bound.PAGES, 100))) {
            Budget budget = Budget.of(preset, bounds);
            double sum = 0;
            for (Statistic statistic : Statistic.values()) {
                if (statistic.discoversKeys()) {
                    // The noise must reach the threshold less the one visitor; see discoveryThreshold for the other 1.
                    double needed = budget.discoveryThreshold(statistic) - 1 - 1;
                    double tail = Erfc.value(needed / budget.sigma(statistic) / Math.sqrt(2)) / 2;
                    sum += tail
                            * statistic.cells(bounds)
                            * statistic.discovered().size();
                } else {
                    assertThrows(IllegalArgumentException.class, () -> budget.discoveryThreshold(statistic));
                }
            }
            assertTrue(sum <= 1e-6, preset + ": " + sum);
            assertTrue(sum > 1e-12, "the threshold is not absurd: " + sum);
        }
    }

    @ParameterizedTest
    @CsvSource({"BALANCED, 1, 18", "STRICT, 1, 13", "LIGHT, 1, 38", "BALANCED, 5, 40", "BALANCED, 30, 85"})
    void saysHowMuchAGuessGains(Preset preset, int days, double points) {
        double advantage = 100 * Budget.of(preset, Bounds.DEFAULT).guessAdvantage(days);
        assertEquals(points, advantage, 1.0);
    }

    @Test
    void noDaysOfAMonthAddUpMoreThanDaysThatFollowEachOther() {
        // A set of days as the number of them in each week; the days of a week taken from its Monday on, since sums of
        // squares grow when the weeks' days fall on the same weekdays. A weekday comes five times a month at most.
        BigFraction week = Statistic.WEEK_FURTHER_PAGEVIEWS.rho();
        BigFraction weekday = Statistic.MONTH_HOUR_OF_WEEK.rho();
        for (int days = 1; days <= 31; days++) {
            BigFraction together = week.multiply(BigFraction.of(Statistic.Days.TOGETHER_IN_A_WEEK.times(days)))
                    .add(weekday.multiply(BigFraction.of(Statistic.Days.TOGETHER_BY_WEEKDAY.times(days))));
            assertEquals(together, most(week, weekday, days, 7, new int[7], 0), days + " days");
        }
    }

    private static BigFraction most(
            BigFraction week, BigFraction weekday, int left, int largest, int[] weekdays, int weeks) {
        if (left == 0) {
            long squares = 0;
            for (int count : weekdays) {
                squares += (long) count * count;
            }
            return weekday.multiply(BigFraction.of(squares));
        }
        BigFraction best = BigFraction.ZERO;
        for (int inWeek = Math.min(left, largest); inWeek > 0 && weeks < 5; inWeek--) {
            int[] next = weekdays.clone();
            for (int i = 0; i < inWeek; i++) {
                next[i]++;
            }
            if (left - inWeek > inWeek * (4 - weeks)) {
                break;
            }
            BigFraction found = week.multiply(BigFraction.of((long) inWeek * inWeek))
                    .add(most(week, weekday, left - inWeek, inWeek, next, weeks + 1));
            best = best.compareTo(found) > 0 ? best : found;
        }
        return best;
    }

    /** One cell moved by one: the continuous formula against the exact distance of the discrete law from its neighbour. */
    @Test
    void discreteNoiseTellsHardlyMoreThanContinuous() {
        for (BigFraction rho : List.of(BigFraction.of(1, 10), BigFraction.of(6, 1000), BigFraction.of(1, 2))) {
            double variance = 1 / (2 * rho.doubleValue());
            double weights = 0;
            for (int x = -200; x <= 200; x++) {
                weights += Math.exp(-(double) x * x / 2 / variance);
            }
            // Σ over x ≥ 1 of p(x - 1) - p(x) telescopes to p(0).
            double exact = 1 / weights;
            double allowed = rho.compareTo(BigFraction.of(1, 10)) <= 0 ? 0.002 : 0.02;
            assertEquals(exact, Budget.advantage(rho), allowed, rho.toString());
        }
    }

    @Test
    void periodsHoldTheirDays() {
        LocalDate sunday = LocalDate.parse("2027-01-03");
        assertEquals("2027-01-03", Grain.DAY.period(sunday).toString());
        assertEquals("2026-12-28", Grain.WEEK.period(sunday).toString());
        assertEquals("2027-01-01", Grain.MONTH.period(sunday).toString());
        assertEquals("2027-01-04", Grain.DAY.next(sunday).toString());
        assertEquals("2027-01-04", Grain.WEEK.next(Grain.WEEK.period(sunday)).toString());
        assertEquals("2027-02-01", Grain.MONTH.next(Grain.MONTH.period(sunday)).toString());
        for (Grain grain : Grain.values()) {
            assertEquals(grain, Grain.ofLabel(grain.label()));
        }
    }
}
