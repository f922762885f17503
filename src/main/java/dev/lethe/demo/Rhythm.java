package dev.lethe.demo;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How many come on which day and when: weekdays more than weekends, days more than nights, a little more every week, and in a long
 * period one campaign that everybody sees in the chart. Immutable; the mean over the period is what was asked for.
 */
final class Rhythm {
    /** Monday first. */
    private static final double[] WEEK = {1.10, 1.12, 1.10, 1.07, 1.02, .78, .86};

    /** Visits by hour of the day: lunch and the evening are best. */
    private static final double[] HOURS = {
        10, 6, 4, 3, 3, 6, 15, 32, 48, 58, 62, 60, 66, 64, 58, 56, 58, 62, 64, 66, 70, 62, 42, 22
    };

    private static final Weighted<Integer> HOUR =
            new Weighted<>(IntStream.range(0, 24).boxed().toList(), hour -> HOURS[hour]);

    /** Additional visitors on the campaign's days, as a share of a usual day's. */
    private static final double[] CAMPAIGN = {.9, 1.3, .8, .5, .3, .2, .1};

    private static final int CAMPAIGN_NEEDS_DAYS = 28;
    private static final double GROWTH_OF_90_DAYS = .30;

    private final LocalDate first;
    private final double[] visitors;
    private final double[] campaignShares;

    Rhythm(SimulationPlan plan, LocalDate first, int days) {
        this.first = first;
        this.visitors = new double[days];
        this.campaignShares = new double[days];
        int campaign = days < CAMPAIGN_NEEDS_DAYS ? days : tuesdayNear(days * 6 / 10);
        double sum = 0;
        for (int i = 0; i < days; i++) {
            LocalDate day = first.plusDays(i);
            double chance = .94 + .12 * new SplittableRandom(plan.seed() * 31 + day.toEpochDay()).nextDouble();
            double usual = WEEK[day.getDayOfWeek().getValue() - 1] * Math.pow(1 + GROWTH_OF_90_DAYS, i / 90.0) * chance;
            int since = i - campaign;
            double extra = since >= 0 && since < CAMPAIGN.length ? CAMPAIGN[since] : 0;
            visitors[i] = usual * (1 + extra);
            campaignShares[i] = extra / (1 + extra);
            sum += visitors[i];
        }
        for (int i = 0; i < days; i++) {
            visitors[i] *= plan.visitorsPerDay() * days / sum;
        }
    }

    private int tuesdayNear(int index) {
        LocalDate day = first.plusDays(index);
        return index - day.getDayOfWeek().getValue() + DayOfWeek.TUESDAY.getValue();
    }

    /** How many consenting visitors the day expects. */
    double visitorsOn(LocalDate day) {
        return visitors[index(day)];
    }

    /** How many of a day's visitors come through the campaign, 0 to 1. */
    double campaignShareOn(LocalDate day) {
        return campaignShares[index(day)];
    }

    /** Seconds after midnight at which a visit begins. */
    static int secondOfDay(RandomGenerator random) {
        return HOUR.draw(random) * 3_600 + random.nextInt(3_600);
    }

    private int index(LocalDate day) {
        return (int) (day.toEpochDay() - first.toEpochDay());
    }
}
