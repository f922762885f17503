package dev.lethe.site;

import java.util.Locale;

/** How much noise a site's published statistics carry, the strongest first; {@link #BALANCED} is the default. */
public enum Preset {
    STRICT,
    BALANCED,
    LIGHT;

    /** Of two, the one that hides less. */
    public static Preset weaker(Preset one, Preset other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a preset by its label.
     *
     * @throws IllegalArgumentException naming the three labels
     */
    public static Preset ofLabel(String label) {
        for (Preset preset : values()) {
            if (preset.label().equals(label)) {
                return preset;
            }
        }
        throw new IllegalArgumentException("'" + label + "' is not a preset; there are strict, balanced and light");
    }

    /** The label, which is what the command line takes. */
    @Override
    public String toString() {
        return label();
    }
}
