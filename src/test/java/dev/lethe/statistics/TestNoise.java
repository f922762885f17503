package dev.lethe.statistics;

import java.util.Random;

/** Noise that only tests can have: repeatable, or none. */
public final class TestNoise {
    private TestNoise() {}

    /** The real law with a generator whose draws can be repeated; print the seed. */
    public static DiscreteGaussian seeded(long seed) {
        return new DiscreteGaussian(new Random(seed));
    }

    /** Exact counts, for looking at what is counted and as the control of attacks. */
    public static Noise none() {
        return (exact, variance) -> exact;
    }
}
