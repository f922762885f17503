package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** P8: what the collector does under every combination of signals, token, refusal and notice, against the promises alone. */
class P8EveryCombinationOfSignalsTest {
    private static final Instant START = Instant.parse("2026-03-10T09:00:00Z");

    /** The visitor cookie; the first six are genuine. */
    private enum Token {
        VALID,
        /** Granted while the browser sent a refusal signal. */
        DESPITE_SIGNAL,
        EXPIRED,
        OUTDATED,
        EXPIRED_AND_OUTDATED,
        /** Kept by another tab after the visitor withdrew. */
        WITHDRAWN,
        RESTRICTED,
        NONE,
        FORGED
    }

    private enum RefusalCookie {
        NONE,
        REFUSED,
        OBJECTED,
        /** A value that nobody sets. */
        GARBAGE
    }

    private record Combination(String gpc, String dnt, Token token, RefusalCookie refusal) {}

    /** The promises in their order of precedence, written down a second time and independently of the gate. */
    private static String verdict(Combination of) {
        boolean signal = of.gpc().equals("1") || of.dnt().equals("1");
        if (of.refusal() == RefusalCookie.REFUSED || of.refusal() == RefusalCookie.OBJECTED) {
            return "opted_out";
        }
        if (of.token() == Token.WITHDRAWN) {
            return "opted_out";
        }
        if (signal && of.token() != Token.DESPITE_SIGNAL) {
            return "gpc";
        }
        return switch (of.token()) {
            case NONE, FORGED -> "no_consent";
            case EXPIRED, EXPIRED_AND_OUTDATED -> "consent_expired";
            case OUTDATED -> "notice_outdated";
            case RESTRICTED -> "restricted";
            case VALID, DESPITE_SIGNAL -> "stored";
            case WITHDRAWN -> throw new IllegalStateException("decided above");
        };
    }

    /** What a page is told: whether to collect, to keep quiet, or to ask. */
    private static String choice(String verdict) {
        return switch (verdict) {
            case "stored", "restricted" -> "granted";
            case "opted_out", "gpc" -> "refused";
            default -> "unset";
        };
    }

    @Test
    void decidesAsPromisedUnderEveryCombination() {
        TestClock clock = TestClock.at(START);
        try (TestLethe first = TestLethe.start(clock, "--notice.version=2")) {
            Map<Token, String> tokens = new EnumMap<>(Token.class);
            String name = "lethe-" + TestLethe.SITE;
            try (TestLethe outdating = first.another()) {
                tokens.put(Token.EXPIRED, tokenOf(first.visitor(), 2));
                tokens.put(Token.EXPIRED_AND_OUTDATED, tokenOf(outdating.visitor(), 1));
            }
            clock.jumpTo(START.plus(Duration.ofDays(190)));
            try (TestLethe lethe = first.another("--notice.version=2");
                    TestLethe outdating = first.another()) {
                tokens.put(Token.OUTDATED, tokenOf(outdating.visitor(), 1));
                tokens.put(Token.VALID, tokenOf(lethe.visitor(), 2));
                tokens.put(Token.DESPITE_SIGNAL, tokenOf(lethe.visitor().header("Sec-GPC", "1"), 2));
                tokens.put(Token.RESTRICTED, withdrawn(lethe, "restricted"));
                tokens.put(Token.WITHDRAWN, withdrawn(lethe, "objected"));
                tokens.put(Token.FORGED, tokens.get(Token.VALID).replaceFirst("....$", "AAAA"));
                List<Combination> combinations = combinations();
                Map<String, Integer> verdicts = new TreeMap<>();
                // The other tags reach this node within 10 s.
                Combination lastTag = new Combination("", "", Token.WITHDRAWN, RefusalCookie.NONE);
                Combination tag = new Combination("", "", Token.RESTRICTED, RefusalCookie.NONE);
                for (Combination tagged : List.of(tag, lastTag)) {
                    Wire.until(
                            "tags bind the node",
                            Duration.ofSeconds(10),
                            () -> outcome(lethe, tagged, name, tokens).equals("dropped; reason=" + verdict(tagged)));
                }
                for (Combination each : combinations) {
                    String expected = verdict(each);
                    verdicts.merge(expected, 1, Integer::sum);
                    assertEquals(
                            expected.equals("stored") ? "stored" : "dropped; reason=" + expected,
                            outcome(lethe, each, name, tokens),
                            each::toString);
                    HttpResponse<String> lookedUp =
                            browser(lethe, each, name, tokens).lookUp();
                    assertEquals(200, lookedUp.statusCode(), each::toString);
                    assertEquals(List.of(), lookedUp.headers().allValues("set-cookie"), each::toString);
                    JsonObject answer = new JsonObject(lookedUp.body());
                    assertEquals(choice(expected), answer.getString("choice"), each::toString);
                    assertEquals(2, answer.getInteger("notice"), each::toString);
                    assertEquals(
                            expected.equals("stored")
                                    ? LocalDate.ofInstant(clock.instant(), clock.getZone())
                                            .plusMonths(6)
                                            .toString()
                                    : null,
                            answer.getString("expires_on"),
                            each::toString);
                }
                System.out.printf("P8: %d combinations, %s%n", combinations.size(), verdicts);
                assertEquals(
                        (long) verdicts.get("stored"),
                        lethe.count("select count(*) from raw.event"),
                        "one row for each that may be stored, and none besides");
            }
        }
    }

    private static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (String gpc : List.of("", "0", "1", "true")) {
            for (String dnt : List.of("", "0", "1", "unspecified")) {
                for (Token token : Token.values()) {
                    for (RefusalCookie refusal : RefusalCookie.values()) {
                        all.add(new Combination(gpc, dnt, token, refusal));
                    }
                }
            }
        }
        return all;
    }

    private static String outcome(TestLethe lethe, Combination of, String name, Map<Token, String> tokens) {
        return Wire.outcome(browser(lethe, of, name, tokens).view("/"));
    }

    private static Visitor browser(TestLethe lethe, Combination of, String name, Map<Token, String> tokens) {
        Visitor visitor = lethe.visitor();
        visitor.header("Sec-GPC", of.gpc().isEmpty() ? null : of.gpc());
        visitor.header("DNT", of.dnt().isEmpty() ? null : of.dnt());
        if (of.token() != Token.NONE) {
            visitor.cookies().put(name, tokens.get(of.token()));
        }
        switch (of.refusal()) {
            case NONE -> {}
            case REFUSED -> visitor.cookies().put("lethe_refused-" + TestLethe.SITE, "refused");
            case OBJECTED -> visitor.cookies().put("lethe_refused-" + TestLethe.SITE, "objected");
            case GARBAGE -> visitor.cookies().put("lethe_refused-" + TestLethe.SITE, "granted");
        }
        return visitor;
    }

    private static String tokenOf(Visitor visitor, int notice) {
        HttpResponse<String> answer = visitor.send(
                "POST",
                "/api/consent",
                "{\"site\":\"%s\",\"choice\":\"granted\",\"notice\":%d,\"method\":\"banner\"}"
                        .formatted(TestLethe.SITE, notice),
                "application/json");
        assertEquals(200, answer.statusCode(), answer::body);
        return visitor.cookies().get("lethe-" + TestLethe.SITE);
    }

    private static String withdrawn(TestLethe lethe, String kind) {
        Visitor visitor = lethe.visitor();
        String token = tokenOf(visitor, 2);
        assertEquals(
                303, visitor.form("/privacy/withdraw", "site=" + TestLethe.SITE).statusCode());
        lethe.database()
                .execute("update rights.tag set kind = '" + kind + "', changed_at = clock_timestamp()"
                        + " where changed_at = (select max(changed_at) from rights.tag)");
        return token;
    }
}
