package dev.lethe.rights;

import java.util.Locale;

/** Why a request may be refused: a closed set, each with a text and the remedies (GDPR Art. 12(4)). */
public enum RefusalReason {
    /** Manifestly excessive because it repeats an answered one (Art. 12(5)); that one has to be named. */
    REPETITIVE,
    /** Manifestly unfounded (Art. 12(5)). */
    UNFOUNDED,
    /** A copy would harm the rights of others (Art. 15(4), 20(4)). */
    RIGHTS_OF_OTHERS,
    /** The data is needed for legal claims (Art. 17(3)(e), 18(2), 21(1)). */
    LEGAL_CLAIMS,
    /** What the request lacked was asked for and did not come within two months. */
    NOT_COMPLETED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RefusalReason of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
