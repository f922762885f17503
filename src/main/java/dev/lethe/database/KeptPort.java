package dev.lethe.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of the embedded PostgreSQL in {@code <state>/database.port}: chosen once, because dashboards know it. Used while {@link
 * DatabaseLock} is held.
 */
final class KeptPort {
    private static final Logger LOG = LoggerFactory.getLogger(KeptPort.class);

    /** Below Linux' and macOS' ranges for outgoing connections, so that no passing connection sits on the kept port. */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 30_000;

    private final Path stateDir;
    private final Path file;

    KeptPort(Path stateDir) {
        this.stateDir = stateDir;
        this.file = stateDir.resolve("database.port");
    }

    /** Chosen and kept if there is none. */
    int find() throws IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            try {
                int kept = Integer.parseInt(text);
                if (kept > 0 && kept < 65_536) {
                    return kept;
                }
            } catch (NumberFormatException notANumber) {
                // Said below.
            }
            throw new DatabaseProblem(
                    "The file " + file + " does not hold a port number. Put the number there that other"
                            + " programs know, or delete the file and Lethe chooses one.");
        }
        return keep(free());
    }

    /**
     * A collector that does not start loses visits for good, a dashboard with an old port loses nothing: so Lethe
     * moves, and says loudly what else has to.
     */
    int insteadOf(int taken) throws IOException {
        int other = keep(free());
        LOG.warn(
                "The database's port {} is taken by another program. It is now {} (kept in {}): change it wherever you"
                        + " connect from, such as Grafana's data source (`lethe db url` prints it)",
                taken,
                other,
                file);
        return other;
    }

    private int keep(int chosen) throws IOException {
        Path written = Files.createTempFile(stateDir, "database-", ".port");
        Files.writeString(written, chosen + "\n");
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        return chosen;
    }

    private static int free() {
        RandomGenerator random = RandomGenerator.getDefault();
        for (int tries = 0; tries < 1_000; tries++) {
            int candidate = random.nextInt(LOWEST, HIGHEST);
            if (isFree(candidate)) {
                return candidate;
            }
        }
        throw new DatabaseProblem("No free port between " + LOWEST + " and " + HIGHEST
                + " on 127.0.0.1 for the embedded PostgreSQL. Use a PostgreSQL of your own with database.url.");
    }

    static boolean isFree(int candidate) {
        try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
