package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a visitor does on her page, as a program sees it. */
final class OwnData {
    static final String SITE = "site=" + TestLethe.SITE;

    private OwnData() {}

    /** Her copy, as JSON. */
    static JsonObject copy(Visitor visitor) {
        HttpResponse<String> answer = visitor.send("GET", "/privacy/data?" + SITE + "&format=json", null, null);
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
        return new JsonObject(answer.body());
    }

    static List<JsonObject> events(JsonObject copy) {
        return copy.getJsonArray("events").stream().map(JsonObject.class::cast).toList();
    }

    static Set<String> ids(Visitor visitor) {
        Set<String> ids = new TreeSet<>();
        events(copy(visitor)).forEach(event -> ids.add(event.getString("id")));
        return ids;
    }

    /** Exercises a right and gives the answer for programs. */
    static JsonObject exercise(Visitor visitor, String path, String more) {
        visitor.header("Accept", "application/json");
        HttpResponse<String> answer = visitor.form(path, SITE + more);
        visitor.header("Accept", null);
        assertEquals(200, answer.statusCode(), answer::body);
        return new JsonObject(answer.body());
    }

    static String page(Visitor visitor, String more) {
        HttpResponse<String> answer = visitor.send("GET", "/privacy?" + SITE + more, null, null);
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    /** A visitor who agreed and has these pages viewed. */
    static Visitor reader(TestLethe lethe, String... paths) {
        Visitor visitor = lethe.visitor();
        assertEquals(200, visitor.grant().statusCode());
        for (String path : paths) {
            assertTrue(Visitor.outcome(visitor.view(path)).orElse("").equals("stored"), path);
        }
        return visitor;
    }
}
