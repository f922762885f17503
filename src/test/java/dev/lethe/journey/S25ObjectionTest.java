package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S25: objection is a plain form, needs no script and no identifier, and lasts. */
@Timeout(60)
class S25ObjectionTest {
    private static final Optional<String> OPTED_OUT = Optional.of("dropped; reason=opted_out");
    private static final String FLAG = "lethe_refused-" + TestLethe.SITE;
    private static final Instant OBJECTS = Instant.parse("2026-01-15T10:00:00Z");

    /** A browser that sends a form of Lethe's own page, as browsers do. */
    private static HttpResponse<String> submit(TestLethe lethe, Visitor visitor, String form) {
        visitor.header("Origin", lethe.publicUrl().toString())
                .header("Sec-Fetch-Site", "same-origin")
                .header("Sec-Fetch-Mode", "navigate")
                .header("Sec-Fetch-Dest", "document");
        HttpResponse<String> answer = visitor.form("/privacy/opt-out", form);
        visitor.header("Origin", TestLethe.ORIGIN)
                .header("Sec-Fetch-Site", null)
                .header("Sec-Fetch-Mode", null)
                .header("Sec-Fetch-Dest", null);
        return answer;
    }

    @Test
    void thePageOffersAFormWithoutScriptOrIdentifier() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            for (String language : List.of("fr", "en")) {
                Visitor visitor = lethe.visitor();
                String page = visitor.send("GET", "/privacy?site=" + TestLethe.SITE + "&lang=" + language, null, null)
                        .body();
                assertFalse(page.contains("<script"), page);
                Matcher form = Pattern.compile("(?s)<form method=\"post\" action=\"/privacy/opt-out\">(.*?)</form>")
                        .matcher(page);
                assertTrue(form.find(), page);
                List<String> fields = Pattern.compile("<input [^>]*name=\"([^\"]*)\" value=\"([^\"]*)\"")
                        .matcher(form.group(1))
                        .results()
                        .map(field -> field.group(1) + "=" + field.group(2))
                        .toList();
                assertEquals(List.of("site=" + TestLethe.SITE, "lang=" + language), fields);
                assertEquals(
                        303, submit(lethe, visitor, String.join("&", fields)).statusCode());
                assertEquals(OPTED_OUT, Visitor.outcome(visitor.view("/")));
            }
        }
    }

    @Test
    void itLastsBeyondTheBrowsersEndAndForThirteenMonths() {
        TestClock clock = TestClock.at(OBJECTS);
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor visitor = lethe.visitor();
            HttpResponse<String> answer = submit(lethe, visitor, "site=" + TestLethe.SITE);
            List<String> set = answer.headers().allValues("set-cookie");
            assertEquals(1, set.size(), set::toString);
            Matcher age = Pattern.compile("Max-Age=(\\d+)").matcher(set.getFirst());
            // A cookie with an age is kept on the disk; one without ends with the browser.
            assertTrue(age.find(), set::toString);
            assertEquals(
                    Instant.parse("2027-02-15T00:00:00Z").getEpochSecond(),
                    clock.instant().getEpochSecond() + Long.parseLong(age.group(1)),
                    2);
            Visitor restarted = lethe.visitor();
            restarted.cookies().put(FLAG, visitor.cookies().get(FLAG));
            clock.jumpTo(Instant.parse("2027-01-15T10:00:00Z"));
            try (TestLethe later = lethe.another()) {
                restarted.through(later);
                assertEquals(OPTED_OUT, Visitor.outcome(restarted.view("/")));
                assertTrue(restarted.lookUp().body().contains("\"refused\""));
            }
        }
    }

    /** While it stands no consent tool and no script of the page may grant again: only the visitor, in the banner. */
    @Test
    void onlyTheVisitorInPersonTakesItBack() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor visitor = lethe.visitor();
            submit(lethe, visitor, "site=" + TestLethe.SITE);
            for (String tool : List.of("cmp", "api")) {
                String grant = "{\"site\":\"%s\",\"choice\":\"granted\",\"notice\":1,\"method\":\"%s\"}"
                        .formatted(TestLethe.SITE, tool);
                assertEquals(
                        409,
                        visitor.send("POST", "/api/consent", grant, "application/json")
                                .statusCode());
                assertEquals(OPTED_OUT, Visitor.outcome(visitor.view("/")));
            }
            visitor.refuse();
            assertEquals("objected", visitor.cookies().get(FLAG), "a later refusal does not weaken it");
            assertEquals(200, visitor.grant().statusCode());
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
        }
    }

    /** Somebody else's page cannot object in a visitor's name, nor can it be used to erase. */
    @Test
    void anotherSitesFormChangesNothing() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            visitor.view("/");
            visitor.header("Origin", "https://elsewhere.test");
            HttpResponse<String> answer = visitor.form("/privacy/opt-out", "site=" + TestLethe.SITE);
            assertEquals(403, answer.statusCode());
            assertEquals(List.of(), answer.headers().allValues("set-cookie"));
            assertEquals(1, lethe.count("select count(*) from raw.event"));
        }
    }
}
