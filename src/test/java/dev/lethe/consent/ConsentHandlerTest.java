package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of {@code POST /api/consent}, as a page, a consent tool and a visitor meet them. */
class ConsentHandlerTest {
    private static final String REFUSAL = "lethe_refused-" + TestLethe.SITE;
    private static final String TOKEN = "lethe-" + TestLethe.SITE;

    private static TestClock clock;
    private static TestLethe lethe;

    @BeforeAll
    static void start() {
        // Tests move the clock by days; the node's keys reach to the end of June.
        clock = TestClock.at(Instant.parse("2026-05-04T12:00:00Z"));
        lethe = TestLethe.start(clock);
        lethe.addSite("nz.test", "Pacific/Auckland", false, "https://nz.test");
    }

    @AfterAll
    static void stop() {
        lethe.close();
    }

    private static HttpResponse<String> choose(Visitor visitor, String choice, String method, String more) {
        return visitor.send(
                "POST",
                "/api/consent",
                "{\"site\":\"%s\",\"choice\":\"%s\",\"notice\":1,\"method\":\"%s\"%s}"
                        .formatted(TestLethe.SITE, choice, method, more),
                "application/json");
    }

    private static String at(Instant instant) {
        return ",\"at\":\"" + instant + "\"";
    }

    private static JsonObject ok(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals(
                "application/json", answer.headers().firstValue("content-type").orElse(""));
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
        return new JsonObject(answer.body());
    }

    /** Refused, and nothing changed. */
    private static void refused(int status, String field, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("content-type").orElse(""));
        assertEquals(field, new JsonObject(answer.body()).getString("field", ""));
        assertEquals(List.of(), answer.headers().allValues("set-cookie"));
    }

    private static LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), clock.getZone());
    }

    private static long receipts() {
        return lethe.count("select count(*) from consent.receipt");
    }

    /** What a token says, read as the format of the cookie is written down. */
    private record Content(String id, LocalDate issued, boolean seen, LocalDate consented, boolean despiteSignal) {}

    private static Content content(Visitor visitor) {
        byte[] bytes =
                Base64.getUrlDecoder().decode(visitor.cookies().get(TOKEN).split("\\.")[1]);
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        return new Content(
                HexFormat.of().formatHex(Arrays.copyOf(bytes, 16)),
                LocalDate.ofEpochDay(fields.getInt(16)),
                fields.getInt(20) != Integer.MIN_VALUE,
                LocalDate.ofEpochDay(fields.getInt(28)),
                bytes[48] != 0);
    }

    @Test
    void aGrantIsAnsweredWithItsDays() {
        Visitor visitor = lethe.visitor();
        JsonObject answer = ok(visitor.grant());
        assertEquals(
                new JsonObject()
                        .put("choice", "granted")
                        .put("notice", 1)
                        .put("decided_on", today().toString())
                        .put("expires_on", today().plusMonths(6).toString()),
                answer);
        assertEquals(new Content(content(visitor).id(), today(), false, today(), false), content(visitor));
        assertEquals(List.of(TOKEN), List.copyOf(visitor.cookies().keySet()));
    }

    @Test
    void aRefusalIsAnsweredWithItsDays() {
        Visitor visitor = lethe.visitor();
        JsonObject answer = ok(visitor.refuse());
        assertEquals("refused", answer.getString("choice"));
        assertEquals(today().toString(), answer.getString("decided_on"));
        assertEquals(today().plusMonths(6).toString(), answer.getString("expires_on"));
        assertEquals("{" + REFUSAL + "=refused}", visitor.cookies().toString());
    }

    @Test
    void theSameActTellsNothingNew() {
        Visitor visitor = lethe.visitor();
        Instant act = clock.instant().minus(Duration.ofHours(1));
        ok(choose(visitor, "granted", "cmp", at(act)));
        String token = visitor.cookies().get(TOKEN);
        long before = receipts();
        for (int load = 0; load < 3; load++) {
            // A consent tool says on each page what the person chose once.
            HttpResponse<String> again = choose(visitor, "granted", "cmp", at(act));
            assertEquals("granted", ok(again).getString("choice"));
            assertEquals(List.of(), again.headers().allValues("set-cookie"));
        }
        assertEquals(before, receipts());
        assertEquals(token, visitor.cookies().get(TOKEN));
        // Another act is another consent.
        ok(choose(visitor, "granted", "cmp", at(act.minus(Duration.ofDays(2)))));
        assertEquals(before + 1, receipts());
        assertNotEquals(token, visitor.cookies().get(TOKEN));
    }

    @Test
    void aChoiceCannotLieInTheFutureOrBeTooOld() {
        Instant now = clock.instant();
        Visitor visitor = lethe.visitor();
        for (Instant wrong : List.of(
                now.plus(Duration.ofMinutes(2)),
                now.plus(Duration.ofDays(400)),
                Instant.MAX,
                now.minus(Duration.ofDays(190)),
                Instant.EPOCH,
                Instant.MIN)) {
            refused(400, "at", choose(visitor, "granted", "cmp", at(wrong)));
        }
        // A tool's clock may be a little ahead; the day is ours.
        assertEquals(
                today().toString(),
                ok(choose(visitor, "granted", "cmp", at(clock.instant().plusSeconds(30))))
                        .getString("decided_on"));
        // Validity counts from the act, not from when we hear of it.
        Visitor late = lethe.visitor();
        LocalDate act = today().minusMonths(6).plusDays(1);
        JsonObject answer = ok(choose(late, "granted", "cmp", ",\"at\":\"" + act + "T09:00:00Z\""));
        assertEquals(act.toString(), answer.getString("decided_on"));
        assertEquals(act.plusMonths(6).toString(), answer.getString("expires_on"));
        Visitor tooLate = lethe.visitor();
        refused(400, "at", choose(tooLate, "granted", "cmp", ",\"at\":\"" + act.minusDays(1) + "T09:00:00Z\""));
    }

    /** A no is a no however old it is; but a time that no calendar has is a mistake. */
    @Test
    void anOldRefusalIsTakenAllTheSame() {
        Visitor visitor = lethe.visitor();
        ok(visitor.grant());
        ok(choose(visitor, "refused", "cmp", at(clock.instant().minus(Duration.ofDays(300)))));
        assertFalse(visitor.cookies().containsKey(TOKEN));
        refused(400, "at", choose(lethe.visitor(), "refused", "cmp", at(Instant.MIN)));
    }

    @Test
    void anotherNoticeIsAConflict() {
        for (int version : List.of(0, 2, -1, Integer.MAX_VALUE)) {
            for (String choice : List.of("granted", "refused")) {
                refused(
                        409,
                        "",
                        lethe.visitor()
                                .send(
                                        "POST",
                                        "/api/consent",
                                        "{\"site\":\"%s\",\"choice\":\"%s\",\"notice\":%d,\"method\":\"banner\"}"
                                                .formatted(TestLethe.SITE, choice, version),
                                        "application/json"));
            }
        }
    }

    @Test
    void onlyThePersonUndoesAnObjection() {
        Visitor visitor = lethe.visitor();
        ok(visitor.grant());
        visitor.form("/privacy/opt-out", "site=" + TestLethe.SITE);
        assertEquals("{" + REFUSAL + "=objected}", visitor.cookies().toString());
        long before = receipts();
        for (String tool : List.of("cmp", "api")) {
            refused(409, "", choose(visitor, "granted", tool, ""));
        }
        assertEquals(before, receipts());
        // A weaker no does not take its place.
        JsonObject answer = ok(visitor.refuse());
        assertEquals(today().plusMonths(13).toString(), answer.getString("expires_on"));
        assertEquals("objected", visitor.cookies().get(REFUSAL));
        ok(choose(visitor, "granted", "banner", ""));
        assertEquals(List.of(TOKEN), List.copyOf(visitor.cookies().keySet()));
        assertEquals("stored", Visitor.outcome(visitor.view("/")).orElse(""));
    }

    @Test
    void aToolMayGrantAfterAMereRefusal() {
        Visitor visitor = lethe.visitor();
        ok(visitor.refuse());
        ok(choose(visitor, "granted", "cmp", ""));
        assertEquals(List.of(TOKEN), List.copyOf(visitor.cookies().keySet()));
    }

    @Test
    void aToolsOldYesDoesNotUndoALaterNo() {
        String old = ",\"at\":\"" + lethe.clock().instant().minus(Duration.ofDays(30)) + "\"";
        Visitor refused = lethe.visitor();
        ok(refused.refuse());
        refused(409, "", choose(refused, "granted", "cmp", old));
        assertEquals(List.of(REFUSAL), List.copyOf(refused.cookies().keySet()));
        Visitor signalling = lethe.visitor().header("Sec-GPC", "1");
        refused(409, "", choose(signalling, "granted", "cmp", old));
        assertEquals(Map.of(), signalling.cookies());
        // Without a later no it counts, from the day it was said.
        Visitor open = lethe.visitor();
        ok(choose(open, "granted", "cmp", old));
        assertEquals("stored", Visitor.outcome(open.view("/")).orElse(""));
    }

    @Test
    void aGrantUnderASignalHoldsUnderTheSignal() {
        Visitor visitor = lethe.visitor().header("Sec-GPC", "1");
        ok(visitor.grant());
        assertTrue(content(visitor).despiteSignal());
        assertEquals("stored", Visitor.outcome(visitor.view("/")).orElse(""));
        assertTrue(content(visitor).despiteSignal(), "a visit does not change it");
        // Granted without the signal, it does not.
        Visitor other = lethe.visitor();
        ok(other.grant());
        other.header("DNT", "1");
        assertEquals("dropped; reason=gpc", Visitor.outcome(other.view("/")).orElse(""));
    }

    @Test
    void aNewGrantKeepsTheIdAndItsDay() {
        Visitor visitor = lethe.visitor();
        ok(visitor.grant());
        visitor.view("/");
        Content first = content(visitor);
        assertTrue(first.seen());
        clock.jump(Duration.ofDays(3));
        ok(visitor.grant());
        assertEquals(
                new Content(first.id(), first.issued(), true, first.issued().plusDays(3), false), content(visitor));
    }

    @Test
    void afterAWithdrawalThereIsANewId() {
        Visitor visitor = lethe.visitor();
        ok(visitor.grant());
        Content first = content(visitor);
        String token = visitor.cookies().get(TOKEN);
        ok(visitor.refuse());
        ok(visitor.grant());
        assertNotEquals(first.id(), content(visitor).id());
        // Nor does a tab that kept the cookie revive it.
        visitor.cookies().put(TOKEN, token);
        ok(choose(visitor, "granted", "banner", ""));
        assertNotEquals(first.id(), content(visitor).id());
    }

    @Test
    void eachChoiceLeavesAReceiptThatNamesNobody() throws GeneralSecurityException {
        String served = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(lethe.send("GET", "/lethe.js", null).body().getBytes(StandardCharsets.UTF_8)));
        String before = lethe.text("select coalesce(max(ctid)::text, '(0,0)') from consent.receipt");
        Visitor visitor = lethe.visitor();
        String script = "00ff".repeat(16);
        ok(choose(visitor, "granted", "cmp", ",\"script\":\"" + script + "\""));
        ok(choose(visitor, "granted", "banner", ""));
        ok(choose(visitor, "refused", "api", ""));
        ok(choose(visitor, "refused", "banner", ""));
        assertEquals(
                List.of(
                        "granted|cmp|t|1|" + script,
                        "granted|banner|f|1|" + served,
                        "withdrawn|api|f|1|null",
                        "refused|banner|f|1|null"),
                lethe.rows("select choice, method, first_choice, notice_version, encode(script_sha256, 'hex')"
                        + " from consent.receipt where ctid > '" + before + "' order by ctid"));
        assertEquals(
                1,
                lethe.count("select count(distinct n.sha256) from consent.receipt r"
                        + " join consent.notice n on n.sha256 = r.notice_sha256"),
                "the text that was agreed to can be shown");
    }

    @Test
    void daysAreTheSitesOwn() {
        Visitor visitor = lethe.visitor("nz.test", "https://nz.test");
        // Noon in Greenwich is the next day in Auckland.
        JsonObject answer = ok(visitor.grant());
        LocalDate there = LocalDate.ofInstant(clock.instant(), java.time.ZoneId.of("Pacific/Auckland"));
        assertEquals(there.toString(), answer.getString("decided_on"));
        assertEquals(there.plusMonths(6).toString(), answer.getString("expires_on"));
    }

    @Test
    void anUnknownSiteIsNotFound() {
        Visitor stranger = lethe.visitor("nowhere.test", "https://nowhere.test");
        refused(404, "", stranger.grant());
        refused(404, "", stranger.lookUp());
        for (String query : List.of("", "?site=", "?site=%00", "?site=Example.Test")) {
            assertEquals(404, lethe.send("GET", "/api/consent" + query, null).statusCode(), query);
        }
    }

    @Test
    void bodiesThatAreTooLongAreNotRead() {
        Visitor visitor = lethe.visitor();
        assertEquals(
                413, choose(visitor, "granted", "banner", " ".repeat(3_000)).statusCode());
        assertEquals(200, visitor.grant().statusCode());
    }
}
