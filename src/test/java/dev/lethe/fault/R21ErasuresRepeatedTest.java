package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R21, the erasures: a database put back to before an erasure loses the visitor again before the first request is served, and a file of
 * the journal lives no longer than its month.
 */
@Timeout(90)
class R21ErasuresRepeatedTest {
    @Test
    void anOlderDatabaseLosesTheErasedVisitorAgain() throws IOException {
        TestClock clock = TestClock.at(Instant.parse("2026-03-30T12:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            Path erasures = lethe.keysDir().resolveSibling("journal").resolve("erasures");
            Visitor leaving = lethe.visitor();
            Visitor correcting = lethe.visitor();
            Visitor staying = lethe.visitor();
            for (Visitor visitor : List.of(leaving, correcting, staying)) {
                visitor.grant();
            }
            leaving.view("/leaving/march");
            String wrong = correcting.pageview("/wrong");
            correcting.beacon(wrong);
            correcting.view("/right");
            staying.view("/staying");
            clock.jumpTo(Instant.parse("2026-04-02T12:00:00Z"));
            leaving.view("/leaving/april");
            String token = leaving.cookies().get("lethe-" + TestLethe.SITE);
            // The dump.
            lethe.database()
                    .execute(
                            "create table public.dump as select * from raw.event",
                            "create table public.dump_tag as select * from rights.tag");

            assertEquals(
                    303,
                    leaving.form("/privacy/erase", "site=" + TestLethe.SITE).statusCode());
            assertEquals(
                    303,
                    correcting
                            .form("/privacy/correct", "site=" + TestLethe.SITE + "&id=" + wrong.substring(7, 29))
                            .statusCode());
            List<String> after = List.of("/right", "/staying");
            assertEquals(after, paths(lethe));
            List<Path> files = files(erasures);
            assertEquals(3, files.size(), "two months of one, one event of the other: " + files);
            for (Path file : files) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }

            // The restore.
            lethe.database()
                    .execute(
                            "truncate raw.event, rights.tag",
                            "insert into raw.event select * from public.dump",
                            "insert into rights.tag select * from public.dump_tag");
            assertEquals(5, lethe.count("select count(*) from raw.event"), "the control: she is back");
            try (TestLethe restored = lethe.another()) {
                assertEquals(after, paths(restored), "gone before anybody could ask");
                leaving.cookies().put("lethe-" + TestLethe.SITE, token);
                assertEquals(
                        "dropped; reason=opted_out",
                        Visitor.outcome(leaving.through(restored).view("/late")).orElse(""));
            }
            // A row that comes late, as from a node that was killed before its second deletion, is found by the next
            // start as well.
            lethe.database().execute("insert into raw.event select * from public.dump where path like '/leaving%'");
            try (TestLethe next = lethe.another()) {
                assertEquals(after, paths(next));
            }

            // With the month's key its files go: March first.
            clock.jumpTo(Instant.parse("2028-04-30T12:00:00Z"));
            try (TestLethe later = lethe.another()) {
                Wait.until(() -> later.count("select count(*) from keys.month where month = '2026-03-01'") == 0);
                assertTrue(files(erasures).stream()
                        .noneMatch(file -> file.toString().contains("2026-03")));
                assertEquals(1, files(erasures).size(), "April's is there: its days live");
            }
        }
    }

    private static List<String> paths(TestLethe lethe) {
        return lethe.rows("select path from raw.event order by path");
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
