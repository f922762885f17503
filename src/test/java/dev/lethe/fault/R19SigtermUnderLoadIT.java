package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.database.Database;
import dev.lethe.database.TestDirectories;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R19: a node that is told to stop under load ends within 10 s with code 0, and everything it acknowledged is in the database. SIGINT
 * goes to the whole process group, as Ctrl-C in a terminal sends it.
 */
class R19SigtermUnderLoadIT {
    @ParameterizedTest
    @CsvSource({"TERM, 10", "INT, 10"})
    void losesNothingItAcknowledged(String signal, int full) throws Exception {
        int rounds = Full.rounds(full);
        Random random = new Random(19);
        System.out.println("seed 19");
        Path state = TestDirectories.fresh("r19").resolve("state");
        Set<UUID> acknowledged = new HashSet<>();
        long slowest = 0;
        for (int round = 0; round < rounds; round++) {
            try (ServeProcess node = ServeProcess.start(state);
                    OpenLoopLoad load = OpenLoopLoad.start(node.publicUrl(), random.nextLong())) {
                load.awaitAcknowledged(200 + random.nextInt(300));
                long began = System.nanoTime();
                node.signalGroup(signal);
                int code = node.awaitEnd(30);
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                slowest = Math.max(slowest, took);
                load.stop();
                acknowledged.addAll(load.acknowledged().stream()
                        .map(R19SigtermUnderLoadIT::uuid)
                        .toList());
                assertEquals(0, code, node::output);
                assertTrue(took <= 10_000, "ended after " + took + " ms");
                assertFalse(node.output().contains("Not stopped in order"), node::output);
                assertFalse(Files.exists(state.resolve("database/postmaster.pid")), "PostgreSQL is stopped as well");
            }
            Set<UUID> lost = new HashSet<>(acknowledged);
            lost.removeAll(stored(state));
            assertEquals(Set.of(), lost);
        }
        assertEquals(stored(state).size(), rows(state), "each beacon once");
        Full.report(
                "R19 SIG" + signal,
                rounds,
                full,
                acknowledged.size() + " acknowledged, 0 lost; slowest end " + slowest + " ms");
    }

    private static UUID uuid(String id) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id));
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static Set<UUID> stored(Path state) throws Exception {
        Set<UUID> stored = new HashSet<>();
        try (Database database = open(state);
                Connection owner = database.connectAsOwner();
                ResultSet rows = owner.createStatement().executeQuery("select beacon_id from raw.event")) {
            while (rows.next()) {
                stored.add(rows.getObject(1, UUID.class));
            }
        }
        return stored;
    }

    private static int rows(Path state) throws Exception {
        try (Database database = open(state);
                Connection owner = database.connectAsOwner();
                ResultSet rows = owner.createStatement().executeQuery("select count(*) from raw.event")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Database open(Path state) throws Exception {
        Settings settings = SettingsLoader.load(
                        new Surroundings(Map.of(), state, state, false),
                        Optional.empty(),
                        List.of("--state-dir=" + state))
                .settings();
        return Database.attach(settings, KeyDirectory.open(settings.keysDir(), new SecureRandom()));
    }
}
