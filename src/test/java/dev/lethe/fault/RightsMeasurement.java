package dev.lethe.fault;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * Figures of this machine, printed and not asserted: how long a visitor waits for her copy, her page and an erasure when 25 months of
 * daily partitions stand, with other visitors' events in each. Run by hand: {@code main}.
 */
final class RightsMeasurement {
    private static final int MONTHS = 25;
    private static final int OTHERS_A_DAY = 300;
    private static final int ROUNDS = 20;

    private RightsMeasurement() {}

    public static void main(String[] arguments) {
        Instant end = Instant.parse("2026-06-15T12:00:00Z");
        LocalDate last = LocalDate.ofInstant(end, ZoneOffset.UTC);
        TestClock clock =
                TestClock.at(end.atOffset(ZoneOffset.UTC).minusMonths(12).toInstant());
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            // A cookie lives 13 months: a view in each of them, the other months hold partitions and others' events.
            for (int month = 0; month <= 12; month++) {
                clock.jumpTo(
                        end.atOffset(ZoneOffset.UTC).minusMonths(12 - month).toInstant());
                // A node that starts has this month's keys and partitions; one that jumped would wait an hour for them.
                try (TestLethe node = lethe.another()) {
                    visitor.through(node).grant();
                    for (int view = 0; view < 8; view++) {
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
            System.out.printf(
                    "%d partitions, %d events, %d of the visitor's, %d months with keys%n",
                    lethe.count("select count(*) from raw.day"),
                    lethe.count("select count(*) from raw.event"),
                    lethe.count("select count(*) from raw.event where path like '/measured/%'"),
                    lethe.count("select count(distinct month) from keys.month where site = 'example.test'"));
            measure(lethe, visitor);
        }
        System.exit(0);
    }

    private static void measure(TestLethe first, Visitor visitor) {
        try (TestLethe lethe = first.another()) {
            visitor.through(lethe);
            time("copy", () -> visitor.send("GET", "/privacy/data?site=" + TestLethe.SITE, null, null));
            time("page", () -> visitor.send("GET", "/privacy?site=" + TestLethe.SITE, null, null));
            time("copy of nothing", () -> lethe.send("GET", "/privacy/data?site=" + TestLethe.SITE, null));
            long began = System.nanoTime();
            int status =
                    visitor.form("/privacy/erase", "site=" + TestLethe.SITE).statusCode();
            System.out.printf("erasure: %.0f ms (%d)%n", (System.nanoTime() - began) / 1e6, status);
        }
    }

    private static void time(String what, Runnable request) {
        long began = System.nanoTime();
        request.run();
        double first = (System.nanoTime() - began) / 1e6;
        double[] millis = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            request.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(
                "%s: first %.0f ms, then median %.0f ms, worst of %d %.0f ms%n",
                what, first, millis[ROUNDS / 2], ROUNDS, millis[ROUNDS - 1]);
    }
}
