package dev.lethe.database;

import dev.lethe.config.Drafts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

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
    private final Drafts drafts;

    private Journal(Path directory) {
        this.directory = directory;
        this.drafts = new Drafts(directory);
    }

    /** Makes the directory, for its owner only, when it is missing. */
    public static Journal open(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Journal journal = new Journal(directory);
            journal.drafts.sweep();
            return journal;
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
            return drafts.write(target, content);
        } catch (IOException e) {
            throw new UncheckedIOException("journal file " + target + " cannot be written", e);
        }
    }

    /** Gives a file another name, which must be free or is replaced. */
    public void rename(String from, String to) {
        try {
            makeDirectories(parent(path(to)));
            Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
            Drafts.force(parent(path(to)));
            Drafts.force(parent(path(from)));
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
        List<String> names = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        names.add(directory.relativize(file).toString().replace('\\', '/'));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    // Another node deletes what has ended, perhaps just now.
                    return failure instanceof NoSuchFileException
                            ? FileVisitResult.CONTINUE
                            : super.visitFileFailed(file, failure);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        names.sort(Comparator.naturalOrder());
        return List.copyOf(names);
    }

    /** Deletes a file for good. Nothing happens when it is gone already. */
    public void delete(String name) {
        try {
            drafts.sweep();
            if (Files.deleteIfExists(path(name))) {
                Drafts.force(parent(path(name)));
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
        Drafts.force(parent(wanted));
    }
}
