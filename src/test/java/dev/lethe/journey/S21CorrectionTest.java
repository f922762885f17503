package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S21: the one wrong event goes, everything else stays; a wrong choice is corrected by choosing again. */
@Timeout(60)
class S21CorrectionTest {
    @Test
    void theWrongEventGoesAndNoOther() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/right", "/wrong", "/right-too");
            OwnData.reader(lethe, "/wrong");
            String wrong = OwnData.events(OwnData.copy(reader)).stream()
                    .filter(event -> event.getString("path").equals("/wrong"))
                    .map(event -> event.getString("id"))
                    .findFirst()
                    .orElseThrow();
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
}
