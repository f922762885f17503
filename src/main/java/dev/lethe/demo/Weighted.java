package dev.lethe.demo;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/** Things of which some are chosen more often than others; immutable. */
final class Weighted<T> {
    private final List<T> things;
    /** The sum of the weights up to and with each thing. */
    private final double[] sums;

    Weighted(List<T> things, ToDoubleFunction<T> weight) {
        this.things = List.copyOf(things);
        this.sums = new double[things.size()];
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += weight.applyAsDouble(this.things.get(i));
            sums[i] = sum;
        }
    }

    /** Weights 1, 1/2^s, 1/3^s …: how often the pages of a site are viewed, the most popular first (Zipf's law). */
    static <T> Weighted<T> zipf(List<T> things, double exponent) {
        return new Weighted<>(things, thing -> Math.pow(things.indexOf(thing) + 1, -exponent));
    }

    T draw(RandomGenerator random) {
        int found = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
        return things.get(Math.min(found < 0 ? -found - 1 : found + 1, things.size() - 1));
    }
}
