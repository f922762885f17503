package dev.lethe.event;

import dev.lethe.classify.Coded;
import java.util.Optional;

/** The Core Web Vitals: largest contentful paint and interaction to next paint in milliseconds, cumulative layout shift as a score. */
public enum Metric implements Coded {
    LCP(1),
    INP(2),
    CLS(3);

    private final short code;

    Metric(int code) {
        this.code = (short) code;
    }

    public static Optional<Metric> ofLabel(String label) {
        return Coded.find(values(), label);
    }

    @Override
    public short code() {
        return code;
    }

    @Override
    public String label() {
        return name();
    }
}
