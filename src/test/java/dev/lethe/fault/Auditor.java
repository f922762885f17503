package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.Database;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the books of a run: which beacons were sent, which were acknowledged, and then, from the database, which are stored. Every fault
 * is judged by the same audit, and R2 shows that it would notice. Thread-safe.
 */
final class Auditor {
    /** By whom: sent again by anybody else a beacon would be another one. */
    private final Map<String, String> sent = new ConcurrentHashMap<>();

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    /**
     * What an audit found, in beacons.
     *
     * @param lost acknowledged and not stored
     * @param doubled stored more than once
     * @param unknown stored and never sent
     */
    record Findings(int sent, int acknowledged, int stored, int lost, int doubled, int unknown) {
        @Override
        public String toString() {
            return sent + " sent, " + acknowledged + " acknowledged, " + stored + " stored, " + lost + " lost, "
                    + doubled + " doubled";
        }
    }

    void sent(String id, String cookie) {
        sent.put(id, cookie);
    }

    void acknowledged(String id) {
        acknowledged.add(id);
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** Sent, and nobody knows what became of them: a tracker sends these again. */
    Map<String, String> open(int most) {
        Map<String, String> open = new LinkedHashMap<>();
        sent.forEach((id, cookie) -> {
            if (open.size() < most && !acknowledged.contains(id)) {
                open.put(id, cookie);
            }
        });
        return open;
    }

    /** Of a database in which nobody else counts. */
    Findings audit(Connection owner) throws SQLException {
        int rows = 0;
        Set<UUID> stored = new HashSet<>();
        try (Statement statement = owner.createStatement();
                ResultSet found = statement.executeQuery("select beacon_id from raw.event")) {
            while (found.next()) {
                rows++;
                stored.add(found.getObject(1, UUID.class));
            }
        }
        Set<UUID> known = new HashSet<>();
        sent.keySet().forEach(id -> known.add(uuid(id)));
        int lost = (int)
                acknowledged.stream().filter(id -> !stored.contains(uuid(id))).count();
        int unknown = (int) stored.stream().filter(id -> !known.contains(id)).count();
        return new Findings(known.size(), acknowledged.size(), stored.size(), lost, rows - stored.size(), unknown);
    }

    /** Of an embedded database, which is started when it does not run. */
    Findings audit(Path state) throws Exception {
        try (Database database = open(state);
                Connection owner = database.connectAsOwner()) {
            return audit(owner);
        }
    }

    static void assertTrue(Findings findings) {
        assertEquals(0, findings.lost(), () -> "acknowledged and lost: " + findings);
        assertEquals(0, findings.doubled(), () -> "counted twice: " + findings);
        assertEquals(0, findings.unknown(), () -> "never sent: " + findings);
    }

    static Database open(Path state) throws Exception {
        Settings settings = SettingsLoader.load(
                        new Surroundings(Map.of(), state, state, false),
                        Optional.empty(),
                        List.of("--state-dir=" + state))
                .settings();
        return Database.attach(settings, KeyDirectory.open(settings.keysDir(), new SecureRandom()));
    }

    private static UUID uuid(String id) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id));
        return new UUID(bytes.getLong(), bytes.getLong());
    }
}
