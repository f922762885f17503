package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** S21: the one wrong event goes, everything else stays; a wrong choice is corrected by choosing again. */
@Timeout(60)
class S21CorrectionTest {
    @Test
    void theWrongEventGoesAndNoOther() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/right", "/wrong", "/right-too");
            OwnData.reader(lethe, "/wrong");
            String wrong = numberOf(reader, "/wrong");
            assertTrue(OwnData.page(reader, "").contains("value=\"" + wrong + "\""), "the page offers it");

            JsonObject corrected = OwnData.exercise(reader, "/privacy/correct", "&id=" + wrong);

            assertTrue(corrected.getBoolean("executed"));
            assertEquals(
                    List.of("/right", "/right-too", "/wrong"),
                    lethe.rows("select path from raw.event order by path"),
                    "somebody else's of the same page stays");
            assertFalse(
                    OwnData.exercise(reader, "/privacy/correct", "&id=" + wrong).getBoolean("executed"));
            assertEquals(
                    400, reader.form("/privacy/correct", OwnData.SITE + "&id=x").statusCode());
            // She goes on being measured: only one event was wrong.
            assertEquals("stored", Visitor.outcome(reader.view("/on")).orElse(""));
            reader.refuse();
            assertEquals(
                    "refused", new JsonObject(reader.lookUp().body()).getString("choice"), "the choice, corrected");
        }
    }

    /** By letter: the visitor code proves whose data it is, the event's number says what is wrong. */
    @ParameterizedTest
    @CsvSource({
        "en, the event you named was removed, Statistics published before",
        "fr, événement que vous avez indiqué a été supprimé, Les statistiques déjà publiées"
    })
    void aLetterWithCodeAndNumberRemovesTheOneWrongEvent(String language, String confirmed, String published) {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/right", "/wrong");
            Visitor other = OwnData.reader(lethe, "/others");
            String code = OwnData.exercise(reader, "/privacy/code", "").getString("code");
            String wrong = numberOf(reader, "/wrong");
            String request = new JsonObject(rights(
                                    lethe,
                                    0,
                                    "open",
                                    "--site",
                                    TestLethe.SITE,
                                    "--kind",
                                    "rectification",
                                    "--language",
                                    language)
                            .out())
                    .getString("request");
            for (String event : List.of("x", numberOf(other, "/others"))) {
                CommandRun refused = rights(lethe, 1, "complete", request, "--code", code, "--event", event);
                assertTrue(refused.err().contains("no event of that number"), refused::err);
            }
            CommandRun unnamed = rights(lethe, 1, "complete", request, "--code", code);
            assertTrue(unnamed.err().contains("name the event"), unnamed::err);
            assertEquals(3, lethe.count("select count(*) from raw.event"));

            JsonObject completed =
                    new JsonObject(rights(lethe, 0, "complete", request, "--code", code, "--event", wrong)
                            .out());

            assertEquals("executed", completed.getString("outcome"));
            String letter = completed.getString("letter");
            assertTrue(letter.contains(confirmed) && letter.contains(published), letter);
            assertEquals(List.of("/others", "/right"), lethe.rows("select path from raw.event order by path"));
        }
    }

    private static String numberOf(Visitor visitor, String path) {
        return OwnData.events(OwnData.copy(visitor)).stream()
                .filter(event -> event.getString("path").equals(path))
                .map(event -> event.getString("id"))
                .findFirst()
                .orElseThrow();
    }

    private static CommandRun rights(TestLethe lethe, int exitCode, String... words) {
        List<String> all = new ArrayList<>(List.of("rights"));
        all.addAll(List.of(words));
        all.add("--json");
        CommandRun run = CommandRun.of(lethe, all.toArray(String[]::new));
        assertEquals(exitCode, run.exitCode(), run::err);
        return run;
    }
}
