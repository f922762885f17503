package dev.lethe.event;

import dev.lethe.classify.Coded;
import java.util.Locale;
import java.util.Optional;

/** What went wrong on a page for a visitor; only that it did, never a message. */
public enum ProblemKind implements Coded {
    NOT_FOUND(1),
    SCRIPT_ERROR(2);

    private final short code;

    ProblemKind(int code) {
        this.code = (short) code;
    }

    public static Optional<ProblemKind> ofLabel(String label) {
        return Coded.find(values(), label);
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
