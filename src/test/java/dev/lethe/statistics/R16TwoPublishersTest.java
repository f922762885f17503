package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** R16: two publishers that run all the time publish a hundred periods as a hundred rows. */
@Timeout(300)
class R16TwoPublishersTest {
    private static final int FULL = 100;
    private static final LocalDate FIRST = LocalDate.of(2026, 6, 1);

    @Test
    void eachPeriodIsPublishedByOneOfThem() throws InterruptedException {
        int days = Boolean.getBoolean("lethe.full") ? 84 : 8;
        try (StatisticsDatabase database = new StatisticsDatabase(16, "UTC", FIRST)) {
            Instant now = FIRST.plusDays(days).atTime(6, 0).toInstant(ZoneOffset.UTC);
            int periods = database.publisher(DiscreteGaussian::secure).countDue(now);
            AtomicInteger published = new AtomicInteger();
            AtomicInteger lost = new AtomicInteger();
            List<Thread> nodes = List.of(
                    Thread.ofVirtual().unstarted(() -> run(database, now, published, lost)),
                    Thread.ofVirtual().unstarted(() -> run(database, now, published, lost)));
            nodes.forEach(Thread::start);
            for (Thread node : nodes) {
                node.join();
            }
            System.out.printf(
                    "R16: two publishers, %d periods (in full: about %d, -Dlethe.full=true), %d published%n",
                    periods, FULL, published.get());
            assertEquals(periods, published.get());
            assertEquals(0, lost.get());
            assertEquals(List.of("published|" + periods), database.rows("""
                select state, count(*) from stats.published group by state\
                """));
            assertEquals(
                    periods, new PublicationJournal(database.journal()).names().size());
        }
    }

    private static void run(StatisticsDatabase database, Instant now, AtomicInteger published, AtomicInteger lost) {
        Publisher publisher = database.publisher(DiscreteGaussian::secure);
        while (publisher.countDue(now) > 0) {
            Publisher.Report report = publisher.publish(now, () -> true, left -> {});
            published.addAndGet(report.published());
            lost.addAndGet(report.lost());
        }
    }
}
