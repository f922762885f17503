package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Channel;
import dev.lethe.classify.Device;
import dev.lethe.event.Metric;
import dev.lethe.event.ProblemKind;
import dev.lethe.site.Preset;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * P18: who sees all that is published of a day, its week, its month and the weeks after it, and knows everybody else, guesses whether
 * one browser came on that day hardly better than a coin. The browser does as much as counts on that day, which shows it best.
 */
class P18MembershipGameTest {
    private static final int FULL = 100_000;
    private static final LocalDate FIRST = LocalDate.of(2026, 6, 1);
    private static final String DAY = "2026-06-10";
    private static final Instant END = Instant.parse("2026-07-16T06:00:00Z");

    @Test
    void theBestGuessGainsWhatThePrivacyPageSaysAndNoMore() {
        int rounds = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        long seed = System.nanoTime();
        PublishedGame game = new PublishedGame(P18MembershipGameTest::empty, P18MembershipGameTest::fill, END);
        for (Statistic statistic : Statistic.values()) {
            assertTrue(
                    game.squaredDistance(statistic) <= statistic.squaredSensitivity(Bounds.DEFAULT),
                    statistic + " moved by √" + game.squaredDistance(statistic));
        }
        double promised = Budget.of(Preset.BALANCED, Bounds.DEFAULT).guessAdvantage(1);
        PublishedGame.Outcome outcome = game.bestGuess(TestNoise.seeded(seed), rounds);
        System.out.printf(
                "P18: seed %d, %d rounds (in full: %d, -Dlethe.full=true): a guess gains %.3f ± %.3f, at most %.3f"
                        + " are promised%n",
                seed, rounds, FULL, outcome.advantage(), outcome.standardError(), promised);
        assertTrue(outcome.advantage() <= promised + 3 * outcome.standardError(), outcome::toString);
        // Otherwise it would not be the best guess.
        assertTrue(outcome.advantage() >= promised / 2, outcome::toString);

        PublishedGame.Outcome control = game.bestGuess(TestNoise.none(), 100);
        assertEquals(1.0, control.advantage(), "without noise the guess is always right");
    }

    private static StatisticsDatabase empty() {
        StatisticsDatabase database = new StatisticsDatabase(18, "UTC", FIRST);
        database.server()
                .execute(
                        "insert into registry.route (site, pattern) select 'example.test', '/p' || n"
                                + " from generate_series(0, 7) n",
                        "insert into registry.goal (site, goal, kind, target) values"
                                + " ('example.test', 'p0', 'page', '/p0'), ('example.test', 'p1', 'page', '/p1')",
                        "insert into registry.click (site, click) values ('example.test', 'menu')");
        return database;
    }

    private static void fill(StatisticsDatabase database, boolean present) {
        for (int i = 0; i < 5; i++) {
            database.event(database.uuid(), "2026-06-0" + (5 + i) + "T10:00:00").store();
        }
        UUID june = database.uuid();
        UUID july = database.uuid();
        if (present) {
            busyDay(database, june);
        }
        // She came before, and comes again: the cookie says how long ago.
        database.event(june, "2026-06-02T08:00:00").store();
        int gap = present ? 22 : 30;
        database.event(july, "2026-07-02T08:00:00").after(gap).store();
    }

    /** At least as much of everything as counts. */
    private static void busyDay(StatisticsDatabase database, UUID visitor) {
        for (int i = 0; i < 14; i++) {
            String hour = i < 9 ? "08" : i < 11 ? "12" : "18";
            database.event(visitor, DAY + "T" + hour + ":0" + i % 10 + ":00")
                    .page("/p" + i % 8)
                    .from(Channel.CAMPAIGN)
                    .device(Device.MOBILE)
                    .after(i == 0 ? 8 : 0)
                    .with("country", "'IS'")
                    .with("language", "'is'")
                    .with("screen", "1")
                    .with("referrer_host", "'www.google.com'")
                    .store();
        }
        database.event(visitor, DAY + "T18:30:00").engaged(900).store();
        database.event(visitor, DAY + "T18:31:00").click("menu").store();
        database.event(visitor, DAY + "T18:32:00").download("pdf").store();
        database.event(visitor, DAY + "T18:33:00").download("zip").store();
        for (Metric metric : Metric.values()) {
            database.event(visitor, DAY + "T18:34:00").vital(metric, 0.3).store();
        }
        for (ProblemKind kind : ProblemKind.values()) {
            database.event(visitor, DAY + "T18:35:00").problem(kind).store();
        }
    }
}
