package dev.lethe.classify;

/**
 * A value of a closed list that the database stores as a small number. Codes are written into rows that outlive releases: they
 * are never renumbered and never reused; 0 always means "other", and "not known" is the absence of a value.
 */
public interface Coded {

    /** What {@code raw.event} stores. */
    short code();

    /** What readers of the views see. */
    String label();
}
