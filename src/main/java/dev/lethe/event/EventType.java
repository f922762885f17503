package dev.lethe.event;

import dev.lethe.classify.Coded;
import java.util.Locale;

/** What happened: a closed set, which is all that Lethe can store. */
public enum EventType implements Coded {
    PAGEVIEW(1),
    CLICK(2),
    ENGAGEMENT(3),
    VITAL(4),
    PROBLEM(5);

    private final short code;

    EventType(int code) {
        this.code = (short) code;
    }

    @Override
    public short code() {
        return code;
    }

    @Override
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
