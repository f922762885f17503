package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S22: what is erased is exactly this person's rows, of every month, and nothing comes after it. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S22ErasureTest {
    private TestLethe lethe;
    private TestClock clock;

    @BeforeAll
    void start() {
        clock = TestClock.at(Instant.parse("2026-03-10T12:00:00Z"));
        lethe = TestLethe.start(clock);
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void beforeAndAfterDifferByExactlyThisPersonsRows() {
        Visitor leaving = OwnData.reader(lethe, "/leaving/1", "/leaving/2");
        Visitor staying = OwnData.reader(lethe, "/staying/1");
        clock.jumpTo(Instant.parse("2026-04-20T12:00:00Z"));
        leaving.view("/leaving/3");
        staying.view("/staying/2");
        List<String> before = lethe.rows("select path from raw.event order by path");
        assertEquals(5, before.size());
        String token = leaving.cookies().get("lethe-" + TestLethe.SITE);

        JsonObject answer = OwnData.exercise(leaving, "/privacy/erase", "");

        assertTrue(answer.getBoolean("executed"));
        assertEquals(List.of("/staying/1", "/staying/2"), lethe.rows("select path from raw.event order by path"));
        // The agreement ended with it, in this tab and in every other one.
        assertEquals(List.of(), List.copyOf(leaving.cookies().keySet()));
        leaving.cookies().put("lethe-" + TestLethe.SITE, token);
        assertEquals(Optional.of("dropped; reason=opted_out"), Visitor.outcome(leaving.view("/late")));
        assertEquals(2, lethe.count("select count(*) from raw.event"));
        // The site may ask again; a new yes is a new visitor.
        leaving.cookies().clear();
        leaving.grant();
        leaving.view("/again");
        assertEquals(1, OwnData.ids(leaving).size());
    }

    @Test
    void theFormWithoutAScriptSaysSoOnThePage() {
        Visitor leaving = OwnData.reader(lethe, "/form");
        HttpResponse<String> answer = leaving.form("/privacy/erase", OwnData.SITE + "&lang=fr");
        assertEquals(303, answer.statusCode());
        String location = answer.headers().firstValue("location").orElseThrow();
        String page = leaving.send("GET", location, null, null).body();
        assertTrue(page.contains("C’est fait. Ce qui a été collecté est effacé."), page);
        assertTrue(page.contains("effacement, le "), "with its receipt");
        assertFalse(page.contains("/form<"));
    }

    @Test
    void aPageOfAnotherOriginErasesNothing() {
        Visitor reader = OwnData.reader(lethe, "/safe");
        for (String path : List.of("erase", "restrict", "release", "correct", "code", "data")) {
            assertEquals(
                    403,
                    reader.header("Origin", "https://elsewhere.example")
                            .form("/privacy/" + path, OwnData.SITE)
                            .statusCode());
            reader.header("Origin", null).header("Sec-Fetch-Site", "cross-site");
            assertEquals(403, reader.form("/privacy/" + path, OwnData.SITE).statusCode());
            reader.header("Sec-Fetch-Site", null).header("Origin", TestLethe.ORIGIN);
        }
        assertEquals(1, OwnData.ids(reader).size());
    }
}
