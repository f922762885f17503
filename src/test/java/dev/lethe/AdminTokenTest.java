package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void isMadeOnceAndReadByItsOwnerOnly(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("admin.token");
        String token = AdminToken.readOrMake(file, random).reveal();
        assertEquals(32, token.length());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(token, AdminToken.readOrMake(file, random).reveal());
    }

    @Test
    void isAnotherOneInEachInstallationAndAfterItsFileIsDeleted(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("admin.token");
        String token = AdminToken.readOrMake(file, random).reveal();
        assertNotEquals(
                token, AdminToken.readOrMake(directory.resolve("other"), random).reveal());
        Files.delete(file);
        assertNotEquals(token, AdminToken.readOrMake(file, random).reveal());
    }

    @Test
    void refusesAShortOne(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("admin.token"), "changeit\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertTrue(assertThrows(IllegalStateException.class, () -> AdminToken.readOrMake(file, random))
                .getMessage()
                .contains("16 characters"));
    }

    @Test
    void refusesOneThatOthersMayRead(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("admin.token");
        AdminToken.readOrMake(file, random);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(assertThrows(IllegalStateException.class, () -> AdminToken.readOrMake(file, random))
                .getMessage()
                .contains("chmod go-rwx"));
    }
}
