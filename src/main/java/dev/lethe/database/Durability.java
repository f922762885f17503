package dev.lethe.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a server keeps what it acknowledged: Lethe answers a beacon only after its commit, and that must mean
 * something. Stateless; asked at each start unless {@code database.durability} is {@code provider-guaranteed}.
 */
public final class Durability {
    /** The oldest version that Lethe's SQL is tried on. */
    static final int OLDEST_MAJOR = 15;

    private Durability() {}

    /**
     * Reads the settings as this log-in sees them: those set for its role or database count.
     *
     * @throws DatabaseProblem naming everything that has to change
     */
    public static void check(Connection connection) throws SQLException {
        List<String> problems = new ArrayList<>();
        int version = Integer.parseInt(setting(connection, "server_version_num"));
        if (version < OLDEST_MAJOR * 10_000) {
            problems.add("it is PostgreSQL " + version / 10_000 + ", and Lethe needs " + OLDEST_MAJOR + " or newer");
        }
        requireOn(connection, "fsync", problems, "after a power cut the database may be lost as a whole");
        requireOn(connection, "full_page_writes", problems, "after a power cut pages may be half written");
        if (setting(connection, "synchronous_commit").equals("off")) {
            problems.add("synchronous_commit is off: acknowledged events may be lost"
                    + " (set it to on; local, remote_write and remote_apply do as well)");
        }
        if (!problems.isEmpty()) {
            throw new DatabaseProblem(
                    "This PostgreSQL does not keep what it acknowledges, so Lethe does not start:\n  - "
                            + String.join("\n  - ", problems)
                            + "\nChange its settings, or, where the provider guarantees durability in"
                            + " another way, set database.durability to provider-guaranteed.");
        }
    }

    private static void requireOn(Connection connection, String name, List<String> problems, String otherwise)
            throws SQLException {
        if (!setting(connection, name).equals("on")) {
            problems.add(name + " is off: " + otherwise + " (set it to on)");
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('" + name + "')")) {
            if (!row.next()) {
                throw new SQLException("no setting " + name);
            }
            return row.getString(1);
        }
    }
}
