package dev.lethe.classify;

import java.util.Optional;

/**
 * A value of a closed list that the database stores as a small number. Codes are written into rows that outlive releases: they
 * are never renumbered and never reused; 0 always means "other", and "not known" is the absence of a value.
 */
public interface Coded {

    /** What {@code raw.event} stores. */
    short code();

    /** What readers of the views see. */
    String label();

    /** The value of a closed list with exactly this label. */
    static <C extends Coded> Optional<C> find(C[] list, String label) {
        // Asked for each beacon: a stream costs more than the look.
        for (C value : list) {
            if (value.label().equals(label)) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }
}
