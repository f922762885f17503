package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * X10: from one network, 10,000 visitors made up over a whole day become at most 500 of that day's statistics: the rest are not
 * granted, and a token that Lethe did not sign is none. Another network is not touched.
 */
@Timeout(300)
class X10ForgedVisitorsTest {
    private static final int FULL = 10_000;
    private static final int MOST = 500;
    private static final String COOKIE = "lethe-" + TestLethe.SITE;

    @Test
    void aDayOfFarmingEntersStatisticsFiveHundredTimesAtMost() {
        int tries = Boolean.getBoolean("lethe.full") ? FULL : 1_400;
        TestClock clock = TestClock.at(Instant.parse("2026-06-15T00:00:10Z"));
        try (TestLethe lethe = TestLethe.start(clock, "--proxies=127.0.0.1")) {
            Duration step = Duration.ofSeconds(86_000 / tries);
            long seed = System.nanoTime();
            Random random = new Random(seed);
            int granted = 0;
            int forged = 0;
            String genuine = "";
            for (int i = 0; i < tries; i++) {
                Visitor farmed = lethe.visitor().header("X-Forwarded-For", "203.0.113." + i % 256);
                granted += farmed.grant().statusCode() == 200 ? 1 : 0;
                if (farmed.cookies().isEmpty()) {
                    farmed.cookies().put(COOKIE, ofAnotherVisitor(genuine, random));
                    HttpResponse<String> answer = farmed.view("/");
                    assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(answer), answer::body);
                    forged++;
                } else {
                    genuine = farmed.cookies().get(COOKIE);
                    farmed.view("/");
                }
                clock.jump(step);
            }
            long counted = lethe.count(
                    "select count(distinct pseudonym) from raw.counted where day = '2026-06-15' and type = 'pageview'");
            Visitor elsewhere = lethe.visitor().header("X-Forwarded-For", "198.51.100.1");
            elsewhere.grant();
            elsewhere.view("/");
            System.out.printf(
                    "X10: %d visitors made up (in full: %d, -Dlethe.full=true), %d granted, %d forged, %d counted,"
                            + " seed %d%n",
                    tries, FULL, granted, forged, counted, seed);
            assertEquals(tries - granted, forged);
            assertTrue(forged > MOST, "there were more than the limit, " + forged);
            assertTrue(counted <= MOST, counted + " are in the statistics");
            assertEquals(granted, counted, "whoever was granted was counted, and nobody else");
            assertTrue(counted >= MOST - 1, "the control: up to its limit a network is served, " + counted);
            assertEquals(
                    counted + 1,
                    lethe.count("select count(distinct pseudonym) from raw.counted where type = 'pageview'"));

            // The control: signed with the installation's own key, made-up visitors are counted. Nothing but that key
            // is in their way.
            VisitorTokens tokens = Tokens.of(lethe.keysDir(), clock);
            Site site = Tokens.site(TestLethe.SITE);
            for (int i = 0; i < 10; i++) {
                Visitor signed = lethe.visitor().header("X-Forwarded-For", "203.0.113." + i);
                signed.cookies().put(COOKIE, tokens.write(site, Tokens.granted(site, clock.instant())));
                assertEquals(Optional.of("stored"), Visitor.outcome(signed.view("/")));
            }
            assertEquals(
                    counted + 11,
                    lethe.count("select count(distinct pseudonym) from raw.counted where type = 'pageview'"));
        }
    }

    /** The genuine token with another visitor's id, which its code does not fit. */
    private static String ofAnotherVisitor(String genuine, Random random) {
        String[] parts = genuine.split("\\.");
        byte[] content = Base64.getUrlDecoder().decode(parts[1]);
        byte[] id = new byte[16];
        random.nextBytes(id);
        System.arraycopy(id, 0, content, 0, id.length);
        return parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(content) + "." + parts[2];
    }
}
