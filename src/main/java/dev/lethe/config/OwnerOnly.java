package dev.lethe.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** That a file or directory with a secret is its owner's alone. Stateless. */
public final class OwnerOnly {
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private OwnerOnly() {}

    /**
     * Refuses what others may read or change.
     *
     * @param holds what stands in it, as a sentence: {@code "It holds keys"}
     * @throws IllegalStateException which says what to do
     */
    public static void require(Path path, String holds) throws IOException {
        if (Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains)) {
            throw new IllegalStateException("Others may read or change " + path + ". " + holds + ": run `chmod go-rwx "
                    + path + "`, and think about who may have read it.");
        }
    }
}
