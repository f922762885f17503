package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** S23: the copy is structured, in common formats, and both formats hold the same. */
@Timeout(60)
class S23PortabilityTest {
    @Test
    void jsonAndCsvHoldTheSame() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/a", "/b?utm_source=-news&utm_medium=mail", "/c");
            reader.beacon("{\"id\":\"%s\",\"type\":\"vital\",\"url\":\"%s/a\",\"metric\":\"CLS\",\"value\":0.25}"
                    .formatted(TestLethe.id(new java.util.Random(2)), TestLethe.ORIGIN));
            List<JsonObject> json = OwnData.events(OwnData.copy(reader));
            HttpResponse<String> csv = reader.send("GET", "/privacy/data?" + OwnData.SITE + "&format=csv", null, null);
            assertEquals(
                    "text/csv; charset=utf-8",
                    csv.headers().firstValue("content-type").orElse(""));
            assertEquals(
                    "attachment; filename=\"lethe-example.test.csv\"",
                    csv.headers().firstValue("content-disposition").orElse(""));
            List<String> lines = csv.body().lines().toList();
            List<String> fields = List.of(lines.getFirst().split(","));
            assertEquals(json.size(), lines.size() - 1);
            for (int i = 0; i < json.size(); i++) {
                String[] cells = lines.get(i + 1).split(",", -1);
                assertEquals(fields.size(), cells.length);
                for (int j = 0; j < cells.length; j++) {
                    Object value = json.get(i).getValue(fields.get(j));
                    String text = value == null ? "" : value.toString();
                    // What a spreadsheet would take for a formula is marked as text.
                    assertEquals(text.startsWith("-") ? "'" + text : text, cells[j], fields.get(j));
                }
            }
            assertTrue(csv.body().contains("'-news"), "the control of the mark");
            assertEquals(
                    400,
                    reader.send("GET", "/privacy/data?" + OwnData.SITE + "&format=xml", null, null)
                            .statusCode());
        }
    }

    /** Without the cookie, by visitor code: on the page, and by a letter to the operator. */
    @Test
    void theCodeGetsTheSameCopyOnThePageAndByLetter(@TempDir Path directory) throws IOException {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/a", "/b");
            String csv = reader.send("GET", "/privacy/data?" + OwnData.SITE + "&format=csv", null, null)
                    .body();
            String code = OwnData.exercise(reader, "/privacy/code", "").getString("code");
            HttpResponse<String> byCode =
                    lethe.visitor().form("/privacy/data", OwnData.SITE + "&format=csv&code=" + code);
            assertEquals(200, byCode.statusCode());
            assertEquals(csv, byCode.body());

            Path output = directory.resolve("copy.csv");
            CommandRun opened =
                    CommandRun.of(lethe, "rights", "open", "--site", TestLethe.SITE, "--kind", "portability", "--json");
            CommandRun completed = CommandRun.of(
                    lethe,
                    "rights",
                    "complete",
                    new JsonObject(opened.out()).getString("request"),
                    "--code",
                    code,
                    "--format",
                    "csv",
                    "--output",
                    output.toString());
            assertEquals(0, completed.exitCode(), completed::err);
            assertEquals(csv, Files.readString(output));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(output)));
        }
    }
}
