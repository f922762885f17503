package dev.lethe.statistics;

/**
 * One number of a period: a bounded exact count while it is being published, a noisy one afterwards.
 *
 * @param name the measure or dimension, one of {@link Statistic#names()}
 * @param key what is counted within a dimension, such as a path; empty for a measure
 * @param key2 the second key of a dimension that crosses two, such as channel × landing page; else empty
 */
record Cell(String name, String key, String key2) {
    /** Everything that is not on a list, together. */
    static final String OTHER = "(other)";

    static Cell measure(String name) {
        return new Cell(name, "", "");
    }
}
