package dev.lethe.classify;

import java.util.Optional;

/** Classes of viewport widths, immutable; the tracker chooses the class, so that no size in pixels ever travels. */
public enum Screen implements Coded {
    XS(1, "xs"),
    SM(2, "sm"),
    MD(3, "md"),
    LG(4, "lg"),
    XL(5, "xl"),
    XXL(6, "xxl");

    private final short code;
    private final String label;

    Screen(int code, String label) {
        this.code = (short) code;
        this.label = label;
    }

    /** The class with exactly this label, lower case. */
    public static Optional<Screen> ofLabel(String label) {
        return Coded.find(values(), label);
    }

    @Override
    public short code() {
        return code;
    }

    @Override
    public String label() {
        return label;
    }
}
