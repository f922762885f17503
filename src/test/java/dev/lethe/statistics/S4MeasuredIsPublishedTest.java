package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.Database;
import dev.lethe.database.Journal;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A scripted day of three browsers, from their beacons to the published rows: clicks, pages, time and duration of visits, browser,
 * screen, and where visitors come from.
 */
class S4MeasuredIsPublishedTest {
    private static final LocalDate DAY = LocalDate.now(ZoneOffset.UTC);
    private static final LocalDate MONDAY = Grain.WEEK.period(DAY);
    private static final LocalDate MONTH = Grain.MONTH.period(DAY);
    private static final String PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            + " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
    private static final String FIREFOX =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

    /** In the words of {@link #published}: what must come out. */
    private static Map<String, Long> expected() {
        Map<String, Long> numbers = new LinkedHashMap<>();
        // One: two visits, 4 pageviews, 1 click, 2 minutes. Two: one visit, bounced. Three: one visit, 2 pageviews, 1
        // minute.
        numbers.put("day visitors", 3L);
        numbers.put("day further_visits", 1L);
        numbers.put("day further_pageviews", 4L);
        numbers.put("day first_visit_bounced", 1L);
        numbers.put("day click_visitors", 2L);
        numbers.put("day engaged_minutes", 3L);
        numbers.put("day unique_7", 3L);
        numbers.put("day channel search", 1L);
        numbers.put("day channel email", 1L);
        numbers.put("day channel referral", 1L);
        numbers.put("day device desktop", 2L);
        numbers.put("day device mobile", 1L);
        numbers.put("day page /docs", 2L);
        numbers.put("day page /pricing", 2L);
        numbers.put("day page (other)", 1L);
        numbers.put("day reach 32767", 3L);
        numbers.put("week visitors", 3L);
        numbers.put("week further_pageviews", 4L);
        numbers.put("week browser Chrome", 1L);
        numbers.put("week browser Safari", 1L);
        numbers.put("week browser Firefox", 1L);
        numbers.put("week screen lg", 2L);
        numbers.put("week screen xs", 1L);
        numbers.put("week system Windows", 1L);
        numbers.put("week language fr", 3L);
        numbers.put("week referrer_host google.com", 1L);
        numbers.put("week landing /docs search", 1L);
        numbers.put("week landing /docs email", 1L);
        numbers.put("week exit /pricing", 2L);
        numbers.put("week click signup", 1L);
        numbers.put("week outbound_host (other)", 1L);
        numbers.put("week goal Registration search", 1L);
        numbers.put("week lcp 3 desktop", 1L);
        numbers.put("week problem (other) not_found", 1L);
        numbers.put("week consent granted", 3L);
        numbers.put("month visitors", 3L);
        numbers.put("month page /docs", 2L);
        return numbers;
    }

    @Test
    void everythingThatIsMeasuredComesOutExactlyWithoutNoise() {
        try (TestLethe lethe = scripted()) {
            publish(lethe, StatisticsDatabase.NO_NOISE);
            assertAll(expected().entrySet().stream()
                    .map(entry ->
                            () -> assertEquals(entry.getValue(), published(lethe, entry.getKey()), entry.getKey())));
        }
    }

    @Test
    void andWithinItsIntervalWithIt() {
        try (TestLethe lethe = scripted()) {
            publish(lethe, DiscreteGaussian::secure);
            int outside = 0;
            for (Map.Entry<String, Long> entry : expected().entrySet()) {
                double sigma = sigma(lethe, entry.getKey());
                long away = Math.abs(published(lethe, entry.getKey()) - entry.getValue());
                // Never in ten million runs beyond 6 sigma; beyond the 95 % interval now and then.
                assertTrue(away <= 6 * sigma, entry.getKey() + " is " + away + " away");
                outside += away > 1.96 * sigma ? 1 : 0;
            }
            assertTrue(outside <= 12, outside + " of " + expected().size() + " lie outside their intervals");
        }
    }

    private static TestLethe scripted() {
        TestClock clock = TestClock.at(DAY.atTime(LocalTime.of(9, 0)).toInstant(ZoneOffset.UTC));
        TestLethe lethe = TestLethe.start(clock);
        lethe.database()
                .execute(
                        "insert into registry.route values ('example.test', '/docs'), ('example.test', '/pricing')",
                        "insert into registry.click values ('example.test', 'signup')",
                        "insert into registry.goal values ('example.test', 'Registration', 'click', 'signup')",
                        "update registry.site set first_day = '" + DAY + "'");
        Random random = new Random(40);
        Visitor one = lethe.visitor();
        one.grant();
        stored(one, beacon(random, "pageview", "/docs", "\"referrer\":\"https://www.google.com/\",\"screen\":\"lg\""));
        stored(one, beacon(random, "vital", "/docs", "\"metric\":\"LCP\",\"value\":2100"));
        clock.jump(Duration.ofSeconds(70));
        stored(one, beacon(random, "engagement", "/docs", "\"seconds\":70,\"scroll\":80"));
        stored(one, beacon(random, "click", "/docs", "\"name\":\"signup\""));
        stored(one, beacon(random, "pageview", "/old-page", "\"screen\":\"lg\""));
        stored(one, beacon(random, "problem", "/old-page", "\"kind\":\"not_found\""));
        clock.jump(Duration.ofSeconds(5));
        stored(one, beacon(random, "pageview", "/pricing", "\"screen\":\"lg\""));
        stored(one, beacon(random, "engagement", "/pricing", "\"seconds\":40,\"scroll\":10"));
        clock.jump(Duration.ofMinutes(31));
        stored(one, beacon(random, "pageview", "/pricing", "\"screen\":\"lg\""));

        Visitor two = lethe.visitor().header("User-Agent", PHONE);
        two.grant();
        stored(two, beacon(random, "pageview", "/docs?utm_source=letter&utm_medium=email", "\"screen\":\"xs\""));
        stored(two, beacon(random, "engagement", "/docs", "\"seconds\":5,\"scroll\":0"));

        Visitor three = lethe.visitor().header("User-Agent", FIREFOX);
        three.grant();
        stored(
                three,
                beacon(
                        random,
                        "pageview",
                        "/pricing",
                        "\"referrer\":\"https://blog.partner.example/x\",\"screen\":\"lg\""));
        stored(three, beacon(random, "engagement", "/pricing", "\"seconds\":61,\"scroll\":50"));
        stored(three, beacon(random, "click", "/pricing", "\"target\":\"https://partner.example/offer\""));
        clock.jump(Duration.ofSeconds(5));
        stored(three, beacon(random, "pageview", "/pricing", "\"screen\":\"lg\""));
        return lethe;
    }

    private static void stored(Visitor visitor, String json) {
        var answer = visitor.beacon(json);
        assertEquals("stored", Visitor.outcome(answer).orElse(answer.body()), json);
    }

    private static String beacon(Random random, String type, String path, String more) {
        return "{\"id\":\"%s\",\"type\":\"%s\",\"url\":\"%s%s\",\"language\":\"fr\",%s}"
                .formatted(TestLethe.id(random), type, TestLethe.ORIGIN, path, more);
    }

    /** The day, its week and its month, long after all have ended. */
    private static void publish(TestLethe lethe, Supplier<Noise> noise) {
        Vertx vertx = Vertx.vertx();
        PgConnectOptions options = new PgConnectOptions()
                .setHost(lethe.database().host())
                .setPort(lethe.database().port())
                .setDatabase(lethe.database().name())
                .setUser("lethe_publisher")
                .setPassword(TestDatabase.passwordOf("publisher").reveal());
        Pool pool = Database.pool(vertx, options, 4);
        Instant now = MONTH.plusMonths(1).plusDays(8).atTime(7, 0).toInstant(ZoneOffset.UTC);
        new Publisher(pool, Journal.open(TestDirectories.fresh("journal")), new Random(41), noise)
                .publish(now, () -> true, left -> {});
        pool.close().await();
        vertx.close().await();
    }

    private static long published(TestLethe lethe, String what) {
        return Long.parseLong(row(lethe, what)[0]);
    }

    private static double sigma(TestLethe lethe, String what) {
        return Double.parseDouble(row(lethe, what)[1]);
    }

    /** Noisy number and sigma of {@code grain name [key [key2]]}. */
    private static String[] row(TestLethe lethe, String what) {
        String[] words = what.split(" ");
        LocalDate period = switch (Grain.ofLabel(words[0])) {
            case DAY -> DAY;
            case WEEK -> MONDAY;
            case MONTH -> MONTH;
        };
        String where = " where site = 'example.test' and period = '" + period + "' and ";
        String grain = "grain = '" + words[0] + "' and ";
        String table = words.length == 2
                ? "stats.total" + where + grain + "measure = '" + words[1] + "'"
                : words[1].equals("reach")
                        ? "stats.reach" + where + "gap = " + words[2]
                        : "stats.breakdown" + where + grain + "dimension = '" + words[1] + "' and key = '" + words[2]
                                + "' and key2 = '"
                                + Stream.of(words).skip(3).findFirst().orElse("") + "'";
        List<String> rows = lethe.rows("select noisy, sigma from " + table);
        assertEquals(1, rows.size(), what + " is not published");
        return rows.getFirst().split("\\|");
    }
}
