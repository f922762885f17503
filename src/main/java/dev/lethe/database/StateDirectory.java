package dev.lethe.database;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds everything Lethe keeps: made private before anything is put there, and refused where
 * somebody else could exchange it. Stateless; safe from any thread.
 */
public final class StateDirectory {
    private static final int WORLD_WRITABLE = 0002;
    private static final int STICKY = 01000;
    private static final int ROOT = 0;

    private StateDirectory() {}

    /**
     * Creates the directory with mode 0700, or takes the permissions of group and others away from an existing one.
     *
     * @return its real path, without symbolic links
     * @throws DatabaseProblem when it cannot be written, belongs to another user, or lies where others may rename it
     */
    public static Path prepare(Path stateDir) {
        Path wanted = stateDir.toAbsolutePath().normalize();
        try {
            refuseExchangeable(wanted);
            if (!Files.isDirectory(wanted)) {
                createPrivate(wanted);
            }
            Path directory = wanted.toRealPath();
            int owner = ownerOf(directory);
            int me = currentUser();
            if (owner != me && me != ROOT) {
                throw new DatabaseProblem("The state directory " + directory + " belongs to another user (number "
                        + owner + "). Run Lethe as that user, or choose another place with --state-dir.");
            }
            if (!Files.isWritable(directory)) {
                throw new DatabaseProblem("The state directory " + directory
                        + " cannot be written. Make it writable, or choose another place with --state-dir.");
            }
            takeFromOthers(directory);
            return directory;
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The state directory " + wanted + " cannot be made (" + reason(e)
                            + "). Make it yourself and give it to the user that runs Lethe, or choose another place"
                            + " with --state-dir.",
                    e);
        }
    }

    /** Makes a directory, and its missing parents, with mode 0700 from the first instant. */
    static void createPrivate(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    static int currentUser() {
        return (int) new UnixSystem().getUid();
    }

    static int ownerOf(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * In a directory that everybody may write, its owner, or without the sticky bit anybody, could put a directory of
     * their own in our place between two starts.
     */
    private static void refuseExchangeable(Path wanted) throws IOException {
        int me = currentUser();
        for (Path parent = wanted.getParent(); parent != null; parent = parent.getParent()) {
            if (!Files.isDirectory(parent)) {
                continue;
            }
            int mode = (int) Files.getAttribute(parent, "unix:mode");
            int owner = (int) Files.getAttribute(parent, "unix:uid");
            boolean guarded = owner == ROOT && (mode & STICKY) != 0;
            if ((mode & WORLD_WRITABLE) != 0 && owner != me && !guarded) {
                throw new DatabaseProblem("The state directory " + wanted + " lies in " + parent
                        + ", which everybody may write and which belongs to another user (number " + owner
                        + "): they could exchange it. Choose another place with --state-dir.");
            }
        }
    }

    /** Group "search" stays: it is how a PostgreSQL under another user enters root's directory ({@link RunAs}). */
    private static void takeFromOthers(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        boolean tightened = permissions.removeIf(permission -> switch (permission) {
            case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE, GROUP_EXECUTE -> false;
            case GROUP_READ, GROUP_WRITE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE -> true;
        });
        if (tightened) {
            permissions.remove(PosixFilePermission.GROUP_EXECUTE);
            Files.setPosixFilePermissions(directory, permissions);
        }
    }

    static String reason(Exception e) {
        @Nullable String message = e.getMessage();
        return e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
