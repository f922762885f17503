package dev.lethe.database;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * That one Lethe serves from a state directory: {@code serve.lock}, held exclusively until {@link #close} or the end of
 * the process, however it ends. Thread-safe.
 *
 * <p>What the node says about itself stands in {@code serve.properties}, not in the locked file: closing any descriptor
 * of a locked file would drop the lock.
 */
public final class ServeLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path stateDir;
    private final FileChannel channel;

    private ServeLock(Path stateDir, FileChannel channel) {
        this.stateDir = stateDir;
        this.channel = channel;
    }

    /** A Lethe that serves. The URLs are empty until its listeners are bound. */
    public record RunningNode(long pid, Optional<URI> publicUrl, Optional<URI> adminUrl) {}

    /**
     * Takes the lock, or says who has it.
     *
     * @throws DatabaseProblem when another Lethe serves from this directory, or the directory is refused
     */
    public static ServeLock acquire(Path stateDir) {
        Path directory = StateDirectory.prepare(stateDir);
        if (!HELD_HERE.add(directory)) {
            throw alreadyRunning(directory);
        }
        boolean taken = false;
        try {
            FileChannel channel = open(directory);
            try {
                taken = tryLock(channel).isPresent();
                if (!taken) {
                    throw alreadyRunning(directory);
                }
                ServeLock lock = new ServeLock(directory, channel);
                lock.write(new RunningNode(ProcessHandle.current().pid(), Optional.empty(), Optional.empty()));
                return lock;
            } finally {
                if (!taken) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The lock " + directory.resolve("serve.lock") + " cannot be used (" + StateDirectory.reason(e)
                            + ").",
                    e);
        } finally {
            if (!taken) {
                HELD_HERE.remove(directory);
            }
        }
    }

    /** The Lethe that serves from this directory now, in whichever process. */
    public static Optional<RunningNode> find(Path stateDir) {
        try {
            Path directory = stateDir.toRealPath();
            if (HELD_HERE.contains(directory)) {
                return Optional.of(read(directory));
            }
            if (!Files.exists(directory.resolve("serve.lock"))) {
                return Optional.empty();
            }
            try (FileChannel channel = open(directory)) {
                return tryLock(channel).isPresent() ? Optional.empty() : Optional.of(read(directory));
            }
        } catch (NoSuchFileException noStateYet) {
            return Optional.empty();
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The lock in " + stateDir + " cannot be read (" + StateDirectory.reason(e)
                            + "). Run this command as the user that runs Lethe.",
                    e);
        }
    }

    /** Lets commands and messages name where this node is reached. Called when the listeners are bound. */
    public void announce(URI publicUrl, URI adminUrl) {
        try {
            write(new RunningNode(ProcessHandle.current().pid(), Optional.of(publicUrl), Optional.of(adminUrl)));
        } catch (IOException e) {
            throw new DatabaseProblem("The state directory " + stateDir + " cannot be written.", e);
        }
    }

    /** May be called more than once. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DatabaseProblem("The lock in " + stateDir + " cannot be released.", e);
        } finally {
            HELD_HERE.remove(stateDir);
        }
    }

    private static DatabaseProblem alreadyRunning(Path directory) {
        RunningNode node = read(directory);
        String where = node.publicUrl().map(url -> ", " + url).orElse("");
        return new DatabaseProblem("Lethe is already running with this state directory (process " + node.pid() + where
                + "). Stop it first, or give this one its own with --state-dir and other ports.");
    }

    private static FileChannel open(Path directory) throws IOException {
        return FileChannel.open(
                directory.resolve("serve.lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException heldByThisProcess) {
            return Optional.empty();
        }
    }

    private void write(RunningNode node) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(node.pid()));
        node.publicUrl().ifPresent(url -> properties.setProperty("public", url.toString()));
        node.adminUrl().ifPresent(url -> properties.setProperty("admin", url.toString()));
        Path written = Files.createTempFile(stateDir, "serve-", ".properties");
        try (var writer = Files.newBufferedWriter(written)) {
            properties.store(writer, null);
        }
        Files.move(written, stateDir.resolve("serve.properties"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A node in its first instant has not written yet, and is told with process number 0. */
    private static RunningNode read(Path directory) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(directory.resolve("serve.properties"))) {
            properties.load(reader);
        } catch (IOException notYet) {
            return new RunningNode(0, Optional.empty(), Optional.empty());
        }
        return new RunningNode(
                Long.parseLong(properties.getProperty("pid", "0")),
                Optional.ofNullable(properties.getProperty("public")).map(URI::create),
                Optional.ofNullable(properties.getProperty("admin")).map(URI::create));
    }
}
