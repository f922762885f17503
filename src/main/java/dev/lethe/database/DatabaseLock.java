package dev.lethe.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who uses the embedded database of a state directory, among all processes and within this one. Every user holds the
 * first byte of {@code database.lock} shared; the second byte is held exclusively while somebody starts or stops the
 * server, so that nobody starts what another is about to stop. Thread-safe; the locks end with the process, however it
 * ends.
 *
 * <p>The operating system drops all of a process's locks on a file when the process closes <em>any</em> descriptor of
 * it: so there is one channel per file in this JVM, counted.
 */
final class DatabaseLock {
    private static final long USERS = 0;
    private static final long CHANGE = 1;

    private static final ReentrantLock GUARD = new ReentrantLock();
    private static final Map<Path, DatabaseLock> HELD = new HashMap<>();

    private final FileChannel channel;
    private @Nullable FileLock using;
    private int users;

    private DatabaseLock(FileChannel channel) {
        this.channel = channel;
    }

    /** What is done while nobody else may start or stop the server. */
    @FunctionalInterface
    interface Change {
        void run() throws IOException;
    }

    /** How the server is started or adopted, again while nobody else may. {@code alone}: no other process uses it. */
    @FunctionalInterface
    interface Start {
        void run(boolean alone) throws IOException;
    }

    /** Becomes a user, and starts or adopts the server. When that fails, leaves again. */
    static void join(Path stateDir, Start start, Change stop) throws IOException {
        GUARD.lock();
        try {
            DatabaseLock lock = HELD.get(stateDir);
            if (lock == null) {
                lock = new DatabaseLock(FileChannel.open(
                        stateDir.resolve("database.lock"),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
                HELD.put(stateDir, lock);
            }
            boolean started = false;
            lock.users++;
            try (FileLock changing = lock.channel.lock(CHANGE, 1, false)) {
                boolean alone = lock.use();
                start.run(alone);
                started = changing.isValid();
            } finally {
                if (!started) {
                    leave(stateDir, stop);
                }
            }
        } finally {
            GUARD.unlock();
        }
    }

    /** Holds the users' byte shared from now on, and says whether this process is the only one that does. */
    private boolean use() throws IOException {
        if (using != null) {
            using.release();
        }
        try (FileLock exclusive = channel.tryLock(USERS, 1, false)) {
            return exclusive != null;
        } finally {
            using = channel.lock(USERS, 1, true);
        }
    }

    /** Does something while nobody else may start or stop the server, unless this process is no user of it any more. */
    static void change(Path stateDir, Change change) throws IOException {
        GUARD.lock();
        try {
            DatabaseLock lock = HELD.get(stateDir);
            if (lock == null) {
                return;
            }
            try (FileLock changing = lock.channel.lock(CHANGE, 1, false)) {
                if (changing.isValid()) {
                    change.run();
                }
            }
        } finally {
            GUARD.unlock();
        }
    }

    /** Stops being a user; the last one of all processes stops the server. */
    static void leave(Path stateDir, Change stop) throws IOException {
        GUARD.lock();
        try {
            DatabaseLock lock = HELD.get(stateDir);
            if (lock == null || --lock.users > 0) {
                return;
            }
            HELD.remove(stateDir);
            try (FileChannel channel = lock.channel;
                    FileLock changing = channel.lock(CHANGE, 1, false)) {
                if (lock.using != null) {
                    lock.using.release();
                }
                try (FileLock alone = channel.tryLock(USERS, 1, false)) {
                    if (alone != null && changing.isValid()) {
                        stop.run();
                    }
                }
            }
        } finally {
            GUARD.unlock();
        }
    }
}
