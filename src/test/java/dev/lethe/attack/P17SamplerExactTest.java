package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.lethe.statistics.DiscreteGaussian;
import dev.lethe.statistics.Noise;
import dev.lethe.statistics.TestNoise;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;
import org.apache.commons.numbers.fraction.BigFraction;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.RegularizedGamma;
import org.junit.jupiter.api.Test;

/**
 * P17: the noise follows the discrete Gaussian distribution exactly, as far as a test of goodness of fit can see; samplers with
 * the usual mistakes are seen by the same test.
 */
class P17SamplerExactTest {
    private static final int FULL = 3_000_000;
    /** The chance that a right sampler fails one comparison. */
    private static final double SIGNIFICANCE = 1e-6;

    private static final MathContext PRECISION = new MathContext(40, RoundingMode.HALF_EVEN);

    /** From far below the published ones, where a flaw shows most, to theirs; one is so finely divided that no long holds it. */
    private static final List<BigFraction> VARIANCES = List.of(
            BigFraction.of(1, 10),
            BigFraction.of(1, 2),
            BigFraction.of(1),
            BigFraction.of(7, 3),
            BigFraction.of(355, 113),
            BigFraction.of(25),
            BigFraction.of(250, 3),
            BigFraction.of(
                    BigInteger.TEN.pow(30).add(BigInteger.TWO),
                    BigInteger.valueOf(3).multiply(BigInteger.TEN.pow(28))),
            BigFraction.of(6050));

    @Test
    void followsTheExactDistribution() {
        int draws = Wire.tries(FULL);
        for (BigFraction variance : VARIANCES) {
            long seed = seed();
            DiscreteGaussian sampler = TestNoise.seeded(seed);
            Fit fit = Fit.of(variance, draws, () -> sampler.sample(variance));
            System.out.printf(
                    "P17: σ² = %s, seed %d: %d draws of %d, χ² = %.1f with %d degrees of freedom, p = %.3g%n",
                    brief(variance), seed, draws, FULL, fit.chiSquare, fit.freedom, fit.p());
            assertTrue(fit.p() > SIGNIFICANCE, "σ² = " + brief(variance) + ", seed " + seed + ": " + fit);
        }
    }

    /** Whatever seed: samplers with the usual mistakes must fail where the real one passes. */
    @Test
    void samplersWithTheUsualMistakesAreCaught() {
        int draws = Wire.tries(FULL);
        long seed = seed();
        Map<String, Integer> caught = new HashMap<>();
        for (BigFraction variance : VARIANCES.subList(0, 7)) {
            // A generator for each, so that the seed repeats a failure whatever order the map has.
            RandomGenerator forRight = TestNoise.generator(seed);
            RandomGenerator forRounded = TestNoise.generator(seed);
            RandomGenerator forFolded = TestNoise.generator(seed);
            RandomGenerator forZero = TestNoise.generator(seed);
            double sigma = Math.sqrt(variance.doubleValue());
            Map<String, LongSupplier> samplers = Map.of(
                    "right",
                    new Textbook(forRight::nextLong, true).of(variance),
                    "a rounded continuous Gaussian",
                    () -> Math.round(sigma * forRounded.nextGaussian()),
                    "a remainder in place of a rejection",
                    new Textbook(below -> folded(forFolded, below), true).of(variance),
                    "zero drawn with both signs",
                    new Textbook(forZero::nextLong, false).of(variance));
            samplers.forEach((name, sampler) ->
                    caught.merge(name, Fit.of(variance, draws, sampler).p() < SIGNIFICANCE ? 1 : 0, Integer::sum));
        }
        System.out.printf("P17: seed %d, caught at so many of 7 variances: %s%n", seed, caught);
        assertEquals(0, caught.remove("right"), "seed " + seed);
        caught.forEach((name, times) -> assertTrue(times >= 2, name + ": " + times + ", seed " + seed));
    }

    /** As many bits as the bound has, and the remainder: small numbers come up too often. */
    private static long folded(RandomGenerator random, long bound) {
        return (random.nextLong() >>> Long.numberOfLeadingZeros(bound)) % bound;
    }

    /** Mean, variance, tails and neighbours, at a published variance and one beyond all longs. */
    @Test
    void hasTheMomentsAndTailsOfItsVariance() {
        int draws = Wire.tries(FULL);
        for (BigFraction variance : List.of(
                BigFraction.of(250, 3),
                BigFraction.of(20_000),
                BigFraction.of(BigInteger.TEN.pow(31), BigInteger.valueOf(7)))) {
            long seed = seed();
            DiscreteGaussian sampler = TestNoise.seeded(seed);
            double sigma = Math.sqrt(variance.doubleValue());
            double sum = 0;
            double squares = 0;
            double products = 0;
            double previous = 0;
            int[] beyond = new int[5];
            for (int i = 0; i < draws; i++) {
                double x = sampler.sample(variance) / sigma;
                sum += x;
                squares += x * x;
                products += x * previous;
                previous = x;
                for (int k = 1; k < beyond.length && Math.abs(x) > k; k++) {
                    beyond[k]++;
                }
            }
            String where = "σ² = " + brief(variance) + ", seed " + seed;
            double error = 1 / Math.sqrt(draws);
            assertEquals(0, sum / draws, 5 * error, where);
            assertEquals(1, squares / draws, 5 * Math.sqrt(2) * error, where);
            assertEquals(0, products / draws, 5 * error, where);
            for (int k = 1; k < beyond.length; k++) {
                // |x| > kσ for whole x: from the next half on, as the sum of a smooth density over whole numbers.
                double edge = (Math.floor(k * sigma) + 0.5) / sigma;
                double expected = draws * Erfc.value(edge / Math.sqrt(2));
                assertEquals(expected, beyond[k], 5 * Math.sqrt(expected) + 5, where + ", beyond " + k + "σ");
            }
        }
    }

    @Test
    void theSecureOneFollowsItTooAndNeverRepeats() {
        int draws = Wire.tries(FULL);
        BigFraction variance = BigFraction.of(625);
        DiscreteGaussian sampler = DiscreteGaussian.secure();
        long start = System.nanoTime();
        Fit fit = Fit.of(variance, draws, () -> sampler.add(1_000_000, variance) - 1_000_000);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("P17: secure, σ = 25: %.0f draws a second, p = %.3g%n", draws / seconds, fit.p());
        assertTrue(fit.p() > SIGNIFICANCE, fit::toString);

        DiscreteGaussian other = DiscreteGaussian.secure();
        BigFraction wide = BigFraction.of(1L << 60);
        assertFalse(sampler.sample(wide) == other.sample(wide) && sampler.sample(wide) == other.sample(wide));
    }

    /** The same noise for a variance, whatever was drawn before it. */
    @Test
    void keepsEachVarianceApart() {
        int draws = Wire.tries(FULL);
        long seed = seed();
        DiscreteGaussian sampler = TestNoise.seeded(seed);
        Fit fit = Fit.of(BigFraction.of(1, 2), draws, () -> {
            sampler.sample(BigFraction.of(2500));
            return sampler.sample(BigFraction.of(1, 2));
        });
        assertTrue(fit.p() > SIGNIFICANCE, "seed " + seed + ": " + fit);
    }

    @Test
    void noSettingReplacesTheNoise() {
        var lethe = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.lethe");
        List<String> kinds = lethe.stream()
                .filter(each -> each.isAssignableTo(Noise.class) && !each.isEquivalentTo(Noise.class))
                .map(each -> each.getName())
                .toList();
        assertEquals(List.of(DiscreteGaussian.class.getName()), kinds);
        ArchRuleDefinition.noClasses()
                .that()
                .doNotHaveFullyQualifiedName(DiscreteGaussian.class.getName())
                .should()
                .callConstructor(DiscreteGaussian.class, RandomGenerator.class)
                .because("what is published is drawn from a SecureRandom")
                .check(lethe);
    }

    private static long seed() {
        return new SecureRandom().nextLong();
    }

    private static String brief(BigFraction variance) {
        return variance.getDenominator().bitLength() > 20 ? "about " + variance.doubleValue() : variance.toString();
    }

    /** Pearson's test of draws against the exact probabilities; cells expected fewer than ten times are put together. */
    private record Fit(double chiSquare, int freedom) {
        private static Fit of(BigFraction variance, int draws, LongSupplier sampler) {
            Map<Long, Integer> seen = new HashMap<>();
            for (int i = 0; i < draws; i++) {
                seen.merge(sampler.getAsLong(), 1, Integer::sum);
            }
            int reach = (int) (8 * Math.sqrt(variance.doubleValue())) + 8;
            BigDecimal[] weights = new BigDecimal[reach + 1];
            BigDecimal sum = BigDecimal.ZERO;
            for (int x = 0; x <= reach; x++) {
                BigFraction exponent = BigFraction.of((long) x * x).divide(variance.multiply(2));
                weights[x] = exponential(exponent);
                sum = sum.add(x == 0 ? weights[x] : weights[x].multiply(BigDecimal.TWO), PRECISION);
            }
            double chiSquare = 0;
            int cells = 0;
            double expectedRest = draws;
            int seenRest = draws;
            for (long x = -reach; x <= reach; x++) {
                double expected = weights[(int) Math.abs(x)]
                        .divide(sum, PRECISION)
                        .multiply(BigDecimal.valueOf(draws))
                        .doubleValue();
                if (expected >= 10) {
                    int found = seen.getOrDefault(x, 0);
                    chiSquare += (found - expected) * (found - expected) / expected;
                    expectedRest -= expected;
                    seenRest -= found;
                    cells++;
                }
            }
            double rest = Math.max(expectedRest, 1e-9);
            if (rest >= 10) {
                chiSquare += (seenRest - rest) * (seenRest - rest) / rest;
                cells++;
            } else if (seenRest > 60) {
                // Fewer than ten expected: more than sixty have a chance below 10⁻²⁵.
                chiSquare = Double.POSITIVE_INFINITY;
            }
            return new Fit(chiSquare, cells - 1);
        }

        private double p() {
            return Double.isInfinite(chiSquare) ? 0 : RegularizedGamma.Q.value(freedom / 2.0, chiSquare / 2);
        }

        /** exp(-exponent) to more than 30 digits: halved until small, a power series, squared again. */
        private static BigDecimal exponential(BigFraction exponent) {
            BigDecimal value =
                    exponent.bigDecimalValue(60, RoundingMode.HALF_EVEN).negate();
            int halvings = 16;
            BigDecimal small = value.divide(BigDecimal.valueOf(1L << halvings), new MathContext(60));
            BigDecimal term = BigDecimal.ONE;
            BigDecimal result = BigDecimal.ONE;
            for (int i = 1; i <= 20; i++) {
                term = term.multiply(small).divide(BigDecimal.valueOf(i), new MathContext(60));
                result = result.add(term, new MathContext(60));
            }
            for (int i = 0; i < halvings; i++) {
                result = result.multiply(result, new MathContext(60));
            }
            return result.round(PRECISION);
        }
    }

    /** The paper's algorithms once more, in the shortest form, with places for mistakes. */
    private record Textbook(LongUnaryOperator below, boolean zeroOnce) {
        private LongSupplier of(BigFraction variance) {
            long n = variance.getNumerator().longValueExact();
            long d = variance.getDenominator().longValueExact();
            long t = (long) Math.sqrt((double) n / d) + 1;
            return () -> {
                while (true) {
                    long y = laplace(t);
                    long difference = Math.abs(y) * t * d - n;
                    if (exponential(difference * difference, 2 * n * d * t * t)) {
                        return y;
                    }
                }
            };
        }

        private long laplace(long t) {
            while (true) {
                long rest = below.applyAsLong(t);
                if (exponential(rest, t)) {
                    long size = rest;
                    while (exponential(1, 1)) {
                        size += t;
                    }
                    boolean negative = below.applyAsLong(2) == 1;
                    if (!zeroOnce || size != 0 || !negative) {
                        return negative ? -size : size;
                    }
                }
            }
        }

        private boolean exponential(long numerator, long denominator) {
            for (long whole = numerator / denominator; whole > 0; whole--) {
                if (!upToOne(1, 1)) {
                    return false;
                }
            }
            return upToOne(numerator % denominator, denominator);
        }

        private boolean upToOne(long numerator, long denominator) {
            long k = 1;
            while (below.applyAsLong(denominator * k) < numerator) {
                k++;
            }
            return k % 2 == 1;
        }
    }
}
