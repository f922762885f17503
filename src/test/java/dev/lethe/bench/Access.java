package dev.lethe.bench;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a visitor waits for her copy, her page and an erasure when 25 months of daily partitions stand, with other visitors' events
 * in each. In this process, with a clock that moves: nobody can wait for the months.
 */
final class Access {
    private static final int MONTHS = 25;
    private static final int OTHERS_A_DAY = 300;
    private static final int VIEWS_A_MONTH = 8;
    private static final int ROUNDS = 20;

    private Access() {}

    /** The first request of a process, and the ones after it. */
    private record Taken(double first, List<Double> then) {
        List<String> row(String what) {
            return List.of(
                    what,
                    Findings.text("%.0f ms", first),
                    Findings.text("%.0f ms", Median.of(then)),
                    Findings.text(
                            "%.0f ms",
                            then.stream().mapToDouble(each -> each).max().orElseThrow()));
        }
    }

    static void measure(Workshop workshop, Findings findings) {
        Instant end =
                LocalDate.now(ZoneOffset.UTC).withDayOfMonth(15).atTime(12, 0).toInstant(ZoneOffset.UTC);
        LocalDate last = LocalDate.ofInstant(end, ZoneOffset.UTC);
        TestClock clock =
                TestClock.at(end.atOffset(ZoneOffset.UTC).minusMonths(12).toInstant());
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            // A cookie lives 13 months: views in each of them, the other months hold partitions and others' events.
            for (int month = 0; month <= 12; month++) {
                clock.jumpTo(
                        end.atOffset(ZoneOffset.UTC).minusMonths(12 - month).toInstant());
                // A node that starts has this month's keys and partitions; one that jumped would wait an hour for them.
                try (TestLethe node = lethe.another()) {
                    visitor.through(node).grant();
                    for (int view = 0; view < VIEWS_A_MONTH; view++) {
                        visitor.view("/measured/" + view);
                    }
                }
            }
            lethe.database()
                    .execute("select raw.make_day(d::date) from generate_series('" + last.minusMonths(MONTHS)
                            + "'::date, '" + last + "'::date, interval '1 day') d");
            lethe.database().execute("""
                insert into raw.event (received_at, day, pseudonym, beacon_id, type, site, path, browser, browser_major,
                  system, device)
                select d, d::date, gen_random_uuid(), gen_random_uuid(), 1, 'example.test', '/other', 1, 140, 1, 1
                from generate_series('%s'::date, '%s'::date, interval '1 day') d, generate_series(1, %d) n
                """.formatted(last.minusMonths(MONTHS), last, OTHERS_A_DAY));
            lethe.database().execute("analyze raw.event");
            String held = Findings.text(
                    "%,d daily partitions, %,d events of others, %d of hers in %d months; one request after the other.",
                    lethe.count("select count(*) from raw.day"),
                    lethe.count("select count(*) from raw.event where path = '/other'"),
                    lethe.count("select count(*) from raw.event where path like '/measured/%'"),
                    lethe.count("select count(distinct month) from keys.month where site = 'example.test'"));
            workshop.say("%s", held);
            measure(lethe, visitor, held, findings);
        }
    }

    private static void measure(TestLethe first, Visitor visitor, String held, Findings findings) {
        try (TestLethe lethe = first.another()) {
            visitor.through(lethe);
            Taken copy = time(() -> visitor.send("GET", "/privacy/data?site=" + TestLethe.SITE, null, null));
            Taken page = time(() -> visitor.send("GET", "/privacy?site=" + TestLethe.SITE, null, null));
            Taken nothing = time(() -> lethe.send("GET", "/privacy/data?site=" + TestLethe.SITE, null));
            long began = System.nanoTime();
            int status =
                    visitor.form("/privacy/erase", "site=" + TestLethe.SITE).statusCode();
            double erased = (System.nanoTime() - began) / 1e6;
            if (status != 303 && status != 200) {
                throw new IllegalStateException("the erasure was answered " + status);
            }
            findings.atMost(
                    "A visitor's copy by her cookie, over 25 months of days", "%.0f ms", Median.of(copy.then()), 200);
            findings.table(
                    "Rights over 25 months of days",
                    held
                            + " The first request of a process also pays for cold code and for the planner's first"
                            + " look at the days.",
                    List.of("Request", "First", "Median of " + ROUNDS, "Worst"),
                    List.of(
                            copy.row("`GET /privacy/data`, her copy"),
                            page.row("`GET /privacy`, her page"),
                            nothing.row("`GET /privacy/data` without a cookie"),
                            List.of("`POST /privacy/erase`", Findings.text("%.0f ms", erased), "", "")));
        }
    }

    private static Taken time(Runnable request) {
        double first = millis(request);
        List<Double> then = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            then.add(millis(request));
        }
        return new Taken(first, then);
    }

    private static double millis(Runnable request) {
        long began = System.nanoTime();
        request.run();
        return (System.nanoTime() - began) / 1e6;
    }
}
