package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Events of a visitor who asked for restriction stay where they are, and count nowhere until she releases them. */
class S26RestrictedStayOutOfStatisticsTest {
    private static final LocalDate MONDAY = LocalDate.of(2026, 6, 15);
    private static final LocalDate TUESDAY = MONDAY.plusDays(1);

    @Test
    void withheldEventsAreInTheTableAndInNoNumber() {
        try (StatisticsDatabase database = new StatisticsDatabase(26, "UTC", MONDAY)) {
            UUID restricted = database.uuid();
            UUID other = database.uuid();
            for (LocalDate day : List.of(MONDAY, TUESDAY)) {
                for (UUID visitor : List.of(restricted, other)) {
                    database.event(visitor, day + "T09:00:00").store();
                    database.event(visitor, day + "T09:01:00").click("menu").store();
                }
            }
            database.server()
                    .execute("insert into rights.withheld (site, pseudonym, month) values ('" + StatisticsDatabase.SITE
                            + "', '" + restricted + "', '2026-06-01')");
            database.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-06-16T06:00:00Z"));
            assertEquals(1, database.total(Grain.DAY, MONDAY, "visitors"));
            assertEquals(1, database.total(Grain.DAY, MONDAY, "click_visitors"));
            assertEquals(List.of("direct||1"), database.breakdown(Grain.DAY, MONDAY, "channel"));
            assertEquals(
                    List.of("4"),
                    database.rows("select count(*) from raw.event where pseudonym = '" + restricted + "'"));

            // The control: released, she counts in what is published from then on.
            database.server().execute("delete from rights.withheld");
            database.publish(StatisticsDatabase.NO_NOISE, Instant.parse("2026-06-17T06:00:00Z"));
            assertEquals(2, database.total(Grain.DAY, TUESDAY, "visitors"));
            assertEquals(1, database.total(Grain.DAY, MONDAY, "visitors"));
        }
    }
}
