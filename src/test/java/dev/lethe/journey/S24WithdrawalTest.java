package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S24: consent is withdrawn at any time, as easily as it was given; nothing is collected from then on, not even what was on its way. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S24WithdrawalTest {
    private static final String TOKEN = "lethe-" + TestLethe.SITE;
    private static final Optional<String> OPTED_OUT = Optional.of("dropped; reason=opted_out");

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @BeforeEach
    void forget() {
        lethe.database().execute("truncate raw.event", "truncate rights.tag");
    }

    private Visitor consenting() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
        return visitor;
    }

    /** One click in the banner says yes; one click on the privacy page, or one request of the banner, takes it back. */
    @Test
    void withdrawingTakesNoMoreThanConsenting() {
        Visitor visitor = lethe.visitor();
        assertEquals(200, visitor.grant().statusCode(), "consenting is one request");
        String page = visitor.send("GET", "/privacy?site=" + TestLethe.SITE, null, null)
                .body();
        String form = page.substring(page.indexOf("<form"), page.indexOf("</form>"));
        assertTrue(form.contains("action=\"/privacy/withdraw\""), form);
        assertEquals(1, occurrences(form, "<button"), "withdrawing is one click");
        assertEquals(
                occurrences(form, "<input"), occurrences(form, "<input type=\"hidden\""), "and nothing to fill in");
        assertEquals(0, occurrences(page, "<script"), "without a script");
        assertEquals(
                303, visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE).statusCode());
        assertEquals(OPTED_OUT, Visitor.outcome(visitor.view("/docs")));
    }

    private static long occurrences(String text, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
    }

    @Test
    void theNextBeaconIsDroppedAndTheRowsAreGone() {
        for (boolean byPage : List.of(false, true)) {
            Visitor visitor = consenting();
            assertEquals(1, lethe.count("select count(*) from raw.event"));
            int status = byPage
                    ? visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE)
                            .statusCode()
                    : visitor.refuse().statusCode();
            assertEquals(byPage ? 303 : 200, status);
            assertEquals(0, lethe.count("select count(*) from raw.event"));
            assertEquals(OPTED_OUT, Visitor.outcome(visitor.view("/docs")));
            assertEquals(
                    Set.of("lethe_refused-" + TestLethe.SITE), visitor.cookies().keySet());
        }
    }

    /** A kept token can be sent for ever: journal, ledger and timers grow by what is done, not by what is asked. */
    @Test
    void askingAgainWritesNothing() {
        Visitor visitor = consenting();
        Map<String, String> kept = Map.copyOf(visitor.cookies());
        visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE);
        long entries = lethe.count("select count(*) from registry.ledger");
        for (String path : List.of("/privacy/withdraw", "/privacy/opt-out")) {
            for (String erase : List.of("true", "false")) {
                assertEquals(303, withdrawWith(kept, path, "&erase=" + erase));
            }
        }
        assertEquals(entries, lethe.count("select count(*) from registry.ledger"));
        // The control: without the objection it is a deed again, and written down.
        lethe.database().execute("truncate rights.tag");
        assertEquals(303, withdrawWith(kept, "/privacy/withdraw", ""));
        assertEquals(entries + 1, lethe.count("select count(*) from registry.ledger"));
    }

    private int withdrawWith(Map<String, String> cookies, String path, String more) {
        Visitor again = lethe.visitor();
        again.cookies().putAll(cookies);
        return again.form(path, "site=" + TestLethe.SITE + more).statusCode();
    }

    /** A code may be another browser's, whose consent is not this one's to withdraw. */
    @Test
    void aCodeWithdrawsNothing() {
        Visitor visitor = consenting();
        var answer = visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE + "&code=abc");
        assertEquals(400, answer.statusCode());
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs/2")));
    }

    /** The control: whoever wants to keep the past may, and the rows are there; the future is dropped all the same. */
    @Test
    void thePastIsKeptIfTheVisitorSaysSo() {
        Visitor visitor = consenting();
        visitor.choose("refused", ",\"erase\":false");
        assertEquals(1, lethe.count("select count(*) from raw.event"));
        assertEquals(OPTED_OUT, Visitor.outcome(visitor.view("/docs")));
    }

    @Test
    void anotherTabThatStillHasTheTokenIsDroppedOnEveryNode() {
        try (TestLethe second = lethe.another()) {
            Visitor visitor = consenting();
            Visitor otherTab = lethe.visitor();
            otherTab.cookies().put(TOKEN, visitor.cookies().get(TOKEN));
            assertEquals(Optional.of("stored"), Visitor.outcome(otherTab.view("/docs")));
            visitor.refuse();
            for (TestLethe node : List.of(lethe, second)) {
                otherTab.through(node);
                HttpResponse<String> late = otherTab.view("/docs");
                assertEquals(OPTED_OUT, Visitor.outcome(late));
                assertEquals(List.of(), late.headers().allValues("set-cookie"));
            }
            assertEquals(0, lethe.count("select count(*) from raw.event"));
        }
    }

    /**
     * The beacon has passed the gate and its insert waits for a lock when the visitor withdraws. Whichever of the two PostgreSQL
     * lets go first, no row is left once the withdrawal has been answered.
     */
    @Test
    void aBeaconInFlightLeavesNoRow() throws SQLException {
        for (int round = 0; round < 5; round++) {
            Visitor visitor = consenting();
            Visitor otherTab = lethe.visitor();
            otherTab.cookies().put(TOKEN, visitor.cookies().get(TOKEN));
            CompletableFuture<HttpResponse<String>> beacon;
            CompletableFuture<HttpResponse<String>> withdrawal;
            try (Connection lock = lethe.database().connect();
                    Statement statement = lock.createStatement()) {
                lock.setAutoCommit(false);
                statement.execute("lock table raw.event in share mode");
                beacon = CompletableFuture.supplyAsync(() -> otherTab.view("/in-flight"));
                Tables.await(() -> lethe.count("select count(*) from pg_locks where not granted"
                                + " and relation = 'raw.event'::regclass and mode = 'RowExclusiveLock'")
                        > 0);
                withdrawal = CompletableFuture.supplyAsync(visitor::refuse);
                int tags = round + 1;
                Tables.await(() -> lethe.count("select count(*) from rights.tag") == tags);
                lock.commit();
            }
            assertEquals(200, withdrawal.join().statusCode());
            assertTrue(
                    Set.of(Optional.of("stored"), OPTED_OUT).contains(Visitor.outcome(beacon.join())),
                    () -> beacon.join().toString());
            assertEquals(0, lethe.count("select count(*) from raw.event"));
        }
    }
}
