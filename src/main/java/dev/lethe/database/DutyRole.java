package dev.lethe.database;

import java.util.Locale;

/** One database log-in per duty, so that each part of Lethe can do its own work and nothing else. */
public enum DutyRole {
    /** Takes events in. */
    COLLECTOR,
    /** Reads raw events and writes statistics. */
    PUBLISHER,
    /** Owns the raw tables, drops and vacuums them. */
    RETENTION,
    /** Answers the rights desk. */
    RIGHTS,
    /** Reads the published statistics: Grafana. */
    DASHBOARDS,
    /** Reads the live plane: the internal board. */
    LIVE;

    /** The word of the command line and of {@code database.password.<role>}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role in the database: {@code lethe_collector} with the prefix {@code lethe}. */
    public String name(String prefix) {
        return prefix + "_" + word();
    }

    /** Whether people write their own queries with it, so that it is read-only and bounded in time. */
    boolean isReader() {
        return switch (this) {
            case DASHBOARDS, LIVE -> true;
            case COLLECTOR, PUBLISHER, RETENTION, RIGHTS -> false;
        };
    }
}
