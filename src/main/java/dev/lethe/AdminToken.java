package dev.lethe;

import dev.lethe.config.OwnerOnly;
import dev.lethe.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** The operator's token: a file of the state directory that only its owner reads. */
final class AdminToken {
    private static final int BYTES = 24;
    private static final int SHORTEST = 16;

    private AdminToken() {}

    /**
     * Reads the token, making a random one when the file is missing.
     *
     * @throws IllegalStateException when the file holds fewer than 16 characters, or others may read it
     */
    static Secret readOrMake(Path file, SecureRandom random) {
        try {
            String token = Files.readString(file).strip();
            OwnerOnly.require(file, "It signs operators in");
            if (token.length() < SHORTEST) {
                throw new IllegalStateException(file + " holds no admin token: it needs at least " + SHORTEST
                        + " characters. Delete it to have one made.");
            }
            return new Secret(token);
        } catch (NoSuchFileException e) {
            return make(file, random);
        } catch (IOException e) {
            throw new UncheckedIOException("the admin token " + file + " cannot be read", e);
        }
    }

    private static Secret make(Path file, SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, token + "\n");
            return new Secret(token);
        } catch (IOException e) {
            throw new UncheckedIOException("the admin token " + file + " cannot be made", e);
        }
    }
}
