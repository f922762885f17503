package dev.lethe.statistics;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.apache.commons.numbers.fraction.BigFraction;
import org.jspecify.annotations.Nullable;

/**
 * Draws whole numbers x with a probability proportional to exp(-x² / 2σ²), exactly: Canonne, Kamath, Steinke, "The Discrete
 * Gaussian for Differential Privacy" (NeurIPS 2020), algorithms 1 to 3. Only whole numbers are computed with, since the rounding
 * of floating-point numbers leaks (Mironov 2012). Not thread-safe: one for each publication.
 */
public final class DiscreteGaussian implements Noise {
    private final ExactChance chance;

    /** The law of the last variance: all cells of a statistic have the same. */
    private @Nullable Law law;

    /** For tests; elsewhere {@link #secure()}. */
    DiscreteGaussian(RandomGenerator random) {
        this.chance = new ExactChance(random);
    }

    /** Noise that nobody can predict or repeat. */
    public static DiscreteGaussian secure() {
        return new DiscreteGaussian(new SecureRandom());
    }

    /**
     * The count and a fresh draw.
     *
     * @throws ArithmeticException when the sum does not fit a long
     */
    @Override
    public long add(long exact, BigFraction variance) {
        return Math.addExact(exact, sample(variance));
    }

    /**
     * A draw with mean 0. Expected time is bounded whatever the variance.
     *
     * @param variance σ², positive: the parameter of the law, and its variance but for a difference that is negligible from σ = 1 on
     */
    public long sample(BigFraction variance) {
        Law current = law;
        if (current == null || !current.variance.equals(variance)) {
            current = new Law(variance);
            law = current;
        }
        // Algorithm 3: a discrete Laplace draw of scale t, kept with probability exp(-(|y| - σ²/t)² / 2σ²).
        while (true) {
            long y = laplace(current.scale);
            if (current.keeps(y, chance)) {
                return y;
            }
        }
    }

    /** Algorithm 2 for a whole scale t: x with a probability proportional to exp(-|x| / t). */
    private long laplace(long scale) {
        while (true) {
            long rest = chance.below(scale);
            if (!chance.exponential(rest, scale)) {
                continue;
            }
            long whole = 0;
            while (chance.exponential(1, 1)) {
                whole++;
            }
            long size = Math.addExact(rest, Math.multiplyExact(scale, whole));
            boolean negative = chance.below(2) == 1;
            // Otherwise zero would be drawn twice as often.
            if (!(negative && size == 0)) {
                return negative ? -size : size;
            }
        }
    }

    /** A variance n/d with what follows from it: (|y| - σ²/t)² / 2σ² = (|y|·t·d - n)² / (2·n·d·t²). */
    private static final class Law {
        /** Its square still fits a long. */
        private static final long SQUARABLE = 3_000_000_000L;

        private final BigFraction variance;
        private final BigInteger numerator;
        private final BigInteger step;
        private final BigInteger denominator;
        /** t = ⌊σ⌋ + 1. */
        private final long scale;

        /** The same in longs, for sizes up to {@code small}; beyond, or when nothing fits, the large ones are used. */
        private final long small;

        private final long smallNumerator;
        private final long smallStep;
        private final long smallDenominator;

        private Law(BigFraction variance) {
            if (variance.signum() <= 0) {
                throw new IllegalArgumentException("a variance is positive, not " + variance);
            }
            this.variance = variance;
            this.numerator = variance.getNumerator();
            BigInteger d = variance.getDenominator();
            BigInteger t = numerator.divide(d).sqrt().add(BigInteger.ONE);
            this.scale = t.longValueExact();
            this.step = t.multiply(d);
            this.denominator = numerator.multiply(step).multiply(t).shiftLeft(1);
            boolean fits = denominator.bitLength() < Long.SIZE
                    && numerator.compareTo(BigInteger.valueOf(SQUARABLE)) <= 0
                    && step.compareTo(BigInteger.valueOf(SQUARABLE)) <= 0;
            this.smallNumerator = fits ? numerator.longValueExact() : 0;
            this.smallStep = fits ? step.longValueExact() : 1;
            this.smallDenominator = fits ? denominator.longValueExact() : 1;
            this.small = fits ? SQUARABLE / smallStep : -1;
        }

        private boolean keeps(long y, ExactChance chance) {
            long size = Math.absExact(y);
            if (size <= small) {
                long difference = size * smallStep - smallNumerator;
                return chance.exponential(difference * difference, smallDenominator);
            }
            BigInteger difference = BigInteger.valueOf(size).multiply(step).subtract(numerator);
            return chance.exponential(difference.multiply(difference), denominator);
        }
    }
}
