package dev.lethe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.database.TestDatabase;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R8: PostgreSQL committed and its answer was lost. The beacons are written again and count once; every answer is true. */
class R8CutAfterCommitIT {
    private static final int AT_ONCE = 8;

    /** By day a commit is one statement, near the site's midnight a transaction. */
    @ParameterizedTest
    @CsvSource({"by day, 2026-06-15T12:00:00Z, 100", "near midnight, 2026-06-15T23:46:00Z, 100"})
    void losesNothingAndDoublesNothing(String when, Instant at, int full) throws Exception {
        int rounds = Full.rounds(full);
        Random random = new Random(8);
        System.out.println("seed 8");
        try (TestLethe lethe = TestLethe.start(TestClock.at(at));
                FaultProxy proxy =
                        FaultProxy.to(lethe.database().host(), lethe.database().port());
                TestLethe node = lethe.another("--database.url=" + through(proxy, lethe.database()));
                ExecutorService browsers = Executors.newVirtualThreadPerTaskExecutor()) {
            Visitor visitor = lethe.visitor().through(node);
            visitor.grant();
            visitor.view("/first");
            for (int round = 0; round < rounds; round++) {
                // Sometimes the second attempt's answer, or the connection after it, is lost as well.
                int cuts = 1 + random.nextInt(2);
                proxy.cutAfterCommits(cuts);
                List<Future<HttpResponse<String>>> answers = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    String path = "/" + round + "-" + i;
                    answers.add(browsers.submit(() -> visitor.view(path)));
                }
                for (Future<HttpResponse<String>> answer : answers) {
                    assertEquals(Optional.of("stored"), Visitor.outcome(answer.get()));
                }
                proxy.cutAfterCommits(0);
                assertEquals(1 + AT_ONCE * (round + 1), lethe.count("select count(*) from raw.event"));
            }
            long sent = 1 + (long) AT_ONCE * rounds;
            assertEquals(sent, lethe.count("select count(distinct beacon_id) from raw.event"));
            assertEquals(sent, lethe.count("select count(distinct path) from raw.event"));
            Full.report(
                    "R8 " + when,
                    rounds,
                    full,
                    proxy.commitsCut() + " answers cut off, " + sent + " beacons acknowledged, 0 lost, 0 doubled");
        }
    }

    private static String through(FaultProxy proxy, TestDatabase server) {
        return server.url().reveal().replace(":" + server.port() + "/", ":" + proxy.port() + "/");
    }
}
