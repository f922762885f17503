package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What commands destroy or publish by a clock that is wrong: nothing, until somebody has looked at it. */
@Timeout(60)
class ClockOfCommandsTest {
    private static final String DAYS = "select count(*) from raw.day where day = '%s'";

    @Test
    void retentionDestroysNothingByAClockThatDisagreesWithTheDatabases() {
        TestClock clock = TestClock.now();
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        try (TestLethe lethe = TestLethe.start(clock)) {
            String day = DAYS.formatted(today);
            assertEquals(1, lethe.count(day));
            // The node would notice by itself; here only the command is to.
            lethe.collector().close();
            clock.jump(Duration.ofDays(3 * 365));

            Instant soon = clock.instant().minus(Duration.ofDays(1));
            CommandRun refused = CommandRun.of(lethe, "retention");
            CommandRun refusedWithAnInstant = CommandRun.of(lethe, "retention", "--as-of", soon.toString());
            assertEquals(1, refused.exitCode(), refused::out);
            assertTrue(refused.err().contains("clock of this machine and that of PostgreSQL"), refused::err);
            assertTrue(refused.err().contains("lethe retention --confirm"), refused::err);
            assertEquals(1, refusedWithAnInstant.exitCode(), refusedWithAnInstant::out);
            assertEquals(1, lethe.count(day), "it stands");
            assertEquals(0, CommandRun.of(lethe, "retention", "--dry-run").exitCode(), "looking is allowed");

            CommandRun confirmed = CommandRun.of(lethe, "retention", "--confirm");
            assertEquals(0, confirmed.exitCode(), confirmed::err);
            assertEquals(0, lethe.count(day), "the control: it was only the clock that kept it");
        }
    }

    @Test
    void publicationPublishesNothingByAClockThatDisagreesWithTheDatabases() {
        TestClock clock = TestClock.now();
        try (TestLethe lethe = TestLethe.start(clock)) {
            lethe.collector().close();
            clock.jump(Duration.ofDays(3));
            CommandRun refused = CommandRun.of(lethe, "publish");
            assertEquals(1, refused.exitCode(), refused::out);
            assertTrue(refused.err().contains("lethe publish --confirm"), refused::err);
            assertEquals(0, lethe.count("select count(*) from stats.published"));
            assertEquals(0, CommandRun.of(lethe, "publish", "--dry-run").exitCode(), "looking is allowed");
        }
    }
}
