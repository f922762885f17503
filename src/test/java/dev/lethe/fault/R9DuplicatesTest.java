package dev.lethe.fault;

import static dev.lethe.event.WriterDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.event.EventWriter.Stored;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import dev.lethe.site.Site;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R9: a beacon counts once, however often and wherever it comes: to any node, at the same time, and on both sides of the midnight that
 * gives it another day and, at the end of a month, another pseudonym.
 */
class R9DuplicatesTest {
    private static final int VISITORS = 5;
    private static final int BEACONS = 60;
    private static final Duration FIFTEEN_MINUTES = Duration.ofMinutes(15);

    private static TestClock clock;
    private static TestLethe first;
    private static TestLethe second;

    @BeforeAll
    static void startTwoNodes() {
        clock = TestClock.at(Instant.parse("2026-12-31T12:00:00Z"));
        first = TestLethe.start(clock);
        second = first.another();
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
    }

    /** Where and on which site-local day's end: month ends, the days clocks change, zones far from UTC and by half hours. */
    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-12-31",
        "Pacific/Auckland, 2027-02-28",
        "America/Los_Angeles, 2027-03-31",
        "Asia/Kolkata, 2027-04-15"
    })
    void countsOnceThroughTwoNodesAcrossMidnight(String zone, LocalDate day) throws Exception {
        Random random = new Random(day.toEpochDay());
        System.out.println("seed " + day.toEpochDay());
        Instant midnight = day.plusDays(1).atStartOfDay(ZoneId.of(zone)).toInstant();
        clock.jumpTo(midnight.minusSeconds(120));
        try (ExecutorService browsers = Executors.newVirtualThreadPerTaskExecutor()) {
            String site = "zone-" + day + ".test";
            String origin = "https://www." + site;
            first.addSite(site, zone, false, origin);
            second.send("GET", "/api/consent?site=" + site, null);
            List<String> cookies = new ArrayList<>();
            for (int i = 0; i < VISITORS; i++) {
                Visitor visitor = first.visitor(site, origin);
                visitor.grant();
                visitor.cookies().forEach((name, value) -> cookies.add(name + "=" + value));
            }
            record Sending(String body, String cookie) {}
            List<Sending> before = new ArrayList<>();
            List<Sending> after = new ArrayList<>();
            Visitor writes = first.visitor(site, origin);
            for (int i = 0; i < BEACONS; i++) {
                Sending sending = new Sending(writes.pageview("/" + i), cookies.get(random.nextInt(VISITORS)));
                int times = 1 + random.nextInt(5);
                for (int time = 0; time < times; time++) {
                    (random.nextBoolean() ? before : after).add(sending);
                }
            }
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (List<Sending> side : List.of(before, after)) {
                for (Sending sending : side) {
                    TestLethe node = random.nextBoolean() ? first : second;
                    answers.add(browsers.submit(() -> node.send(
                            "POST",
                            "/api/beacon?site=" + site,
                            sending.body(),
                            "Origin",
                            origin,
                            "User-Agent",
                            TestLethe.AGENT,
                            "Content-Type",
                            "text/plain",
                            "Cookie",
                            sending.cookie())));
                }
                // Midnight comes while many of the first side are still on their way.
                clock.jumpTo(midnight.plusSeconds(120));
            }
            for (Future<HttpResponse<String>> answer : answers) {
                HttpResponse<String> received = answer.get();
                assertEquals(Optional.of("stored"), Visitor.outcome(received), received::body);
            }
            assertEquals(BEACONS, first.count("select count(*) from raw.event where site = '" + site + "'"));
            assertEquals(
                    BEACONS, first.count("select count(distinct path) from raw.event where site = '" + site + "'"));
        }
    }

    /** The exact edges, at which the sides of midnight lie fifteen minutes apart, and what is in between. */
    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-06-15",
        "Europe/Paris, 2026-03-28",
        "Europe/Paris, 2026-10-25",
        "America/Sao_Paulo, 2018-11-03",
        "Africa/Cairo, 2026-04-23",
        "Australia/Lord_Howe, 2026-10-03"
    })
    void remembersBothSidesOfAnyFifteenMinutesAcrossMidnight(String zone, LocalDate day) {
        Site site = WriterDatabase.site("example.test", zone);
        Instant midnight = site.startOf(day.plusDays(1));
        for (long second = -900; second < 0; second++) {
            Instant sent = midnight.plusSeconds(second);
            Instant repeated = sent.plus(FIFTEEN_MINUTES);
            assertNotEquals(site.dayOf(sent), site.dayOf(repeated));
            assertTrue(RawEvent.isNearMidnight(site, sent), () -> "sent at " + sent);
            assertTrue(RawEvent.isNearMidnight(site, repeated), () -> "repeated at " + repeated);
        }
    }

    @Test
    void countsOnceAtTheEdgesOfTheWindowAndTwiceWithoutIt() {
        try (WriterDatabase database = new WriterDatabase(9)) {
            Writer one = database.writer();
            Writer other = database.writer();
            Instant midnight = Instant.parse("2026-07-01T00:00:00Z");
            List<Duration> sent = List.of(FIFTEEN_MINUTES, Duration.ofMinutes(7), Duration.ofSeconds(1));
            for (Duration before : sent) {
                RawEvent june = database.event(midnight.minus(before), database.uuid(), database.uuid());
                RawEvent july =
                        database.event(june.receivedAt().plus(FIFTEEN_MINUTES), database.uuid(), june.beaconId());
                assertInstanceOf(Stored.class, await(one.write(june)));
                assertInstanceOf(Stored.class, await(other.write(july)));
            }
            assertEquals(sent.size(), database.count("select count(*) from raw.event"));

            // The control: a beacon of noon and its copy of the next noon have nothing that tells them to be one.
            RawEvent noon = database.event();
            RawEvent nextNoon =
                    database.event(noon.receivedAt().plus(Duration.ofDays(1)), database.uuid(), noon.beaconId());
            assertInstanceOf(Stored.class, await(one.write(noon)));
            assertInstanceOf(Stored.class, await(other.write(nextNoon)));
            assertEquals(sent.size() + 2, database.count("select count(*) from raw.event"));
            await(one.close());
            await(other.close());
        }
    }
}
