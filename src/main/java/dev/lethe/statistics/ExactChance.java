package dev.lethe.statistics;

import java.math.BigInteger;
import java.util.random.RandomGenerator;

/**
 * Events whose probabilities are exact, made of random bits and whole numbers. Not thread-safe; takes its bits from the generator
 * in blocks, because asking a secure one for each of them is slow.
 */
final class ExactChance {
    private static final int BLOCK_BYTES = 4096;

    private final RandomGenerator random;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int next = BLOCK_BYTES;

    /** Random bits not yet used, the lowest {@code bitCount} of {@code bits}. */
    private long bits;

    private int bitCount;

    ExactChance(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A whole number from 0 to {@code bound} - 1, all equally likely: as many bits as the largest has, until they give one that is
     * small enough. A remainder would favour small numbers.
     */
    long below(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("nothing lies below " + bound);
        }
        int width = Long.SIZE - Long.numberOfLeadingZeros(bound - 1);
        while (true) {
            long value = bits(width);
            if (value < bound) {
                return value;
            }
        }
    }

    private BigInteger below(BigInteger bound) {
        int width = bound.subtract(BigInteger.ONE).bitLength();
        while (true) {
            BigInteger value = BigInteger.ZERO;
            for (int left = width; left > 0; left -= 32) {
                int count = Math.min(left, 32);
                value = value.shiftLeft(count).or(BigInteger.valueOf(bits(count)));
            }
            if (value.compareTo(bound) < 0) {
                return value;
            }
        }
    }

    /**
     * True with probability exp(-numerator/denominator): algorithm 1. For γ up to 1 it is the chance that the first failure
     * among trials of probability γ/1, γ/2, γ/3 … has an odd number; a larger γ needs a success for each whole 1 too.
     *
     * @param numerator not negative
     * @param denominator positive
     */
    boolean exponential(long numerator, long denominator) {
        for (long whole = numerator / denominator; whole > 0; whole--) {
            if (!exponentialUpToOne(1, 1)) {
                return false;
            }
        }
        return exponentialUpToOne(numerator % denominator, denominator);
    }

    private boolean exponentialUpToOne(long numerator, long denominator) {
        long trial = 1;
        // γ/k as two independent events, γ and 1/k: their product cannot overflow.
        while (below(denominator) < numerator && below(trial) == 0) {
            trial++;
        }
        return (trial & 1) == 1;
    }

    /** The same for numbers that do not fit a long. */
    boolean exponential(BigInteger numerator, BigInteger denominator) {
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        for (BigInteger whole = parts[0]; whole.signum() > 0; whole = whole.subtract(BigInteger.ONE)) {
            if (!exponentialUpToOne(1, 1)) {
                return false;
            }
        }
        long trial = 1;
        while (below(denominator).compareTo(parts[1]) < 0 && below(trial) == 0) {
            trial++;
        }
        return (trial & 1) == 1;
    }

    /** The given number of random bits, 0 to 63. */
    private long bits(int count) {
        long value = 0;
        int wanted = count;
        while (wanted > bitCount) {
            value = (value << bitCount) | bits;
            wanted -= bitCount;
            refill();
        }
        if (wanted > 0) {
            value = (value << wanted) | (bits & ((1L << wanted) - 1));
            bits >>>= wanted;
            bitCount -= wanted;
        }
        return value;
    }

    /** Seven bytes at a time, so that a shift by a word's whole width never happens. */
    private void refill() {
        bits = 0;
        for (int i = 0; i < 7; i++) {
            if (next == BLOCK_BYTES) {
                random.nextBytes(block);
                next = 0;
            }
            bits = (bits << 8) | (block[next++] & 0xff);
        }
        bitCount = 56;
    }
}
