package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.ops.ClockGuard;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What the live plane keeps: totals of hours and of 30 minutes, rounded to tens, hidden below ten, for 48 hours. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LivePlaneTest {
    private static final LocalDate DAY = LocalDate.parse("2026-10-25");

    private final StatisticsDatabase data = new StatisticsDatabase(7, "UTC", DAY.minusDays(2));
    private Pool pool;

    @BeforeAll
    void connect() {
        pool = Database.visitorsPool(data.vertx(), data.database().options(DutyRole.PUBLISHER), 3);
    }

    @AfterAll
    void close() {
        pool.close().await();
        data.close();
    }

    @BeforeEach
    void empty() {
        data.server().execute("truncate live.hour, live.half_hour, raw.event");
        data.server().execute("delete from registry.site where site <> '" + StatisticsDatabase.SITE + "'");
        data.server().execute("update registry.site set synthetic = false");
        data.server().execute("update registry.job set last_success = null, paused_because = null where job = 'live'");
    }

    @Test
    void roundsToTensAndHidesWhatIsBelow() {
        visitors(9, DAY + "T09:10:00");
        visitors(14, DAY + "T10:10:00");
        visitors(15, DAY + "T11:10:00");
        for (int views = 0; views < 40; views++) {
            data.event(data.uuid(), DAY + "T09:20:00").store();
            data.server()
                    .execute("update raw.event set pseudonym = '00000000-0000-0000-0000-000000000001'"
                            + " where received_at = '" + DAY + "T09:20:00Z'");
        }
        data.server()
                .execute("delete from raw.event where received_at = '" + DAY + "T09:10:00Z' and pseudonym in"
                        + " (select pseudonym from raw.event where received_at = '" + DAY + "T09:10:00Z' limit 1)");
        assertTrue(refresh(DAY + "T11:20:00Z"));
        assertEquals(
                List.of("null|null", "10|10", "20|20"),
                rows("select visitors, pageviews from live.hour where begins >= '" + DAY
                        + "T09:00:00Z' order by begins"),
                "fewer than ten visitors, however much they view: nothing");
        assertEquals(
                List.of("20|20|null|null"),
                rows("select visitors, pageviews, clicks, engaged_minutes from live.half_hour"));
    }

    @Test
    void theLastHalfHourStaysWhateverTheFractionOfItsSecond() {
        visitors(20, DAY + "T10:10:00");
        assertTrue(refresh(DAY + "T10:20:00.700Z"));
        assertEquals(List.of("20"), rows("select visitors from live.half_hour"));
    }

    @Test
    void showsEverythingOfASyntheticSite() {
        data.server().execute("update registry.site set synthetic = true");
        visitors(3, DAY + "T10:10:00");
        var visitor = data.uuid();
        data.event(visitor, DAY + "T10:11:00").store();
        data.event(visitor, DAY + "T10:12:00").click("order").store();
        data.event(visitor, DAY + "T10:13:00").engaged(150).store();
        refresh(DAY + "T10:20:00Z");
        assertEquals(
                List.of("4|4|1|3"), rows("select visitors, pageviews, clicks, engaged_minutes from live.half_hour"));
        assertEquals(
                List.of("48|4"), rows("select count(*), sum(visitors) from live.hour"), "hours without anybody too");
    }

    @Test
    void aRecountWaitsForTheRefreshUnderWay() throws Exception {
        try (Connection refreshing = data.server().connect();
                Statement statement = refreshing.createStatement()) {
            refreshing.setAutoCommit(false);
            statement.execute("select from registry.job where job = 'live' for update");
            Future<Void> recount = LivePlane.recount(pool, new SiteId(StatisticsDatabase.SITE));
            while (!recount.isComplete()
                    && data.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                    + " and query like '%registry.job%live%'")
                            .isEmpty()) {
                Thread.onSpinWait();
            }
            statement.execute("insert into live.half_hour (site, at) values ('example.test', now())");
            refreshing.commit();
            recount.await();
        }
        assertEquals(List.of(), rows("select site from live.half_hour"));
    }

    @Test
    void anHourThatTheClockRepeatsIsTwoHours() {
        data.addSite("paris.test", "Europe/Paris", DAY);
        for (String at : List.of("00:30:00", "01:30:00", "01:40:00")) {
            data.event(data.uuid(), DAY + "T" + at).on("paris.test").store();
        }
        refresh(DAY + "T22:59:30Z");
        assertEquals(
                List.of("25"),
                rows("select count(*) from live.hour where site = 'paris.test' and begins >= '2026-10-24T22:00:00Z'"));
        assertEquals(
                List.of("1", "2"),
                rows("select visitors from live.hour where site = 'paris.test' and begins in"
                        + " ('2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z') order by begins"));
    }

    @Test
    void hoursAreThoseOfTheSitesClock() {
        data.addSite("kolkata.test", "Asia/Kolkata", DAY);
        data.event(data.uuid(), DAY + "T05:29:59").on("kolkata.test").store();
        data.event(data.uuid(), DAY + "T05:30:00").on("kolkata.test").store();
        refresh(DAY + "T05:45:00Z");
        assertEquals(
                List.of("04:30|1", "05:30|1"),
                rows("select to_char(begins at time zone 'UTC', 'HH24:MI'), visitors from live.hour"
                        + " where site = 'kolkata.test' and visitors > 0 order by begins"));
    }

    @Test
    void finishesYesterdaysLastHourAndLooksBackOverMidnight() {
        data.server().execute("update registry.site set synthetic = true");
        visitors(1, DAY.minusDays(1) + "T23:40:00");
        refresh(DAY.minusDays(1) + "T23:59:30Z");
        visitors(1, DAY.minusDays(1) + "T23:59:50");
        visitors(1, DAY + "T00:00:10");
        refresh(DAY + "T00:00:30Z");
        assertEquals(
                List.of("23|2", "00|1"),
                rows("select to_char(begins at time zone 'UTC', 'HH24'), visitors from live.hour"
                        + " where visitors > 0 order by begins"));
        assertEquals(List.of("3"), rows("select visitors from live.half_hour"));
    }

    @Test
    void goesOnAfterAPauseAndAfterACrashThatEmptiedIt() {
        data.server().execute("update registry.site set synthetic = true");
        visitors(2, DAY + "T03:10:00");
        refresh(DAY + "T03:20:00Z");
        visitors(4, DAY + "T07:10:00");
        refresh(DAY + "T09:20:00Z");
        assertEquals(List.of("2", "4"), rows("select visitors from live.hour where visitors > 0 order by begins"));
        data.server().execute("truncate live.hour, live.half_hour");
        refresh(DAY + "T09:21:00Z");
        assertEquals(List.of("2", "4"), rows("select visitors from live.hour where visitors > 0 order by begins"));
    }

    @Test
    void forgetsAfter48Hours() {
        refresh(DAY.minusDays(1) + "T10:20:00Z");
        refresh(DAY + "T10:20:00Z");
        refresh(DAY.plusDays(1) + "T10:20:00Z");
        assertEquals(
                List.of(DAY.minusDays(1) + " 11:00"),
                rows("select to_char(min(begins at time zone 'UTC'), 'YYYY-MM-DD HH24:MI') from live.hour"));
        assertEquals(
                List.of("0"),
                rows("select count(*) from live.hours"),
                "the view holds to the database's clock, should the job not run");
    }

    @Test
    void oneNodeAtATimeAndNotAgainWithinTheMinute() {
        assertTrue(refresh(DAY + "T10:20:00Z"));
        assertFalse(refresh(DAY + "T10:20:40Z"), "another node has just done it");
        SqlConnection other = pool.getConnection().await();
        var held = other.begin().await();
        other.query("select from registry.job where job = 'live' for update")
                .execute()
                .await();
        assertFalse(refresh(DAY + "T10:21:10Z"), "another node is at it");
        held.rollback().await();
        other.close().await();
        assertTrue(refresh(DAY + "T10:21:20Z"));
    }

    /** Only retention's role may pause and resume. */
    private Pool pauses() {
        return Database.visitorsPool(data.vertx(), data.database().options(DutyRole.RETENTION), 1);
    }

    @Test
    void countsNothingWhileClocksDisagree() {
        TestClock clock = TestClock.at(Instant.parse(DAY + "T10:20:00Z"));
        ClockGuard guard = new ClockGuard(
                clock,
                System::nanoTime,
                () -> Future.succeededFuture(clock.instant().minus(Duration.ofHours(1))),
                ClockGuard.Pauses.inRegistry(pauses()));
        guard.check().await();
        assertFalse(new LivePlane(pool, sites(), guard, clock).refresh().await());
        assertEquals(List.of("0"), rows("select count(*) from live.half_hour"));
        data.server().execute("update registry.job set paused_because = null");
    }

    @Test
    void itsRoleReadsTheTwoViewsAndNothingElse() {
        assertEquals(List.of("live.hours", "live.now"), rows("""
            select c.oid::regclass::text
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys')
                and c.relkind in ('r', 'p', 'v', 'm')
                and has_schema_privilege('lethe_live', n.oid, 'usage')
                and (has_table_privilege('lethe_live', c.oid, 'select, insert, update, delete, truncate')
                    or has_any_column_privilege('lethe_live', c.oid, 'select, insert, update'))
            order by 1
            """));
        assertEquals(
                List.of("f|f"),
                rows("select has_schema_privilege('lethe_dashboards', 'live', 'usage'),"
                        + " has_table_privilege('lethe_dashboards', 'live.hours', 'select')"));
        Pool live = Database.visitorsPool(data.vertx(), data.database().options(DutyRole.LIVE), 1);
        try {
            assertEquals(
                    new LiveFigures(Optional.empty(), List.of()),
                    LiveFigures.read(live, StatisticsDatabase.SITE).await());
            assertThrows(
                    Exception.class,
                    () -> live.query("select * from live.hour").execute().await());
        } finally {
            live.close().await();
        }
    }

    private void visitors(int count, String at) {
        for (int visitor = 0; visitor < count; visitor++) {
            data.event(data.uuid(), at).store();
        }
    }

    private boolean refresh(String at) {
        TestClock clock = TestClock.at(Instant.parse(at));
        ClockGuard guard = new ClockGuard(
                clock,
                System::nanoTime,
                () -> Future.succeededFuture(clock.instant()),
                ClockGuard.Pauses.inRegistry(pauses()));
        return new LivePlane(pool, sites(), guard, clock).refresh().await();
    }

    private Sites sites() {
        Sites sites = new Sites(pool);
        sites.refresh().await();
        return sites;
    }

    private List<String> rows(String query) {
        return data.rows(query);
    }
}
