package dev.lethe.retention;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the ledger tells of. A name is for ever: it is part of the hashes of the entries that carry it. */
public enum Deed {
    DAY_DROPPED(false),
    KEYS_DUE(false),
    KEYS_DESTROYED(false),
    DATABASE_RESTORED(false),
    RAW_COUNTED_FOR_BREACH(false),
    RIGHT_EXERCISED(true),
    REQUEST_OPENED(true),
    REQUEST_SUSPENDED(true),
    REQUEST_RESUMED(true),
    REQUEST_COMPLETED(true),
    REQUEST_REFUSED(true),
    RAW_USED_FOR_REQUEST(true);

    private final boolean isAboutAPerson;

    Deed(boolean isAboutAPerson) {
        this.isAboutAPerson = isAboutAPerson;
    }

    /** Whether one person made it happen, so that its instant and detail are shown to nobody but those who keep the ledger. */
    public boolean isAboutAPerson() {
        return isAboutAPerson;
    }

    /** As the ledger has it. */
    public String kind() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Deed> ofKind(String kind) {
        return Arrays.stream(values()).filter(deed -> deed.kind().equals(kind)).findFirst();
    }
}
