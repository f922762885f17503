package dev.lethe.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The server that a data directory's {@code postmaster.pid} speaks of, dead or alive. Immutable; as old as the reading
 * of the file.
 */
record Postmaster(long pid, int port) {
    /** Above the largest number Linux and macOS give to a process. */
    private static final String NOBODY = "2147483646";

    /** The file's lines: number of the process, directory, start, port, … */
    static Optional<Postmaster> find(Path dataDir) throws IOException {
        try {
            List<String> lines = Files.readAllLines(file(dataDir));
            if (lines.size() < 4) {
                return Optional.empty();
            }
            return Optional.of(new Postmaster(
                    Long.parseLong(lines.get(0).strip()),
                    Integer.parseInt(lines.get(3).strip())));
        } catch (NoSuchFileException | NumberFormatException noneOrHalfWritten) {
            return Optional.empty();
        }
    }

    /** Whether any process carries the number: after a reboot that may be a stranger, or Lethe itself. */
    boolean numberIsTaken() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * Whether the process is PostgreSQL's, in this directory: a postmaster's working directory is its data directory.
     */
    boolean isAlive(Path dataDir) {
        if (!numberIsTaken()) {
            return false;
        }
        try {
            return Path.of("/proc", Long.toString(pid), "cwd").toRealPath().equals(dataDir);
        } catch (IOException notLinuxOrNotOurs) {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().command())
                    .map(command -> Path.of(command).endsWith("postgres"))
                    .orElse(false);
        }
    }

    /** Whether the number was taken out by {@link #disown}. */
    boolean isNobody() {
        return pid == Long.parseLong(NOBODY);
    }

    /**
     * PostgreSQL's processes in a directory whose postmaster is dead. Empty where processes do not show their directory, as on macOS:
     * there they are waited for.
     */
    static List<ProcessHandle> orphans(Path dataDir) {
        return ProcessHandle.allProcesses()
                .filter(process -> worksIn(process, dataDir))
                .filter(process -> process.info()
                        .command()
                        .map(command -> Path.of(command).endsWith("postgres"))
                        .orElse(false))
                .toList();
    }

    private static boolean worksIn(ProcessHandle process, Path dataDir) {
        try {
            return Path.of("/proc", Long.toString(process.pid()), "cwd")
                    .toRealPath()
                    .equals(dataDir);
        } catch (IOException notLinuxOrNotOursOrGone) {
            return false;
        }
    }

    /**
     * PostgreSQL refuses to start while the number in its file belongs to any live process of the same user. The file
     * is not removed, but given a number that nobody has: its other lines let PostgreSQL find orphaned backends of a
     * dead postmaster.
     */
    void disown(Path dataDir, RunAs runAs) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file(dataDir)));
        lines.set(0, NOBODY);
        Path changed = dataDir.resolve("postmaster.pid.lethe");
        Files.write(changed, lines);
        runAs.give(changed);
        Files.move(changed, file(dataDir), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path file(Path dataDir) {
        return dataDir.resolve("postmaster.pid");
    }
}
