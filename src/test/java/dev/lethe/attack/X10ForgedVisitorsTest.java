package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Duration;
import java.time.Instant;
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

    @Test
    void aDayOfFarmingEntersStatisticsFiveHundredTimesAtMost() {
        int tries = Boolean.getBoolean("lethe.full") ? FULL : 1_400;
        TestClock clock = TestClock.at(Instant.parse("2026-06-15T00:00:10Z"));
        try (TestLethe lethe = TestLethe.start(clock, "--proxies=127.0.0.1")) {
            Duration step = Duration.ofSeconds(86_000 / tries);
            int granted = 0;
            for (int i = 0; i < tries; i++) {
                Visitor farmed = lethe.visitor().header("X-Forwarded-For", "203.0.113." + i % 256);
                granted += farmed.grant().statusCode() == 200 ? 1 : 0;
                if (farmed.cookies().isEmpty()) {
                    farmed.cookies().put("__Host-lethe-" + TestLethe.SITE, "djEuZm9yZ2VkLmZvcmdlZC5mb3JnZWQ" + i);
                }
                farmed.view("/");
                clock.jump(step);
            }
            long counted = lethe.count(
                    "select count(distinct pseudonym) from raw.counted where day = '2026-06-15' and type = 'pageview'");
            Visitor elsewhere = lethe.visitor().header("X-Forwarded-For", "198.51.100.1");
            elsewhere.grant();
            elsewhere.view("/");
            System.out.printf(
                    "X10: %d visitors made up (in full: %d, -Dlethe.full=true), %d granted, %d counted%n",
                    tries, FULL, granted, counted);
            assertTrue(counted <= MOST, counted + " are in the statistics");
            assertEquals(granted, counted, "whoever was granted was counted, and nobody else");
            assertTrue(counted >= MOST - 1, "the control: up to its limit a network is served, " + counted);
            assertEquals(
                    counted + 1,
                    lethe.count("select count(distinct pseudonym) from raw.counted where type = 'pageview'"));
        }
    }
}
