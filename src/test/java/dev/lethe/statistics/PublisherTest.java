package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Channel;
import dev.lethe.site.SiteId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is published when, once. */
class PublisherTest {
    private static final LocalDate MONDAY = LocalDate.of(2026, 6, 15);
    private static final Instant TUESDAY_MORNING = Instant.parse("2026-06-16T06:00:00Z");

    @Test
    void publishesADayAtSixOnTheNextAndNotBefore() {
        try (StatisticsDatabase database = new StatisticsDatabase(1, "UTC", MONDAY)) {
            assertEquals(
                    new Publisher.Report(0, 0, false),
                    database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING.minusSeconds(1)));
            assertEquals(
                    new Publisher.Report(1, 0, false), database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING));
            assertEquals(
                    List.of("example.test|day|2026-06-15|2026-06-15 00:00:00|2026-06-16 00:00:00|published"),
                    database.rows(
                            "select site, grain, period, begins at time zone 'UTC', ends at time zone 'UTC', state"
                                    + " from stats.published"));
        }
    }

    @Test
    void countsWhatHappenedAndAddsNoise() {
        try (StatisticsDatabase database = new StatisticsDatabase(2, "UTC", MONDAY)) {
            UUID one = database.uuid();
            UUID two = database.uuid();
            database.event(one, "2026-06-15T09:00:00").from(Channel.SEARCH).store();
            database.event(one, "2026-06-15T09:01:00").page("/b").store();
            database.event(one, "2026-06-15T09:02:00")
                    .page("/b")
                    .click("signup")
                    .store();
            database.event(one, "2026-06-15T12:00:00").after(0).store();
            database.event(two, "2026-06-15T23:59:59").after(40).store();
            database.event(two, "2026-06-15T23:59:59").engaged(125).store();
            database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING);
            assertEquals(
                    List.of(
                            "click_visitors|1",
                            "engaged_minutes|2",
                            "first_visit_bounced|0",
                            "further_pageviews|2",
                            "further_visits|1",
                            "unique_28|2",
                            "unique_7|2",
                            "visitors|2"),
                    database.rows("select measure, noisy from stats.total order by measure"));
            assertEquals(List.of("direct||1", "search||1"), database.breakdown(Grain.DAY, MONDAY, "channel"));
            assertEquals(List.of("(other)||2"), database.breakdown(Grain.DAY, MONDAY, "page"));
            assertEquals(
                    List.of("40|1", "32767|1"),
                    database.rows("select gap, noisy from stats.reach where noisy <> 0 order by gap"));
        }
        try (StatisticsDatabase database = new StatisticsDatabase(3, "UTC", MONDAY)) {
            database.publish(DiscreteGaussian::secure, TUESDAY_MORNING);
            long moved = database.rows("select noisy from stats.breakdown where noisy <> 0")
                    .size();
            assertTrue(moved > 200, "only " + moved + " of the zeros were hidden");
        }
    }

    @Test
    void publishesWeeksAndMonthsWithEveryRowOfTheBudget() {
        try (StatisticsDatabase database = new StatisticsDatabase(4, "Europe/Paris", LocalDate.of(2026, 6, 1))) {
            for (int day = 1; day <= 30; day++) {
                String date = "2026-06-" + (day < 10 ? "0" + day : day);
                database.event(database.uuid(), date + "T10:00:00").store();
            }
            Publisher.Report report = database.publish(DiscreteGaussian::secure, Instant.parse("2026-07-01T04:00:00Z"));
            assertEquals(30 + 4 + 1, report.published());
            for (Statistic statistic : Statistic.values()) {
                for (String name : statistic.names()) {
                    boolean needsAnOperator = name.equals("goal");
                    boolean needsVisitors =
                            name.equals("campaign") || (name.equals("browser") && statistic.grain() == Grain.MONTH);
                    if (!needsAnOperator && !needsVisitors) {
                        assertTrue(
                                !database.rows("select 1 from stats.total where measure = '" + name + "' and grain = '"
                                                + statistic.grain().label() + "' union all"
                                                + " select 1 from stats.breakdown where dimension = '" + name
                                                + "' and grain = '"
                                                + statistic.grain().label() + "' union all"
                                                + " select 1 from stats.reach where 'reach' = '" + name
                                                + "' limit 1")
                                        .isEmpty(),
                                statistic + " has no row of " + name);
                    }
                }
            }
        }
    }

    @Test
    void neverDrawsAPeriodAgainThoughTheDatabaseForgotIt() {
        try (StatisticsDatabase database = new StatisticsDatabase(5, "UTC", MONDAY)) {
            database.publish(DiscreteGaussian::secure, TUESDAY_MORNING);
            List<String> before = database.rows(EVERYTHING);
            assertEquals(
                    new Publisher.Report(0, 0, false), database.publish(DiscreteGaussian::secure, TUESDAY_MORNING));
            database.forgetEverythingPublished();
            assertEquals(1, database.publisher(DiscreteGaussian::secure).restore());
            assertEquals(before, database.rows(EVERYTHING));
            assertEquals(0, database.publisher(DiscreteGaussian::secure).restore());
            assertEquals(
                    new Publisher.Report(0, 0, false), database.publish(DiscreteGaussian::secure, TUESDAY_MORNING));
        }
    }

    @Test
    void putsAPeriodBackWhenTheDatabaseWentBackUnderARunningNode() {
        try (StatisticsDatabase database = new StatisticsDatabase(8, "UTC", MONDAY)) {
            Publisher running = database.publisher(DiscreteGaussian::secure);
            running.publish(TUESDAY_MORNING, () -> true, left -> {});
            List<String> before = database.rows(EVERYTHING);
            database.forgetEverythingPublished();
            running.publish(TUESDAY_MORNING, () -> true, left -> {});
            assertEquals(before, database.rows(EVERYTHING));
        }
    }

    @Test
    void aLostPeriodStaysLostHoweverOftenTheOldBackupIsPutBack() {
        try (StatisticsDatabase database = new StatisticsDatabase(9, "UTC", MONDAY)) {
            begin(database, new UUID(1, 2), "1");
            for (int restore = 0; restore < 2; restore++) {
                assertEquals(
                        new Publisher.Report(0, 1, false),
                        database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING));
                database.forgetEverythingPublished();
            }
            assertEquals(List.of(), database.rows("select 1 from stats.total"));
        }
    }

    @Test
    void aDatabaseOlderThanTheTransactionOfADrawLosesThePeriod() {
        try (StatisticsDatabase database = new StatisticsDatabase(10, "UTC", MONDAY)) {
            UUID draw = new UUID(1, 2);
            begin(database, draw, "1000000000");
            database.server()
                    .execute("insert into registry.draw values ('example.test', 'day', '" + MONDAY + "', '" + draw
                            + "')");
            assertEquals(
                    new Publisher.Report(0, 1, false), database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING));
        }
    }

    @Test
    void aDatabaseThatIsOutOfOrderLosesNothing() {
        try (StatisticsDatabase database = new StatisticsDatabase(11, "UTC", MONDAY)) {
            UUID draw = new UUID(1, 2);
            database.server()
                    .execute("insert into registry.draw values ('example.test', 'day', '" + MONDAY + "', '" + draw
                            + "')");
            begin(database, draw, rolledBack(database));
            String publisher = database.rows("select grantee from information_schema.role_table_grants where"
                            + " table_schema = 'registry' and table_name = 'draw' and privilege_type = 'INSERT' and"
                            + " grantee like '%publisher%'")
                    .getFirst();
            database.server().execute("revoke select on registry.draw from " + publisher);
            assertThrows(
                    IllegalStateException.class, () -> database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING));
            assertEquals(List.of(), database.rows("select period from stats.published"));
            database.server().execute("grant select on registry.draw to " + publisher);
            assertEquals(
                    new Publisher.Report(1, 0, false), database.publish(StatisticsDatabase.NO_NOISE, TUESDAY_MORNING));
        }
    }

    @Test
    void aPeriodThatFailsHoldsUpItsOwnSiteOnly() {
        try (StatisticsDatabase database = new StatisticsDatabase(12, "UTC", MONDAY)) {
            database.addSite("a.test", "UTC", MONDAY);
            database.addSite("z.test", "UTC", MONDAY);
            database.server()
                    .execute("alter table stats.published add constraint broken check (site <> 'example.test')");
            Instant later = TUESDAY_MORNING.plusSeconds(86_400);
            IllegalStateException failed = assertThrows(
                    IllegalStateException.class, () -> database.publish(StatisticsDatabase.NO_NOISE, later));
            assertTrue(failed.getMessage().contains("example.test day 2026-06-15"), failed.getMessage());
            String published = "select site, period from stats.published order by 1, 2";
            assertEquals(
                    List.of("a.test|2026-06-15", "a.test|2026-06-16", "z.test|2026-06-15", "z.test|2026-06-16"),
                    database.rows(published));
            database.server().execute("alter table stats.published drop constraint broken");
            assertEquals(new Publisher.Report(2, 0, false), database.publish(StatisticsDatabase.NO_NOISE, later));
        }
    }

    @Test
    void aWeakerPresetIsUsedWhereNoDayBeforeItIsRead() {
        LocalDate first = LocalDate.of(2026, 6, 29);
        try (StatisticsDatabase database = new StatisticsDatabase(13, "UTC", first)) {
            database.server()
                    .execute("update registry.site set next_preset = 'light', next_preset_from = '2026-07-01'");
            database.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-07-30T06:00:00Z"));
            assertEquals(
                    List.of("day|2026-06-29|2026-07-27|balanced", "day|2026-07-28|2026-07-29|light"),
                    database.rows("select grain, min(period), max(period), preset from stats.published"
                            + " where grain = 'day' group by 1, 4 order by 2"));
            assertEquals(
                    List.of("2026-06-29|balanced", "2026-07-06|light", "2026-07-13|light", "2026-07-20|light"),
                    database.rows("select period, preset from stats.published where grain = 'week' order by 1"));
        }
    }

    private static final String EVERYTHING =
            "select dimension, key, key2, noisy, sigma from stats.breakdown order by 1, 2, 3";

    /** Leaves what a node leaves that is killed after it began to draw Monday's numbers. */
    private static void begin(StatisticsDatabase database, UUID draw, String transaction) {
        String cluster = database.rows("select system_identifier::text from pg_control_system()")
                .getFirst();
        assertTrue(new PublicationJournal(database.journal())
                .begin(
                        new Period(new SiteId(StatisticsDatabase.SITE), Grain.DAY, MONDAY),
                        new PublicationJournal.Intent(draw, transaction, cluster)));
    }

    private static String rolledBack(StatisticsDatabase database) {
        try (Connection connection = database.server().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try (ResultSet row = statement.executeQuery("select pg_current_xact_id()::text")) {
                row.next();
                return row.getString(1);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void publishedRowsCannotBeChangedByAnybody() {
        try (StatisticsDatabase database = new StatisticsDatabase(6, "UTC", MONDAY)) {
            database.publish(DiscreteGaussian::secure, TUESDAY_MORNING);
            String everything = """
                select 'total', measure, noisy, sigma from stats.total
                union all select 'breakdown', dimension || key || key2, noisy, sigma from stats.breakdown
                union all select 'reach', gap::text, noisy, sigma from stats.reach
                union all select 'published', state || preset || bounds, 0, 0 from stats.published
                order by 1, 2
                """;
            List<String> before = database.rows(everything);
            for (String table : List.of("published", "total", "breakdown", "reach")) {
                String value = table.equals("published") ? "preset = 'light'" : "noisy = noisy + 1";
                for (String change : List.of(
                        "update stats." + table + " set " + value,
                        "delete from stats." + table,
                        "truncate stats." + table + " cascade")) {
                    IllegalStateException refused = assertThrows(
                            IllegalStateException.class, () -> database.server().execute(change), change);
                    assertTrue(refused.getMessage().contains("published statistics never change"), refused::getMessage);
                }
            }
            assertEquals(before, database.rows(everything));
            // The control: nothing but the trigger stood in the way of these statements.
            database.server()
                    .execute("set session_replication_role = replica; update stats.total set noisy = noisy + 1;"
                            + " update stats.published set preset = 'light'");
            assertNotEquals(before, database.rows(everything));
        }
    }

    @Test
    void marksAPeriodLostWhoseRawEventsAreGone() {
        try (StatisticsDatabase database = new StatisticsDatabase(7, "UTC", MONDAY)) {
            database.server().execute("drop table raw.event_20260615");
            database.makeDay(MONDAY.plusDays(1));
            assertEquals(
                    new Publisher.Report(1, 1, false),
                    database.publish(DiscreteGaussian::secure, TUESDAY_MORNING.plusSeconds(86_400)));
            assertEquals(
                    List.of("2026-06-15|lost", "2026-06-16|published"),
                    database.rows("select period, state from stats.published order by 1"));
        }
    }
}
