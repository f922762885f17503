package dev.lethe.rights;

import java.util.Locale;

/** How a request was completed. Each has a text that the requester gets; there is no other way to complete one. */
public enum Outcome {
    /** The right was carried out on what the visitor code found. Only Lethe says so, having done it. */
    EXECUTED,
    /** The visitor code is genuine, and nothing of this browser is left. Only Lethe says so, having looked. */
    NOTHING_HELD,
    /** Neither cookie nor code was brought, and nothing else tells which rows are hers (GDPR Art. 11). */
    NOT_IDENTIFIABLE,
    /** She has exercised the right by herself on the privacy page. */
    BY_VISITOR,
    /** She has taken the request back. */
    TAKEN_BACK;

    /** Whether an operator may state it; the others need a visitor code. */
    public boolean isStated() {
        return switch (this) {
            case EXECUTED, NOTHING_HELD -> false;
            case NOT_IDENTIFIABLE, BY_VISITOR, TAKEN_BACK -> true;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Outcome of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
