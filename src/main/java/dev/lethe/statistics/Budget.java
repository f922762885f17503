package dev.lethe.statistics;

import dev.lethe.site.Preset;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.commons.numbers.fraction.BigFraction;
import org.apache.commons.numbers.gamma.Erf;
import org.apache.commons.numbers.gamma.InverseErfc;

/**
 * How much noise each statistic of a site carries: the shares of {@link Statistic} scaled by the site's preset. One that spends
 * more than its preset allows cannot be made. A value.
 *
 * <p>Shares are of zero-concentrated differential privacy (Bun and Steinke 2016): Gaussian noise of variance σ² on something
 * that one browser's day moves by at most Δ spends ρ = Δ² / 2σ², and what several statistics spend adds up.
 */
public final class Budget {
    /** The chance, over everything, that a key appears that only one browser's day brought about. */
    public static final BigFraction DELTA = BigFraction.of(1, 1_000_000);

    /** A key that fewer visitors share than this is not worth discovering, whatever the noise. */
    private static final int FEWEST = 10;

    /** In how many cells a key's one visitor is thought to stand, at least: the default bound of pages. */
    private static final int LEAST_CELLS = 8;

    private final Preset preset;
    private final Bounds bounds;
    private final Map<Statistic, BigFraction> shares;
    private final BigFraction total;

    private Budget(Preset preset, Bounds bounds, Map<Statistic, BigFraction> shares) {
        this.preset = preset;
        this.bounds = bounds;
        this.shares = new EnumMap<>(shares);
        this.total = this.shares.values().stream().reduce(BigFraction.ZERO, BigFraction::add);
        if (total.compareTo(cap(preset)) > 0) {
            throw new IllegalArgumentException("The published statistics would spend " + plain(total)
                    + " of privacy budget for a browser's day, but the preset " + preset + " allows "
                    + plain(cap(preset)) + ".");
        }
        for (Statistic statistic : Statistic.values()) {
            if (share(statistic).signum() <= 0) {
                throw new IllegalArgumentException("Every statistic needs a share of the budget: " + statistic);
            }
        }
    }

    /** The budget of a site. */
    public static Budget of(Preset preset, Bounds bounds) {
        Map<Statistic, BigFraction> shares = new EnumMap<>(Statistic.class);
        BigFraction scale = cap(preset).divide(cap(Preset.BALANCED));
        for (Statistic statistic : Statistic.values()) {
            shares.put(statistic, statistic.rho().multiply(scale));
        }
        return of(preset, bounds, shares);
    }

    /**
     * A budget of other shares, in the place of those of {@link Statistic}.
     *
     * @throws IllegalArgumentException in a sentence, when they sum to more than the preset's cap, or a statistic has none
     */
    public static Budget of(Preset preset, Bounds bounds, Map<Statistic, BigFraction> shares) {
        return new Budget(preset, bounds, shares);
    }

    /**
     * Looks whether the built-in shares keep every preset's cap; called before anything starts.
     *
     * @throws IllegalArgumentException in a sentence, when they do not
     */
    public static void check() {
        for (Preset preset : Preset.values()) {
            of(preset, Bounds.DEFAULT);
        }
    }

    /** The most that one browser's day may cost on a site of this preset. */
    public static BigFraction cap(Preset preset) {
        return switch (preset) {
            case STRICT -> BigFraction.of(5, 100);
            case BALANCED -> BigFraction.of(10, 100);
            case LIGHT -> BigFraction.of(50, 100);
        };
    }

    public Preset preset() {
        return preset;
    }

    public Bounds bounds() {
        return bounds;
    }

    /** The sum of all shares, at most {@link #cap}. */
    public BigFraction total() {
        return total;
    }

    /** ρ of one statistic. */
    public BigFraction share(Statistic statistic) {
        return shares.getOrDefault(statistic, BigFraction.ZERO);
    }

    /** The variance of the noise on each of its cells: Δ² / 2ρ, exactly. */
    public BigFraction variance(Statistic statistic) {
        return BigFraction.of(statistic.squaredSensitivity(bounds))
                .divide(share(statistic).multiply(2));
    }

    /** The standard deviation of the noise on each of its cells, for printing and for intervals. */
    public double sigma(Statistic statistic) {
        return Math.sqrt(variance(statistic).doubleValue());
    }

    /**
     * From how many noisy visitors on a key that is not known beforehand appears:
     * 10 + ⌈σ · Φ⁻¹(1 - δᵢ/c)⌉ + 1, where c is the number of keys a browser's day may bring about, at least 8, and δᵢ an equal part
     * of {@link #DELTA} for each dimension that discovers keys. The last 1 is for the noise being discrete: its tail from t on is
     * at most that of the continuous one from t - 1 on (Canonne, Kamath, Steinke 2020, proposition 25).
     *
     * @throws IllegalArgumentException when all keys of the statistic are known beforehand
     */
    public long discoveryThreshold(Statistic statistic) {
        if (!statistic.discoversKeys()) {
            throw new IllegalArgumentException(statistic + " has no keys to discover");
        }
        double tail = DELTA.doubleValue() / discoveries() / Math.max(LEAST_CELLS, statistic.cells(bounds));
        // Φ⁻¹(1 - p) = √2 · erfc⁻¹(2p): without the difference 1 - p, in which the small p would drown.
        double quantile = Math.sqrt(2) * InverseErfc.value(2 * tail);
        return FEWEST + (long) Math.ceil(Math.nextUp(sigma(statistic) * quantile)) + 1;
    }

    /** Among how many dimensions {@link #DELTA} is shared. One browser's day stands in one week and one month. */
    static int discoveries() {
        return Arrays.stream(Statistic.values())
                .mapToInt(statistic -> statistic.discovered().size())
                .sum();
    }

    /**
     * By how much, at most, somebody improves a guess whether a browser came on certain days, who sees all that is published and
     * knows everybody else's data: 0.18 reads as 18 points. A guess that is right with probability 50 % becomes right with at most
     * (100 + 18) / 2 = 59 %, or a test with 5 % false alarms finds at most 5 + 18 % of the browsers.
     *
     * <p>Gaussian noise that spends ρ tells two histories apart like one observation of a normal distribution with its mean moved
     * by μ = √(2ρ) standard deviations; of many statistics the ρ add up (Dong, Roth, Su 2022, corollary 3.3). The total variation
     * distance of the two is 2Φ(μ/2) - 1 = erf(μ / 2√2). That the noise is discrete moves this by less than two tenths of a
     * point, on single cells of the preset {@code light} by up to two points. The days of one browser are taken to follow each other, where they add up most.
     *
     * @param days on how many days of one month the browser came, 1 to 31
     */
    public double guessAdvantage(int days) {
        if (days < 1 || days > 31) {
            throw new IllegalArgumentException("a browser comes on 1 to 31 days of a month, not on " + days);
        }
        BigFraction rho = BigFraction.ZERO;
        for (Statistic statistic : Statistic.values()) {
            rho = rho.add(
                    share(statistic).multiply(BigFraction.of(statistic.days().times(days))));
        }
        return advantage(rho);
    }

    /** The total variation distance that Gaussian noise of this ρ leaves. */
    static double advantage(BigFraction rho) {
        return Erf.value(Math.sqrt(rho.doubleValue()) / 2);
    }

    private static String plain(BigFraction fraction) {
        return fraction.bigDecimalValue(6, RoundingMode.UP).stripTrailingZeros().toPlainString();
    }
}
