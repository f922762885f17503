package dev.lethe.demo;

import java.io.Serial;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.util.SplittableRandom;

/** Chance that can be repeated; stateless. For invented visitors only: whoever knows the seed knows every id. */
final class Seeds {
    private Seeds() {}

    /** Spreads two numbers over all 64 bits: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long seed, long part) {
        long z = seed + 0x9e3779b97f4a7c15L * (part + 1);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** In the shape that ids are asked of. */
    static SecureRandom repeatable(long seed) {
        return new Repeatable(new SplittableRandom(seed));
    }

    private static final class Repeatable extends SecureRandom {
        @Serial
        private static final long serialVersionUID = 1;

        Repeatable(SplittableRandom source) {
            super(new Source(source), null);
        }
    }

    private static final class Source extends SecureRandomSpi {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient SplittableRandom source;

        Source(SplittableRandom source) {
            this.source = source;
        }

        @Override
        protected void engineSetSeed(byte[] seed) {
            throw new UnsupportedOperationException("its seed is given once");
        }

        @Override
        protected void engineNextBytes(byte[] bytes) {
            source.nextBytes(bytes);
        }

        @Override
        protected byte[] engineGenerateSeed(int bytes) {
            throw new UnsupportedOperationException("it is no source of seeds");
        }
    }
}
