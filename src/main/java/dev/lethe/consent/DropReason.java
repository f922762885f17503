package dev.lethe.consent;

import java.util.Locale;

/** Why policy says no to a beacon, in order of precedence. A closed set: also the labels of {@code lethe_beacons_dropped_total}. */
public enum DropReason {
    UNKNOWN_SITE,
    FOREIGN_ORIGIN,
    OPTED_OUT,
    GPC,
    NO_CONSENT,
    CONSENT_EXPIRED,
    NOTICE_OUTDATED,
    RESTRICTED,
    BOT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
