package dev.lethe.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of {@code keys.dir}: 32 random bytes each, made once, readable by their owner only. What lies here is never in the
 * database, so that a copy of the one is useless without the other. Thread-safe, also between nodes that share the directory.
 */
public final class KeyDirectory {
    /** Length of every key, in bytes. */
    public static final int KEY_BYTES = 32;

    private static final String HOLDS = "It holds keys";

    private final Path directory;
    private final SecureRandom random;
    private final Drafts drafts;

    private KeyDirectory(Path directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
        this.drafts = new Drafts(directory);
    }

    /**
     * Makes the directory when it is missing.
     *
     * @throws IllegalStateException when it, or a key in it, may be read by others
     */
    public static KeyDirectory open(Path directory, SecureRandom random) {
        try {
            if (!Files.exists(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            KeyDirectory keys = new KeyDirectory(directory, random);
            OwnerOnly.require(directory, HOLDS);
            keys.drafts.sweep();
            for (String name : keys.names()) {
                OwnerOnly.require(directory.resolve(name), HOLDS);
            }
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException("keys.dir " + directory + " cannot be used", e);
        }
    }

    /** Reads a key, or nothing when it was never made or is destroyed. */
    public Optional<byte[]> find(String name) {
        try {
            byte[] key = Files.readAllBytes(directory.resolve(name));
            if (key.length != KEY_BYTES) {
                throw new IllegalStateException(
                        directory.resolve(name) + " is not a key: it has " + key.length + " bytes, not " + KEY_BYTES);
            }
            return Optional.of(key);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a key, making it first when it is missing. Two nodes that make the same key at once both get the one that stays. */
    public byte[] findOrMake(String name) {
        return find(name).orElseGet(() -> make(name));
    }

    private byte[] make(String name) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        Path target = directory.resolve(name);
        try {
            return drafts.write(target, key) ? key : find(name).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("key " + target + " cannot be made", e);
        }
    }

    /** Destroys a key for good. Nothing happens when it is gone already. */
    public void destroy(String name) {
        try {
            drafts.sweep();
            if (Files.deleteIfExists(directory.resolve(name))) {
                Drafts.force(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("key " + directory.resolve(name) + " cannot be destroyed", e);
        }
    }

    /** The names of all keys, sorted. */
    public List<String> names() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return directory;
    }

    @Override
    public String toString() {
        return "keys in " + directory;
    }
}
