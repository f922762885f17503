package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S17: the notice tells in both languages what is measured and why, and lists every cookie that is really set. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S17InformedTest {
    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(
                TestClock.now(),
                "--controller.name=Atelier Quai & Fils",
                "--controller.contact=privacy@example.test",
                "--controller.address=1 rue du Quai, Paris",
                "--hosting.place=Paris, France");
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    private String notice(String language) {
        return lethe.send("GET", "/privacy/notice?" + OwnData.SITE + "&lang=" + language, null)
                .body();
    }

    @Test
    void everyCookieThatIsSetIsListedAndNoOther() {
        Set<String> set = new TreeSet<>();
        Visitor visitor = lethe.visitor();
        for (HttpResponse<String> answer : List.of(
                visitor.lookUp(),
                visitor.grant(),
                visitor.view("/"),
                visitor.send("GET", "/privacy?" + OwnData.SITE, null, null),
                visitor.form("/privacy/restrict", OwnData.SITE),
                visitor.form("/privacy/withdraw", OwnData.SITE),
                visitor.form("/privacy/opt-out", OwnData.SITE))) {
            answer.headers().allValues("set-cookie").forEach(cookie -> set.add(cookie.split("=")[0]));
        }
        assertEquals(2, set.size());
        Set<String> told = new TreeSet<>();
        new JsonObject(lethe.send("GET", "/privacy/facts.json?" + OwnData.SITE, null)
                        .body())
                .getJsonArray("cookies")
                .forEach(cookie -> told.add(((JsonObject) cookie).getString("name")));
        assertEquals(set, told);
        for (String language : List.of("en", "fr")) {
            set.forEach(name -> assertTrue(notice(language).contains("<td>" + name + "</td>"), language + " " + name));
            assertEquals(2, notice(language).split("<tr><td>", -1).length - 1, language);
        }
    }

    @Test
    void saysWhoWhyHowLongAndWhere() {
        for (String language : List.of("en", "fr")) {
            String notice = notice(language);
            for (String told : List.of(
                    "Atelier Quai &amp; Fils",
                    "1 rue du Quai, Paris",
                    "privacy@example.test",
                    "Paris, France",
                    "18 points")) {
                assertTrue(notice.contains(told), language + " " + told);
            }
            assertFalse(notice.contains("{"), () -> "every gap is filled: " + notice);
            assertFalse(OwnData.page(lethe.visitor(), "&lang=" + language).contains("{"));
            assertFalse(OwnData.page(OwnData.reader(lethe, "/a"), "&lang=" + language)
                    .contains("{"));
        }
        JsonObject facts = new JsonObject(
                lethe.send("GET", "/privacy/facts.json?" + OwnData.SITE, null).body());
        assertEquals("Paris, France", facts.getString("hosting_place"));
        assertEquals(18, facts.getJsonObject("guarantee").getInteger("points"));
        assertEquals(
                List.of("pageview", "click", "engagement", "vital", "problem"),
                facts.getJsonArray("measures").getList());
    }
}
