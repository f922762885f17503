package dev.lethe.database;

import dev.lethe.database.BackupFile.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lethe's tables as the database describes them, so that no list of them can be forgotten when one is added. Stateless. */
final class Tables {
    static final List<String> SCHEMAS = List.of("registry", "consent", "rights", "keys", "raw", "live", "stats");
    static final String RAW_EVENTS = "raw.event";

    /** Filled by the migrations themselves: what stands in it tells nothing about whether a database was used. */
    private static final String JOBS = "registry.job";

    private Tables() {}

    /** All tables with their columns, each after those it refers to. The days of raw events are not tables here. */
    static Map<String, List<String>> inLoadingOrder(Connection owner) throws SQLException {
        Map<String, List<String>> columns = columns(owner);
        Map<String, Set<String>> needs = references(owner);
        Map<String, List<String>> ordered = new LinkedHashMap<>();
        while (ordered.size() < columns.size()) {
            int before = ordered.size();
            columns.forEach((table, names) -> {
                if (!ordered.containsKey(table) && ordered.keySet().containsAll(needs.getOrDefault(table, Set.of()))) {
                    ordered.put(table, names);
                }
            });
            if (ordered.size() == before) {
                throw new IllegalStateException("tables refer to each other in a circle: " + needs);
            }
        }
        return ordered;
    }

    /** A table that was taken out of its parent to be dropped is no longer one of Lethe's. */
    private static Map<String, List<String>> columns(Connection owner) throws SQLException {
        String sql = """
            select n.nspname || '.' || c.relname, a.attname
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid
            where n.nspname = any (?)
              and c.relkind in ('r', 'p')
              and not c.relispartition
              and not (n.nspname = 'raw' and c.relname ~ '^event_[0-9]{8}$')
              and a.attnum > 0
              and not a.attisdropped
              and a.attgenerated = ''
            order by 1, a.attnum
            """;
        Map<String, List<String>> columns = new LinkedHashMap<>();
        try (PreparedStatement statement = owner.prepareStatement(sql)) {
            statement.setArray(1, owner.createArrayOf("text", SCHEMAS.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.computeIfAbsent(rows.getString(1), table -> new ArrayList<>())
                            .add(rows.getString(2));
                }
            }
        }
        return columns;
    }

    private static Map<String, Set<String>> references(Connection owner) throws SQLException {
        String sql = """
            select conrelid::regclass::text, confrelid::regclass::text
            from pg_constraint
            where contype = 'f' and conrelid <> confrelid and conparentid = 0
            """;
        Map<String, Set<String>> references = new LinkedHashMap<>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                references
                        .computeIfAbsent(rows.getString(1), table -> new LinkedHashSet<>())
                        .add(rows.getString(2));
            }
        }
        return references;
    }

    /** Counted anew from raw events and gone after two days: no copy is to hold it. */
    static boolean isLive(String table) {
        return table.startsWith("live.");
    }

    /** What a backup consists of at this moment. */
    static List<Part> parts(Connection owner) throws SQLException {
        List<Part> parts = new ArrayList<>();
        for (Map.Entry<String, List<String>> table : inLoadingOrder(owner).entrySet()) {
            if (isLive(table.getKey())) {
                continue;
            }
            if (table.getKey().equals(RAW_EVENTS)) {
                for (LocalDate day : days(owner)) {
                    parts.add(new Part(RAW_EVENTS, table.getValue(), Optional.of(day)));
                }
            } else {
                parts.add(new Part(table.getKey(), table.getValue(), Optional.empty()));
            }
        }
        return parts;
    }

    private static List<LocalDate> days(Connection owner) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("select day from raw.day where not detaching order by day")) {
            while (rows.next()) {
                days.add(rows.getObject(1, LocalDate.class));
            }
        }
        return days;
    }

    /** A table that has rows, if there is one: then somebody has used the database. */
    static Optional<String> inUse(Connection owner) throws SQLException {
        for (String table : inLoadingOrder(owner).keySet()) {
            if (table.equals(JOBS)) {
                continue;
            }
            try (Statement statement = owner.createStatement();
                    ResultSet row = statement.executeQuery("select exists (select from " + table + ")")) {
                if (row.next() && row.getBoolean(1)) {
                    return Optional.of(table);
                }
            }
        }
        return Optional.empty();
    }

    static String quote(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }
}
