package dev.lethe.database;

import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of the embedded PostgreSQL in {@code <state>/database.port}: chosen once, because dashboards know it. Used while {@link
 * DatabaseLock} is held.
 */
final class KeptPort {
    private static final Logger LOG = LoggerFactory.getLogger(KeptPort.class);

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
        return keep(FreePorts.choose());
    }

    /**
     * A collector that does not start loses visits for good, a dashboard with an old port loses nothing: so Lethe
     * moves, and says loudly what else has to.
     */
    int insteadOf(int taken) throws IOException {
        int other = keep(FreePorts.choose());
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
}
