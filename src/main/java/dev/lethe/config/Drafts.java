package dev.lethe.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Writes the files of a directory so that each appears whole and durable, or not at all, and never in the place of another. What a
 * killed process left half done lies in {@code .drafts} and is deleted. Thread-safe; several processes may share the directory.
 */
public final class Drafts {
    /** No process takes that long from a draft to its name. */
    private static final Duration OVER = Duration.ofMinutes(1);

    private final Path directory;

    /** @param directory to whose file system the files belong; made by whoever owns it, for its owner only */
    public Drafts(Path directory) {
        this.directory = directory.resolve(".drafts");
    }

    /**
     * Writes a file, unless there is one of this name: then that one stays as it is.
     *
     * @return whether it was written by this call
     */
    public boolean write(Path target, byte[] content) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path draft = Files.createTempFile(
                directory, "", "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            // A hard link appears whole or not at all, and never replaces what another node was quicker to write.
            Files.createLink(target, draft);
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(draft);
        }
        force(Objects.requireNonNull(target.getParent(), "a file lies in a directory"));
        return true;
    }

    /**
     * Deletes what killed processes left: a draft is a second name of its file, and would outlive its destruction.
     *
     * @throws UncheckedIOException when one cannot be deleted
     */
    public void sweep() {
        try {
            Instant old = now().minus(OVER);
            try (Stream<Path> drafts = Files.list(directory)) {
                for (Path draft : (Iterable<Path>) drafts::iterator) {
                    if (Files.getLastModifiedTime(draft).toInstant().isBefore(old)) {
                        Files.deleteIfExists(draft);
                    }
                }
            }
        } catch (NoSuchFileException nothingLeft) {
            // No draft was ever written, or another process has just finished its own.
        } catch (IOException e) {
            throw new UncheckedIOException("drafts in " + directory + " cannot be deleted", e);
        }
    }

    /** By the clock of the file system that dates the drafts, which may be another machine's. */
    private Instant now() throws IOException {
        Path dated = Files.createTempFile(directory, "", "");
        try {
            return Files.getLastModifiedTime(dated).toInstant();
        } finally {
            Files.deleteIfExists(dated);
        }
    }

    /** Makes a directory's own entries durable, so that a file survives the loss of power that follows its first use. */
    public static void force(Path directory) throws IOException {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }
}
