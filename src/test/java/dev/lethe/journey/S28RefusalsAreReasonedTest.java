package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.database.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S28, and S30 and S31 for letters: no request ends without a reason or an outcome, a text, the remedies, and "free of charge". */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S28RefusalsAreReasonedTest {
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

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of("rights"));
        all.addAll(List.of(words));
        all.add("--json");
        return CommandRun.of(lethe, all.toArray(String[]::new));
    }

    private JsonObject done(String... words) {
        CommandRun run = run(words);
        assertEquals(0, run.exitCode(), run::err);
        return new JsonObject(run.out());
    }

    private String open(String kind, String language) {
        lethe.clock().jumpTo(START);
        return done("open", "--site", TestLethe.SITE, "--kind", kind, "--language", language)
                .getString("request");
    }

    private static void hasRemedies(JsonObject answer, String language) {
        String letter = answer.getString("letter");
        assertAll(
                () -> assertTrue(letter.contains("CNIL"), letter),
                () -> assertTrue(letter.contains(language.equals("fr") ? "gratuit" : "free of charge"), letter),
                () -> assertTrue(letter.contains(language.equals("fr") ? "tribunal" : "court"), letter),
                () -> assertTrue(letter.contains(answer.getString("request")), letter),
                () -> assertTrue(letter.contains("Example Ltd") && letter.contains("privacy@example.test"), letter),
                () -> assertTrue(!letter.contains("{") && !letter.contains("}"), letter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fr", "en"})
    void everyLetterCarriesTheRemedies(String language) {
        for (String kind : List.of("access", "erasure", "restriction", "rectification", "portability", "objection")) {
            lethe.clock().jumpTo(START);
            JsonObject opened = done("open", "--site", TestLethe.SITE, "--kind", kind, "--language", language);
            hasRemedies(opened, language);
            hasRemedies(done("suspend", opened.getString("request")), language);
            hasRemedies(done("resume", opened.getString("request")), language);
            hasRemedies(done("complete", opened.getString("request"), "--done", "not_identifiable"), language);
        }
        for (String outcome : List.of("by_visitor", "taken_back")) {
            hasRemedies(done("complete", open("access", language), "--done", outcome), language);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fr", "en"})
    void everyRefusalGivesItsReason(String language) {
        List<String> letters = new ArrayList<>();
        for (String reason : List.of("unfounded", "rights_of_others", "legal_claims")) {
            JsonObject refused = done("refuse", open("access", language), "--reason", reason);
            hasRemedies(refused, language);
            assertEquals(reason, refused.getString("reason"));
            letters.add(refused.getString("letter").replace(refused.getString("request"), ""));
        }
        assertEquals(3, letters.stream().distinct().count(), "each reason has its own words");
        assertTrue(
                letters.stream().allMatch(letter -> letter.contains(language.equals("fr") ? "RGPD art" : "GDPR Art")));
    }

    @Test
    void aReasonIsOneOfAClosedSet() {
        String request = open("access", "en");
        assertEquals(2, run("refuse", request).exitCode(), "no reason");
        assertEquals(2, run("refuse", request, "--reason", "because").exitCode());
        assertEquals(2, run("complete", request).exitCode(), "no outcome");
        assertEquals(2, run("complete", request, "--done", "executed").exitCode(), "nothing was executed");
        assertEquals(2, run("complete", request, "--done", "nothing_held").exitCode(), "nobody looked");
        assertEquals("open", done("list", request).getString("status"));
    }

    @Test
    void repetitionIsRefusedOnlyAfterAnAnswer() {
        String first = open("access", "en");
        String second = open("access", "en");
        String elsewhere = open("erasure", "en");
        assertEquals(2, run("refuse", first, "--reason", "repetitive").exitCode(), "the first is never refused as one");
        assertEquals(
                1,
                run("refuse", second, "--reason", "repetitive", "--earlier", first)
                        .exitCode(),
                "unanswered");
        assertEquals(
                1,
                run("refuse", first, "--reason", "repetitive", "--earlier", first)
                        .exitCode(),
                "itself");
        done("complete", first, "--done", "not_identifiable");
        assertEquals(
                1,
                run("refuse", elsewhere, "--reason", "repetitive", "--earlier", first)
                        .exitCode(),
                "another kind");
        JsonObject refused = done("refuse", second, "--reason", "repetitive", "--earlier", first);
        assertTrue(refused.getString("letter").contains(first), "it names what was answered");
        hasRemedies(refused, "en");
    }

    @Test
    void silenceIsAReasonOnlyAfterTwoMonths() {
        String request = open("access", "fr");
        assertEquals(1, run("refuse", request, "--reason", "not_completed").exitCode(), "nobody was asked");
        done("suspend", request);
        lethe.clock().jumpTo(Instant.parse("2026-06-09T23:00:00Z"));
        assertEquals(1, run("refuse", request, "--reason", "not_completed").exitCode());
        lethe.clock().jump(Duration.ofHours(2));
        hasRemedies(done("refuse", request, "--reason", "not_completed"), "fr");
    }

    @Test
    void theEndIsPrintedThoughNobodyAskedForIt() {
        CommandRun end = CommandRun.of(lethe, "rights", "complete", open("access", "en"), "--done", "taken_back");
        assertTrue(end.out().contains("free of charge"), end::out);
    }

    /** Not only the commands: whoever has the desk's own role cannot close a request silently either. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update rights.request set status = 'completed', closed = current_date",
                "update rights.request set status = 'refused', closed = current_date",
                "update rights.request set status = 'refused', closed = current_date, reason = 'because'",
                "update rights.request set status = 'refused', closed = current_date, reason = 'repetitive'",
                "update rights.request set status = 'completed', outcome = 'executed'",
                "update rights.request set status = 'gone'",
                "update rights.request set received = received + 30",
                "delete from rights.request",
                "delete from rights.suspension",
                "delete from rights.contact",
                "update rights.suspension set suspended = suspended - 1",
                "delete from registry.ledger",
                "update registry.ledger set detail = '{}'"
            })
    void theDatabaseKnowsNoSilentEnd(String statement) throws SQLException {
        String request = open("erasure", "en");
        done("suspend", request);
        try (Connection desk = lethe.database().connect("lethe_rights", TestDatabase.passwordOf("rights"));
                Statement sql = desk.createStatement()) {
            assertThrows(SQLException.class, () -> sql.execute(statement), statement);
            sql.execute("update rights.request set reminded = 1 where request = '" + request + "'");
        }
        done("complete", request, "--done", "taken_back");
    }

    @Test
    void othersMayNotLookAtTheDesk() throws SQLException {
        for (String role : List.of("collector", "publisher", "dashboards", "live", "retention")) {
            try (Connection other = lethe.database().connect("lethe_" + role, TestDatabase.passwordOf(role));
                    Statement sql = other.createStatement()) {
                for (String column : List.of("contact.contact", "request.kind")) {
                    String table = column.split("\\.")[0];
                    assertThrows(
                            SQLException.class,
                            () -> sql.executeQuery("select " + column + " from rights." + table),
                            role + " " + column);
                }
            }
        }
    }
}
