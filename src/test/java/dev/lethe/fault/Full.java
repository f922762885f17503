package dev.lethe.fault;

/** How often a fault is injected: a tenth by default, all with {@code -Dlethe.full=true}. */
final class Full {
    private Full() {}

    /** How many of {@code full} rounds this run does, at least one. */
    static int rounds(int full) {
        return Boolean.getBoolean("lethe.full") ? full : Math.max(1, full / 10);
    }

    /** How long a fault lasts in this run. */
    static int seconds(int full, int otherwise) {
        return Boolean.getBoolean("lethe.full") ? full : otherwise;
    }

    /** What a test says at its end. */
    static void report(String check, int rounds, int full, String found) {
        System.out.println(check + ": " + rounds + " rounds (in full: " + full + ", -Dlethe.full=true): " + found);
    }
}
