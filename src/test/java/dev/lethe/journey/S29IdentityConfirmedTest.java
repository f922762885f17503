package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S29: possession of the cookie or of the visitor code, and nothing else; whoever has neither gets the answer of "nothing held". */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S29IdentityConfirmedTest {
    private static final String TOKEN = "lethe-" + TestLethe.SITE;
    private static final Random RANDOM = new Random(29);

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

    private Map<String, Visitor> withoutData() {
        Map<String, Visitor> visitors = new LinkedHashMap<>();
        Visitor nothingHeld = lethe.visitor();
        nothingHeld.grant();
        visitors.put("nothing held", nothingHeld);
        visitors.put("no cookie", lethe.visitor());
        Visitor forged = lethe.visitor();
        forged.grant();
        String token = forged.cookies().get(TOKEN);
        char last = token.charAt(token.length() - 8);
        forged.cookies()
                .put(
                        TOKEN,
                        token.substring(0, token.length() - 8)
                                + (last == 'A' ? 'B' : 'A')
                                + token.substring(token.length() - 7));
        visitors.put("forged", forged);
        Visitor rubbish = lethe.visitor();
        rubbish.cookies().put(TOKEN, "v1.rubbish");
        visitors.put("rubbish", rubbish);
        return visitors;
    }

    @Test
    void theSameBytesForNothingHeldAndForAWrongCookie() {
        Visitor reader = OwnData.reader(lethe, "/held");
        for (String format : List.of("json", "csv")) {
            List<String> bodies = new ArrayList<>();
            List<Map<String, List<String>>> heads = new ArrayList<>();
            withoutData().values().forEach(visitor -> {
                HttpResponse<String> answer =
                        visitor.send("GET", "/privacy/data?" + OwnData.SITE + "&format=" + format, null, null);
                assertEquals(200, answer.statusCode());
                bodies.add(answer.body());
                heads.add(answer.headers().map());
            });
            // A stranger's code, too: the same text under another site's key.
            Visitor elsewhere = lethe.visitor();
            bodies.add(elsewhere
                    .form("/privacy/data", OwnData.SITE + "&format=" + format + "&code=" + "0".repeat(45))
                    .body());
            assertEquals(1, bodies.stream().distinct().count(), format);
            assertEquals(1, heads.stream().distinct().count(), format);
            String own = reader.send("GET", "/privacy/data?" + OwnData.SITE + "&format=" + format, null, null)
                    .body();
            assertTrue(own.contains("/held"), "the control");
            assertFalse(bodies.getFirst().contains("/held"));
        }
    }

    /** The way is the same too: as many statements, a line in the ledger included. */
    @Test
    void theTimeTellsNothingEither() {
        Map<String, Visitor> visitors = withoutData();
        Map<String, List<Long>> nanos = new LinkedHashMap<>();
        for (int round = 0; round < 30; round++) {
            visitors.forEach((name, visitor) -> {
                long began = System.nanoTime();
                visitor.send("GET", "/privacy/data?" + OwnData.SITE, null, null);
                nanos.computeIfAbsent(name, any -> new ArrayList<>()).add(System.nanoTime() - began);
            });
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        nanos.forEach((name, times) ->
                medians.put(name, times.stream().sorted().toList().get(15) / 1e6));
        System.out.println("S29: median milliseconds of a copy without events: " + medians);
        double held = medians.get("nothing held");
        medians.forEach((name, median) -> assertTrue(median > held / 3 && median < held * 3, medians::toString));
    }

    @Test
    void nobodyExercisesARightOverAnothersData() {
        Visitor reader = OwnData.reader(lethe, "/stays");
        String id = OwnData.ids(reader).iterator().next();
        for (Map.Entry<String, Visitor> visitor : withoutData().entrySet()) {
            if (visitor.getKey().equals("nothing held")) {
                continue;
            }
            for (String path : List.of("erase", "restrict", "release", "correct")) {
                JsonObject answer = OwnData.exercise(visitor.getValue(), "/privacy/" + path, "&id=" + id);
                assertFalse(answer.getBoolean("executed"), () -> visitor.getKey() + " " + path);
                assertFalse(answer.containsKey("receipt"));
            }
        }
        Visitor stranger = OwnData.reader(lethe, "/mine");
        assertFalse(OwnData.exercise(stranger, "/privacy/correct", "&id=" + id).getBoolean("executed"));
        assertTrue(OwnData.exercise(stranger, "/privacy/erase", "").getBoolean("executed"));
        assertEquals(List.of(id), List.copyOf(OwnData.ids(reader)));
    }

    @Test
    void aVisitorCodeIsPossessionInAnyBrowserFor38Months() {
        Visitor reader = OwnData.reader(lethe, "/by-code");
        JsonObject issued = OwnData.exercise(reader, "/privacy/code", "");
        String code = issued.getString("code");
        assertEquals("2029-05-10", issued.getString("valid_until"));
        assertTrue(code.matches("([0-9A-HJKMNP-TV-Z]{5}-){8}[0-9A-HJKMNP-TV-Z]{5}"), code);
        for (String typed : List.of(code, code.toLowerCase(java.util.Locale.ROOT), code.replace("-", " "))) {
            assertTrue(byCode(typed).contains("/by-code"), typed);
        }
        // One character changed, anywhere, is nobody's code; nor is it another site's.
        for (int i = 0; i < 10; i++) {
            int at = RANDOM.nextInt(code.length());
            if (code.charAt(at) != '-') {
                String wrong = code.substring(0, at) + (code.charAt(at) == '7' ? '8' : '7') + code.substring(at + 1);
                assertFalse(byCode(wrong).contains("/by-code"));
            }
        }
        lethe.addSite("other.test", "UTC", false, "https://other.test");
        assertFalse(lethe.visitor("other.test", "https://other.test")
                .form("/privacy/data", "site=other.test&code=" + code)
                .body()
                .contains("/by-code"));
        // Nothing of it is kept: not the code, not the id in it.
        assertFalse(Tables.of(lethe).dump().contains(code.substring(0, 11)));
        clock.jump(Duration.ofDays(600));
        assertFalse(OwnData.copy(reader).encode().contains("/by-code"), "the cookie's 13 months are over");
        assertTrue(byCode(code).contains("/by-code"), "and the code still finds what is left");
        JsonObject erased = OwnData.exercise(lethe.visitor(), "/privacy/erase", "&code=" + code);
        assertTrue(erased.getBoolean("executed"));
        assertFalse(byCode(code).contains("/by-code"));
        clock.jump(Duration.ofDays(-600));
    }

    private String byCode(String code) {
        HttpResponse<String> answer = lethe.visitor().form("/privacy/data", OwnData.SITE + "&code=" + code);
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    /** Nothing else is asked: no form has a field for a name, an address or a document. */
    @Test
    void nothingElseIsAsked() {
        String page = OwnData.page(OwnData.reader(lethe, "/"), "");
        long fields = page.split("<input ", -1).length - 1;
        long harmless = page.split(
                                "<input (type=\"hidden\" name=\"(site|lang)\"|type=\"radio\" name=\"id\"|id=\"typed\""
                                        + " name=\"code\")",
                                -1)
                        .length
                - 1;
        assertEquals(fields, harmless, page);
        assertFalse(page.contains("<script"));
    }
}
