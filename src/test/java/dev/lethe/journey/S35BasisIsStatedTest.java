package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S35: the report says on which notice each choice rests, without saying how many chose. */
@Timeout(90)
class S35BasisIsStatedTest {
    @Test
    void choicesAreReportedByNoticeVersionInBands() {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--demo=false")) {
            for (int i = 0; i < 13; i++) {
                lethe.visitor().grant();
            }
            lethe.visitor().refuse();
            try (TestLethe later = lethe.another("--demo=false", "--notice.version=2")) {
                Visitor visitor = later.visitor();
                assertEquals(
                        200,
                        visitor.send(
                                        "POST",
                                        "/api/consent",
                                        "{\"site\":\"" + TestLethe.SITE
                                                + "\",\"choice\":\"granted\",\"notice\":2,\"method\":\"banner\"}",
                                        "application/json")
                                .statusCode());
            }
            CommandRun run = CommandRun.of(lethe, "compliance", "--json");
            assertEquals(0, run.exitCode(), run::err);
            JsonObject report = new JsonObject(run.out());
            List<String> choices = new ArrayList<>();
            JsonArray consents = report.getJsonArray("consents");
            for (int i = 0; i < consents.size(); i++) {
                JsonObject each = consents.getJsonObject(i);
                assertEquals(64, each.getString("sha256").length(), "the text itself can be found by its hash");
                choices.add(
                        each.getString("version") + " " + each.getString("choice") + " " + each.getString("number"));
            }
            assertEquals(List.of("1 granted 10-99", "1 refused 1-9", "2 granted 1-9"), choices);
            String basis = report.getJsonObject("processing")
                    .getJsonArray("en")
                    .getJsonObject(2)
                    .getString("text");
            assertTrue(basis.startsWith("Consent (GDPR Art. 6(1)(a)"), basis);
        }
    }
}
