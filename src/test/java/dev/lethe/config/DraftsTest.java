package dev.lethe.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void forItsOwnerOnly() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void theFirstToWriteANameKeepsIt() throws IOException {
        Drafts drafts = new Drafts(directory);
        Path target = directory.resolve("name");
        assertTrue(drafts.write(target, new byte[] {1}));
        assertFalse(drafts.write(target, new byte[] {2}));
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertEquals(List.of(), left());
    }

    /** Killed between the key's name and the end of its draft: the draft is a second name of the same bytes. */
    @Test
    void noSecondNameOfAKeyOutlivesItsDestruction() throws IOException {
        KeyDirectory keys = KeyDirectory.open(directory, new SecureRandom());
        keys.findOrMake("month-2026-11.kek");
        Path draft = directory.resolve(".drafts/1234");
        Files.createLink(draft, directory.resolve("month-2026-11.kek"));
        age(draft);
        keys.destroy("month-2026-11.kek");
        assertEquals(List.of(), left());
    }

    @Test
    void aStartSweepsWhatAKilledProcessLeft() throws IOException {
        KeyDirectory.open(directory, new SecureRandom()).findOrMake("roles.key");
        Path draft = Files.createFile(directory.resolve(".drafts/1234"));
        KeyDirectory.open(directory, new SecureRandom());
        assertEquals(List.of(draft), left(), "another process may be at it right now");
        age(draft);
        KeyDirectory.open(directory, new SecureRandom());
        assertEquals(List.of(), left());
    }

    private static void age(Path draft) throws IOException {
        Files.setLastModifiedTime(draft, FileTime.from(Instant.now().minusSeconds(61)));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> drafts = Files.list(directory.resolve(".drafts"))) {
            return drafts.toList();
        }
    }
}
