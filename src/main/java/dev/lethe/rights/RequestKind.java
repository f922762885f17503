package dev.lethe.rights;

import java.util.Locale;

/** What a visitor may ask for by letter or mail (GDPR Art. 15 to 18, 20 and 21). */
public enum RequestKind {
    ACCESS,
    ERASURE,
    RESTRICTION,
    RECTIFICATION,
    PORTABILITY,
    OBJECTION;

    /** As the database, the command line and the texts name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RequestKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
