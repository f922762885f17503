package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.consent.TestCodes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** S27, and the whole way of a letter: taken in, suspended, resumed, carried out by its code, with restarts in between. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S27AnsweredWithin30DaysTest {
    private static final Instant START = Instant.parse("2026-04-10T09:00:00Z");

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.at(START));
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private JsonObject rights(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "rights";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--json";
        CommandRun run = CommandRun.of(lethe, all);
        assertEquals(0, run.exitCode(), run::err);
        return new JsonObject(run.out());
    }

    private String open(String kind) {
        return rights("open", "--site", TestLethe.SITE, "--kind", kind, "--language", "en")
                .getString("request");
    }

    /** Every command is a process of its own that starts and ends: nothing is kept but what lies in the database. */
    @Test
    void theClockStandsStillWhileTheRequestIsIncomplete() {
        lethe.clock().jumpTo(START);
        JsonObject opened = rights("open", "--site", TestLethe.SITE, "--kind", "access", "--received", "2026-04-08");
        String request = opened.getString("request");
        assertEquals("2026-05-08", opened.getString("due"), "30 days after receipt, not after opening");
        assertTrue(opened.getString("letter").contains("8 mai 2026"), "the letter names the day");

        lethe.clock().jumpTo(START.plus(Duration.ofDays(5)));
        JsonObject suspended = rights("suspend", request);
        assertEquals("suspended", suspended.getString("status"));
        assertEquals(null, suspended.getString("due"));
        assertTrue(suspended.getString("letter").contains("suspendu"), "she is told that the clock stands still");

        lethe.clock().jumpTo(START.plus(Duration.ofDays(60)));
        assertEquals("suspended", listed(request).getString("urgency"), "nobody is late meanwhile");
        JsonObject resumed = rights("resume", request, "--received", "2026-06-05");
        assertEquals("2026-06-28", resumed.getString("due"), "51 days later than before");
        assertEquals("in_time", resumed.getString("urgency"));
        assertTrue(resumed.getString("letter").contains("28 juin 2026"));

        lethe.clock().jumpTo(Instant.parse("2026-06-29T00:00:00Z"));
        assertEquals("overdue", listed(request).getString("urgency"));
        String table = CommandRun.of(lethe, "rights", "list").out();
        assertTrue(table.contains("OVERDUE"), table);
        rights("complete", request, "--done", "not_identifiable");
    }

    private JsonObject listed(String request) {
        CommandRun run = CommandRun.of(lethe, "rights", "list", "--json");
        return new JsonArray(run.out())
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(row -> row.getString("request").equals(request))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void metricsAndLogRemindWithoutPersonalData() throws Exception {
        lethe.clock().jumpTo(START);
        String request =
                rights("open", "--site", TestLethe.SITE, "--kind", "erasure").getString("request");
        lethe.clock().jumpTo(Instant.parse("2026-05-04T09:00:00Z"));
        try (CapturedLogs logs = new CapturedLogs();
                TestLethe second = lethe.another()) {
            String metrics = second.sendAdmin("GET", "/metrics", null).body();
            assertTrue(metrics.contains("lethe_rights_requests_due_soon 1"), metrics);
            assertTrue(metrics.contains("lethe_rights_requests_overdue 0"), metrics);
            assertTrue(logs.text().contains("has to be answered by 2026-05-10"), logs.text());
            assertFalse(logs.text().contains(request), "not even the request's number");
        }
        try (CapturedLogs logs = new CapturedLogs();
                TestLethe third = lethe.another()) {
            assertFalse(logs.text().contains("has to be answered"), "reminded once, on whatever node");
            assertTrue(third.sendAdmin("GET", "/metrics", null).body().contains("lethe_rights_requests_open 1"));
        }
        lethe.clock().jumpTo(Instant.parse("2026-05-11T09:00:00Z"));
        try (CapturedLogs logs = new CapturedLogs();
                TestLethe fourth = lethe.another()) {
            assertTrue(logs.text().contains("has to be answered by 2026-05-10"), "overdue is said once more");
            assertTrue(fourth.sendAdmin("GET", "/metrics", null).body().contains("lethe_rights_requests_overdue 1"));
        }
        rights("complete", request, "--done", "taken_back");
    }

    @Test
    void aCodeIsEnoughForACopy(@TempDir Path directory) throws IOException {
        lethe.clock().jumpTo(START);
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/mine");
        Visitor stranger = lethe.visitor();
        stranger.grant();
        stranger.view("/anothers");
        Path code = Files.writeString(directory.resolve("code"), TestCodes.of(lethe, visitor) + "\n");
        String request = open("access");
        Path output = directory.resolve("copy.json");

        CommandRun without = CommandRun.of(lethe, "rights", "complete", request, "--code-file", code.toString());
        assertEquals(1, without.exitCode(), "no place for the copy");
        assertEquals("open", listed(request).getString("status"), "a failure changes nothing");
        JsonObject completed =
                rights("complete", request, "--code-file", code.toString(), "--output", output.toString());
        assertEquals("executed", completed.getString("outcome"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(output)));
        JsonObject copy = new JsonObject(Files.readString(output));
        assertEquals(
                List.of("/mine"),
                copy.getJsonArray("events").stream()
                        .map(event -> ((JsonObject) event).getString("path"))
                        .toList());
        assertTrue(copy.containsKey("purposes") && copy.containsKey("schema"), "the copy explains itself");
        CommandRun again = CommandRun.of(
                lethe, "rights", "complete", request, "--code-file", code.toString(), "--output", output + "2");
        assertEquals(1, again.exitCode(), "what ended stays as it is");
        assertFalse(Files.exists(Path.of(output + "2")), "and nothing is read any more");
    }

    @Test
    void aCodeErasesAndRestricts(@TempDir Path directory) throws IOException {
        lethe.clock().jumpTo(START);
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/erased");
        Path code = Files.writeString(directory.resolve("code"), TestCodes.of(lethe, visitor));
        Visitor kept = lethe.visitor();
        kept.grant();
        kept.view("/kept");
        Path otherCode = Files.writeString(directory.resolve("other"), TestCodes.of(lethe, kept));

        rights("complete", open("erasure"), "--code-file", code.toString());
        assertEquals(0, lethe.count("select count(*) from raw.event where path = '/erased'"));
        assertEquals(1, lethe.count("select count(*) from raw.event where path = '/kept'"), "the control");
        JsonObject restricted = rights("complete", open("restriction"), "--code-file", otherCode.toString());
        assertTrue(restricted.getString("letter").contains("used for nothing"));
        assertEquals(1, lethe.count("select count(*) from raw.event where path = '/kept'"));
        assertEquals(1, lethe.count("select count(*) from rights.tag where kind = 'restricted'"));
        assertTrue(
                lethe.count("select count(*) from rights.withheld join raw.event using (site, pseudonym) where"
                                + " path = '/kept'")
                        > 0,
                "the publisher leaves it out");
        JsonObject nothing = rights("complete", open("portability"), "--code-file", code.toString());
        assertEquals("nothing_held", nothing.getString("outcome"));
    }

    @Test
    void aForgedCodeGetsNothing(@TempDir Path directory) throws IOException {
        lethe.clock().jumpTo(START);
        Visitor visitor = lethe.visitor();
        visitor.grant();
        String genuine = TestCodes.of(lethe, visitor);
        String request = open("erasure");
        for (String forged :
                List.of("", "x", genuine.substring(1), (genuine.charAt(0) == 'A' ? 'B' : 'A') + genuine.substring(1))) {
            Path code = Files.writeString(directory.resolve("code"), forged);
            CommandRun run = CommandRun.of(lethe, "rights", "complete", request, "--code-file", code.toString());
            assertEquals(1, run.exitCode());
            assertTrue(run.err().contains("not genuine"), run.err());
        }
        lethe.clock().jumpTo(Instant.parse("2029-06-10T09:00:00Z"));
        Path code = Files.writeString(directory.resolve("code"), genuine);
        assertEquals(
                1,
                CommandRun.of(lethe, "rights", "complete", request, "--code-file", code.toString())
                        .exitCode(),
                "38 months later");
        assertEquals("open", listed(request).getString("status"));
        lethe.clock().jumpTo(START);
        rights("complete", request, "--code", genuine);
    }

    /** S13: every reading of raw events at the desk leaves a line, and no line says who. */
    @Test
    void theLedgerTellsEveryStepAndNobodysName(@TempDir Path directory) throws IOException {
        lethe.clock().jumpTo(START);
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/audited");
        String typed = TestCodes.of(lethe, visitor);
        Path code = Files.writeString(directory.resolve("code"), typed);
        Path contact = Files.writeString(directory.resolve("contact"), "Someone Somewhere, someone@mail.test");
        String request = rights(
                        "open", "--site", TestLethe.SITE, "--kind", "access", "--contact-file", contact.toString())
                .getString("request");
        rights("suspend", request);
        rights("resume", request);
        rights(
                "complete",
                request,
                "--code-file",
                code.toString(),
                "--output",
                directory.resolve("copy").toString());
        List<String> kinds = lethe.rows(
                "select kind from registry.ledger where detail::json ->> 'request' = '" + request + "' order by seq");
        assertEquals(
                List.of(
                        "request_opened",
                        "request_suspended",
                        "request_resumed",
                        "raw_used_for_request",
                        "request_completed"),
                kinds);
        String ledger = String.join("\n", lethe.rows("select detail from registry.ledger"));
        String pseudonym = lethe.text("select pseudonym from raw.event where path = '/audited'");
        for (String secret : List.of("Someone", "someone@", typed, pseudonym)) {
            assertFalse(ledger.contains(secret));
        }
    }

    @Test
    void contactsGoThirtyDaysAfterTheEnd(@TempDir Path directory) throws IOException {
        lethe.clock().jumpTo(START);
        Path contact = Files.writeString(directory.resolve("contact"), "contact-of-this-test");
        String request = rights(
                        "open", "--site", TestLethe.SITE, "--kind", "objection", "--contact-file", contact.toString())
                .getString("request");
        String count = "select count(*) from rights.contact where contact = 'contact-of-this-test'";
        lethe.clock().jumpTo(START.plus(Duration.ofDays(20)));
        assertEquals(0, CommandRun.of(lethe, "retention", "--confirm").exitCode());
        String letter =
                rights("complete", request, "--done", "not_identifiable").getString("letter");
        assertTrue(letter.contains("contact-of-this-test"), "it is there to send the answer to");
        lethe.clock().jumpTo(START.plus(Duration.ofDays(49)));
        assertEquals(0, CommandRun.of(lethe, "retention", "--confirm").exitCode());
        assertEquals(1, lethe.count(count), "29 days after the end");
        lethe.clock().jumpTo(START.plus(Duration.ofDays(50)));
        assertEquals(0, CommandRun.of(lethe, "retention", "--confirm").exitCode());
        assertEquals(0, lethe.count(count), "30 days after the end");
        assertEquals("not_identifiable", rights("list", request).getString("outcome"), "the request itself is kept");
    }
}
