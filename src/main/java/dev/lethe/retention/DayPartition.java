package dev.lethe.retention;

import java.time.LocalDate;
import java.time.YearMonth;

/** The table of one day, and how far its destruction has come. The name is made from the day alone, so that it needs no quoting. */
record DayPartition(LocalDate day, State state, long bytes) {
    enum State {
        /** Takes and shows events. */
        ATTACHED,
        /** A detach was begun and not ended: shows no events to new queries, and no other day can be detached. */
        DETACHING,
        /** A table of its own, seen by nobody. */
        DETACHED
    }

    String table() {
        return "raw.event_" + day.toString().replace("-", "");
    }

    YearMonth month() {
        return YearMonth.from(day);
    }
}
