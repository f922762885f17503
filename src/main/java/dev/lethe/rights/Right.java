package dev.lethe.rights;

import java.util.Locale;
import java.util.Optional;

/** What a visitor may have done, each with its article of the GDPR; the words stand in the ledger, in answers and in the page's texts. */
enum Right {
    /** Art. 15 and 20. */
    ACCESS,
    /** Art. 7(3). */
    WITHDRAWAL,
    /** Art. 21. */
    OBJECTION,
    /** Art. 17. */
    ERASURE,
    /** Art. 18. */
    RESTRICTION,
    /** The end of a restriction, Art. 18(3). */
    RELEASE,
    /** Art. 16. */
    RECTIFICATION;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Right> ofWord(String word) {
        for (Right right : values()) {
            if (right.word().equals(word)) {
                return Optional.of(right);
            }
        }
        return Optional.empty();
    }
}
