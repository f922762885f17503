package dev.lethe.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of {@code journal.dir}: what must survive the loss of the database or its return to an older state. Each file appears
 * whole or not at all, is on the disk when the call returns, and never changes. Thread-safe, also between nodes that share the
 * directory.
 *
 * <p>Names are relative, such as {@code published/example.com/day-2026-11-22}: parts of letters, digits, dots, dashes and
 * underscores, none of them beginning with a dot.
 */
public final class Journal {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private final Path directory;

    private Journal(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory, for its owner only, when it is missing. */
    public static Journal open(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new Journal(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("journal.dir " + directory + " cannot be used", e);
        }
    }

    /**
     * Writes a file, unless one of this name exists: then that one stays as it is.
     *
     * @return whether it was written by this call
     */
    public boolean write(String name, byte[] content) {
        Path target = path(name);
        try {
            makeDirectories(parent(target));
            Path draft = Files.createTempFile(
                    parent(target),
                    ".new-",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(content);
                    while (bytes.hasRemaining()) {
                        file.write(bytes);
                    }
                    file.force(true);
                }
                // A hard link appears whole or not at all, and never replaces what another node wrote.
                Files.createLink(target, draft);
            } catch (FileAlreadyExistsException e) {
                return false;
            } finally {
                Files.deleteIfExists(draft);
            }
            force(parent(target));
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("journal file " + target + " cannot be written", e);
        }
    }

    /** Gives a file another name, which must be free or is replaced. */
    public void rename(String from, String to) {
        try {
            makeDirectories(parent(path(to)));
            Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
            force(parent(path(to)));
            force(parent(path(from)));
        } catch (IOException e) {
            throw new UncheckedIOException("journal file " + path(from) + " cannot be renamed", e);
        }
    }

    /** A file's content; empty when there is none of this name. */
    public Optional<byte[]> read(String name) {
        try {
            return Optional.of(Files.readAllBytes(path(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The full names of all files below a directory of the journal, sorted; none when there is no such directory. */
    public List<String> names(String below) {
        Path root = path(below);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a file for good. Nothing happens when it is gone already. */
    public void delete(String name) {
        try {
            if (Files.deleteIfExists(path(name))) {
                force(parent(path(name)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("journal file " + path(name) + " cannot be deleted", e);
        }
    }

    private Path path(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a journal file");
        }
        return directory.resolve(name);
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), "a journal file lies in a directory");
    }

    private void makeDirectories(Path wanted) throws IOException {
        if (Files.isDirectory(wanted)) {
            return;
        }
        makeDirectories(parent(wanted));
        try {
            Files.createDirectory(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            return;
        }
        force(parent(wanted));
    }

    /** Makes a directory's own entries durable. */
    private static void force(Path directory) throws IOException {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }
}
