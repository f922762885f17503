package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Channel;
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
            String everything = "select dimension, key, key2, noisy, sigma from stats.breakdown order by 1, 2, 3";
            List<String> before = database.rows(everything);
            assertEquals(
                    new Publisher.Report(0, 0, false), database.publish(DiscreteGaussian::secure, TUESDAY_MORNING));
            database.server()
                    .execute("set session_replication_role = replica; delete from stats.total; delete from"
                            + " stats.breakdown; delete from stats.reach; delete from stats.published");
            assertEquals(1, database.publisher(DiscreteGaussian::secure).restore());
            assertEquals(before, database.rows(everything));
            assertEquals(0, database.publisher(DiscreteGaussian::secure).restore());
            assertEquals(
                    new Publisher.Report(0, 0, false), database.publish(DiscreteGaussian::secure, TUESDAY_MORNING));
        }
    }

    @Test
    void publishedRowsCannotBeChangedByAnybody() {
        try (StatisticsDatabase database = new StatisticsDatabase(6, "UTC", MONDAY)) {
            database.publish(DiscreteGaussian::secure, TUESDAY_MORNING);
            for (String table : List.of("published", "total", "breakdown", "reach")) {
                for (String change : List.of("delete from stats." + table, "truncate stats." + table + " cascade")) {
                    assertThrows(
                            IllegalStateException.class, () -> database.server().execute(change), change);
                }
            }
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
