package dev.lethe.statistics;

import org.apache.commons.numbers.fraction.BigFraction;

/**
 * What stands between an exact count and a published one. Lethe has one kind, {@link DiscreteGaussian}, and no setting replaces it
 * or switches it off; the interface exists so that tests can look at exact counts.
 */
@FunctionalInterface
public interface Noise {
    /**
     * Hides a count.
     *
     * @param exact the bounded count
     * @param variance of the noise, positive; see {@link Budget#variance}
     * @return the signed noisy count, to be published as it is
     */
    long add(long exact, BigFraction variance);
}
