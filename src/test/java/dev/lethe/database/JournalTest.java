package dev.lethe.database;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    @Test
    void keepsTheFirstFileOfAName() {
        Journal journal = Journal.open(directory.resolve("journal"));
        assertTrue(journal.write("published/example.com/day-2026-11-22", "first".getBytes(UTF_8)));
        assertFalse(journal.write("published/example.com/day-2026-11-22", "second".getBytes(UTF_8)));
        assertArrayEquals(
                "first".getBytes(UTF_8),
                journal.read("published/example.com/day-2026-11-22").orElseThrow());
        assertEquals(List.of("published/example.com/day-2026-11-22"), journal.names("published"));
        assertEquals(List.of(), journal.names("erasures"));
    }

    @Test
    void forgetsWhatIsDeletedAndMovesWhatIsRenamed() {
        Journal journal = Journal.open(directory);
        journal.write("a/one", new byte[] {1});
        journal.rename("a/one", "b/two");
        assertEquals(List.of(), journal.names("a"));
        assertArrayEquals(new byte[] {1}, journal.read("b/two").orElseThrow());
        journal.delete("b/two");
        journal.delete("b/two");
        assertTrue(journal.read("b/two").isEmpty());
    }

    @Test
    void isReadableByItsOwnerOnlyAndLeavesNoDrafts() throws IOException {
        Journal journal = Journal.open(directory.resolve("journal"));
        journal.write("a/one", new byte[] {1});
        journal.write("a/one", new byte[] {2});
        Path file = directory.resolve("journal/a/one");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void refusesNamesThatLeaveTheDirectory() {
        Journal journal = Journal.open(directory);
        for (String name : List.of("../out", "/etc/passwd", "a/../../b", "", ".hidden", "a//b", "a\nb")) {
            assertThrows(IllegalArgumentException.class, () -> journal.write(name, new byte[0]), name);
        }
    }
}
