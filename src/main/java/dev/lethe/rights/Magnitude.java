package dev.lethe.rights;

/**
 * The power of ten that a number lies in: at least this many, and fewer than that. Enough to see that something is used, too little to
 * see one person.
 */
public record Magnitude(long atLeast, long below) {
    public static Magnitude of(long number) {
        if (number == 0) {
            return new Magnitude(0, 1);
        }
        long power = 1;
        while (number / power >= 10) {
            power *= 10;
        }
        return new Magnitude(power, 10 * power);
    }

    /** {@code 0} or {@code 10-99}. */
    @Override
    public String toString() {
        return atLeast == 0 ? "0" : atLeast + "-" + (below - 1);
    }
}
