package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.fault.FaultProxy;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R15: a publication that ends in the middle, at any answer of the database, is afterwards published once, with the numbers that
 * somebody may have seen already, or not at all; never drawn twice, and never lost while the database knows what became of it.
 */
@Timeout(300)
class R15KilledPublicationTest {
    private static final int FULL = 50;
    private static final LocalDate FIRST = LocalDate.of(2026, 6, 15);

    @Test
    void isPublishedOnceOrNotAtAllWhereverItEnds() {
        try (StatisticsDatabase database = new StatisticsDatabase(15, "UTC", FIRST);
                FaultProxy proxy = FaultProxy.to(
                        database.server().host(), database.server().port())) {
            LocalDate day = FIRST;
            int answers = answersOfOnePublication(database, proxy, day);
            int points = Boolean.getBoolean("lethe.full") ? FULL : FULL / 5;
            Set<Integer> cutAt = new TreeSet<>(Set.of(answers - 3, answers - 2, answers - 1));
            for (int i = 0; cutAt.size() < Math.min(points, answers); i++) {
                cutAt.add(i * answers / points % answers);
                if (i > points) {
                    cutAt.add(i % answers);
                }
            }
            int seenBefore = 0;
            for (int point : cutAt) {
                day = day.plusDays(1);
                seenBefore += killedAndRestarted(database, proxy, day, point) ? 1 : 0;
            }
            System.out.printf(
                    "R15: cut at %d of the %d answers of a publication (in full: %d, -Dlethe.full=true), %d of them"
                            + " after its commit: each published once%n",
                    cutAt.size(), answers, Math.min(FULL, answers), seenBefore);
            assertTrue(seenBefore > 0, "no cut came after a commit");
            assertTrue(seenBefore < cutAt.size(), "no cut came before a commit");
        }
    }

    private static int answersOfOnePublication(StatisticsDatabase database, FaultProxy proxy, LocalDate day) {
        proxy.refuseAfterAnswers(1_000_000);
        Pool pool = through(database, proxy);
        publisher(database, pool).publish(dueOn(day), () -> true, left -> {});
        int answers = 1_000_000 - proxy.answersToPass();
        pool.close().await();
        assertTrue(answers > 15, answers + " answers");
        return answers;
    }

    /** @return whether its numbers could be seen before the restart */
    private static boolean killedAndRestarted(StatisticsDatabase database, FaultProxy proxy, LocalDate day, int point) {
        database.event(database.uuid(), day + "T10:00:00").store();
        proxy.refuseAfterAnswers(point);
        Pool pool = through(database, proxy);
        Publisher killed = publisher(database, pool);
        try {
            killed.publish(dueOn(day), () -> true, left -> {});
        } catch (Exception ended) {
            // As it should, unless only the release of its claim was cut.
        }
        assertTrue(proxy.answersToPass() < 0, "nothing was cut at " + point);
        List<String> seen = numbers(database, day);
        proxy.admit();
        Publisher restarted = publisher(database, pool);
        restarted.restore();
        // The server may take a moment to notice that nobody is there any more.
        Publisher.Report report = restarted.publish(dueOn(day), () -> true, left -> {});
        while (report.isBusy()) {
            LockSupport.parkNanos(10_000_000);
            report = restarted.publish(dueOn(day), () -> true, left -> {});
        }
        pool.close().await();
        assertEquals(0, report.lost(), "cut at " + point);
        assertEquals(
                List.of("published"),
                database.rows("select state from stats.published where grain = 'day' and period = '" + day + "'"));
        if (!seen.isEmpty()) {
            assertEquals(seen, numbers(database, day), "cut at " + point);
        }
        PublicationJournal journal = new PublicationJournal(database.journal());
        assertFalse(numbers(database, day).isEmpty());
        assertEquals(Set.of(), journal.begun(), "cut at " + point);
        assertEquals(
                numbers(database, day),
                journal.read("published/example.test/day-" + day + ".json.gz").rows().stream()
                        .filter(row -> row.cell().key().isEmpty())
                        .map(row -> row.cell().name() + "|" + row.noisy())
                        .sorted()
                        .toList(),
                "the journal has what was published, cut at " + point);
        return !seen.isEmpty();
    }

    private static List<String> numbers(StatisticsDatabase database, LocalDate day) {
        return database
                .rows("select measure, noisy from stats.total where grain = 'day' and period = '" + day + "'")
                .stream()
                .sorted()
                .toList();
    }

    private static Pool through(StatisticsDatabase database, FaultProxy proxy) {
        PgConnectOptions options = new PgConnectOptions(database.database().options(DutyRole.PUBLISHER))
                .setHost("127.0.0.1")
                .setPort(proxy.port());
        return Database.pool(database.vertx(), options, 4);
    }

    private static Publisher publisher(StatisticsDatabase database, Pool pool) {
        return new Publisher(pool, database.journal(), database.random(), DiscreteGaussian::secure);
    }

    /** Weeks and months are left alone: each cut meets one period. */
    private static Instant dueOn(LocalDate day) {
        return day.plusDays(1).atTime(6, 0).toInstant(ZoneOffset.UTC);
    }
}
