package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * S33: on objection no cookie is stored but the flag that says so, whose value is the same for everybody. Every {@code Set-Cookie}
 * of an objecting browser's requests is looked at.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S33ObjectionCookieTest {
    private static final String TOKEN = "lethe-" + TestLethe.SITE;
    private static final String FLAG = "lethe_refused-" + TestLethe.SITE;

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void anObjectionSetsItsFlagAndNothingElse() {
        Visitor visitor = lethe.visitor();
        assertEquals(
                List.of(FLAG + "=objected; Max-Age=#; Expires=#; Path=/; HTTPOnly; SameSite=Lax"),
                setBy(visitor.form("/privacy/opt-out", "site=" + TestLethe.SITE)));
        assertNothingMoreIsSet(visitor, Map.of(FLAG, "objected"));
    }

    @Test
    void anObjectionAfterConsentAlsoTakesTheTokenAway() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/");
        // The control: while she consented there was a cookie that tells her apart.
        assertTrue(visitor.cookies().get(TOKEN).length() > 100);
        assertEquals(
                List.of(
                        FLAG + "=objected; Max-Age=#; Expires=#; Path=/; HTTPOnly; SameSite=Lax",
                        TOKEN + "=; Max-Age=0; Expires=#; Path=/; HTTPOnly; SameSite=Lax"),
                setBy(visitor.form("/privacy/opt-out", "site=" + TestLethe.SITE)));
        assertNothingMoreIsSet(visitor, Map.of(FLAG, "objected"));
    }

    @Test
    void aRefusalSetsItsFlagAndNothingElse() {
        Visitor visitor = lethe.visitor();
        assertEquals(
                List.of(FLAG + "=refused; Max-Age=#; Expires=#; Path=/; HTTPOnly; SameSite=Lax"),
                setBy(visitor.refuse()));
        assertNothingMoreIsSet(visitor, Map.of(FLAG, "refused"));
    }

    /** A browser whose own signal refuses is not even given the flag. */
    @Test
    void aSignalOfTheBrowserNeedsNoCookieAtAll() {
        Visitor visitor = lethe.visitor().header("Sec-GPC", "1");
        assertNothingMoreIsSet(visitor, Map.of());
    }

    private static void assertNothingMoreIsSet(Visitor visitor, Map<String, String> held) {
        assertEquals(held, visitor.cookies());
        for (HttpResponse<String> answer : List.of(
                visitor.view("/"),
                visitor.beacon("[" + visitor.pageview("/a") + "," + visitor.pageview("/b") + "]"),
                visitor.lookUp(),
                visitor.send("GET", "/privacy?site=" + TestLethe.SITE, null, null),
                visitor.send("GET", "/privacy?site=" + TestLethe.SITE + "&done=1", null, null),
                visitor.send("GET", "/privacy/notice?site=" + TestLethe.SITE, null, null),
                visitor.send("GET", "/lethe.js", null, null),
                visitor.send("GET", "/lethe-banner.js", null, null))) {
            assertEquals(List.of(), answer.headers().allValues("set-cookie"), answer::toString);
        }
        assertEquals(held, visitor.cookies());
    }

    /** Every cookie that an answer sets, without the seconds that depend on the hour of the day. */
    private static List<String> setBy(HttpResponse<String> answer) {
        return answer.headers().allValues("set-cookie").stream()
                .map(cookie -> cookie.replaceFirst("Max-Age=[1-9]\\d*", "Max-Age=#")
                        .replaceFirst("Expires=[^;]*", "Expires=#"))
                .sorted(Comparator.comparing((String cookie) -> !cookie.startsWith(FLAG)))
                .toList();
    }
}
