package dev.lethe.bench;

import dev.lethe.database.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Single beacons, each acknowledged after its commit, against the empty endpoint: the same requests, the same load, turn and turn
 * about. Then what the run left: the size of the rows, the memory of the process, and a profile.
 */
final class Ingestion {
    private static final int ROUNDS = 5;
    private static final int EMPTY_SECONDS = 3;
    private static final int LETHE_SECONDS = 5;

    private Ingestion() {}

    /** One run with the processor time it took. */
    private record Run(Answers answers, Duration server, Duration database, Duration load) {
        double micros(Duration of) {
            return of.toNanos() / 1e3 / (answers.wanted() + answers.other());
        }
    }

    static void measure(Workshop workshop, Findings findings) throws Exception {
        List<List<String>> rounds = new ArrayList<>();
        List<List<String>> processors = new ArrayList<>();
        List<Double> dearer = new ArrayList<>();
        double perSecond = compare(workshop, findings, 64, 0.18, rounds, processors, dearer);
        workshop.setCapacity(perSecond);
        compare(workshop, findings, 256, 0.23, rounds, processors, dearer);
        findings.atMost(
                "Processor time of the collector for a stored beacon, against the empty endpoint's for a request",
                "%.1f ×",
                dearer.stream().mapToDouble(each -> each).max().orElseThrow(),
                3);
        memory(workshop, findings);
        double bytes = storage(workshop, findings);
        findings.plain(
                "So a day of half this load, stored for 25 months, is",
                Findings.text(
                        "%.0f million events a day, %.0f GB a day",
                        perSecond / 2 * 86_400 / 1e6, perSecond / 2 * 86_400 * bytes / 1e9));
        findings.table(
                "Ingestion, round by round",
                "Answers a second; the ratio of each round is of two runs that follow one another.",
                List.of("Connections", "Round", "Empty endpoint", "Lethe, stored", "Ratio"),
                rounds);
        findings.table(
                "Processor time for a request",
                "Microseconds of both processors, medians of the rounds; what is missing to the whole is the kernel's"
                        + " own work.",
                List.of(
                        "Connections",
                        "Empty endpoint",
                        "The load beside it",
                        "Lethe",
                        "PostgreSQL",
                        "The load beside them"),
                processors);
        Profile.measure(workshop, findings);
    }

    /** Returns the stored beacons a second, a median. */
    private static double compare(
            Workshop workshop,
            Findings findings,
            int connections,
            double aim,
            List<List<String>> rounds,
            List<List<String>> processors,
            List<Double> dearer)
            throws IOException, InterruptedException, ExecutionException {
        workshop.say("%d connections, warming up", connections);
        workshop.warmUp(Order.Kind.EMPTY, connections);
        workshop.warmUp(Order.Kind.SINGLE, connections);
        List<Run> empty = new ArrayList<>();
        List<Run> stored = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            // Turn about, so that what drifts falls on both.
            if (round % 2 == 0) {
                empty.add(empty(workshop, connections));
                stored.add(stored(workshop, connections));
            } else {
                stored.add(stored(workshop, connections));
                empty.add(empty(workshop, connections));
            }
            double without = empty.getLast().answers().perSecond();
            double with = stored.getLast().answers().perSecond();
            ratios.add(with / without);
            workshop.say(
                    "%d connections, round %d of %d: empty %,.0f a second, stored %,.0f, ratio %.3f",
                    connections, round + 1, ROUNDS, without, with, with / without);
            rounds.add(List.of(
                    Integer.toString(connections),
                    Integer.toString(round + 1),
                    Findings.text("%,.0f", without),
                    Findings.text("%,.0f", with),
                    Findings.text("%.3f", with / without)));
        }
        Answers all = stored.stream().map(Run::answers).reduce(Answers::plus).orElseThrow();
        double perSecond =
                Median.of(stored.stream().map(run -> run.answers().perSecond()).toList());
        findings.plain(
                Findings.text("Single beacons acknowledged after commit, %d connections", connections),
                Findings.text("%,.0f a second", perSecond));
        findings.atLeast(
                Findings.text("The same, against the empty endpoint, %d connections", connections),
                "%.3f",
                Median.of(ratios),
                aim);
        findings.atMost(
                Findings.text("The slowest hundredth of these answers (p99), %d connections", connections),
                "%.0f ms",
                all.millisAt(99),
                40);
        double ofEmpty =
                Median.of(empty.stream().map(run -> run.micros(run.server())).toList());
        double ofLethe =
                Median.of(stored.stream().map(run -> run.micros(run.server())).toList());
        dearer.add(ofLethe / ofEmpty);
        processors.add(List.of(
                Integer.toString(connections),
                Findings.text("%.1f", ofEmpty),
                Findings.text(
                        "%.1f",
                        Median.of(empty.stream()
                                .map(run -> run.micros(run.load()))
                                .toList())),
                Findings.text("%.1f", ofLethe),
                Findings.text(
                        "%.1f",
                        Median.of(stored.stream()
                                .map(run -> run.micros(run.database()))
                                .toList())),
                Findings.text(
                        "%.1f",
                        Median.of(stored.stream()
                                .map(run -> run.micros(run.load()))
                                .toList()))));
        return perSecond;
    }

    private static Run empty(Workshop workshop, int connections)
            throws IOException, InterruptedException, ExecutionException {
        JavaProcess server = workshop.empty();
        JavaProcess load = workshop.load();
        Duration serverBefore = server.processorTime();
        Duration loadBefore = load.processorTime();
        Answers answers = workshop.loadEmpty(connections, EMPTY_SECONDS);
        return new Run(
                answers,
                server.processorTime().minus(serverBefore),
                Duration.ZERO,
                load.processorTime().minus(loadBefore));
    }

    private static Run stored(Workshop workshop, int connections)
            throws IOException, InterruptedException, ExecutionException {
        ServedLethe lethe = workshop.lethe();
        JavaProcess load = workshop.load();
        Duration serverBefore = lethe.processorTime();
        Duration databaseBefore = lethe.databaseProcessorTime();
        Duration loadBefore = load.processorTime();
        Answers answers = workshop.loadLethe(Order.Kind.SINGLE, connections, LETHE_SECONDS);
        return new Run(
                answers,
                lethe.processorTime().minus(serverBefore),
                lethe.databaseProcessorTime().minus(databaseBefore),
                load.processorTime().minus(loadBefore));
    }

    private static void memory(Workshop workshop, Findings findings)
            throws IOException, InterruptedException, ExecutionException {
        String what = Findings.text("Resident memory of the JVM after full load, %s", ServedLethe.HEAP);
        double mebibytes = JavaProcess.mostResidentMebibytes(workshop.lethe().pid());
        if (Double.isNaN(mebibytes)) {
            findings.plain(what, "told on Linux only");
        } else {
            findings.atMost(what, "%.0f MB", mebibytes * 1.048576, 300);
        }
    }

    /** Of the rows that came over HTTP, in the pages as inserting left them. */
    private static double storage(Workshop workshop, Findings findings)
            throws SQLException, IOException, InterruptedException, ExecutionException {
        try (Database database = workshop.lethe().database();
                Connection owner = database.connectAsOwner();
                Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery("""
                    select
                        (select count(*) from raw.event) as rows,
                        sum(pg_table_size(i.inhrelid)) as heap,
                        sum(pg_indexes_size(i.inhrelid)) as indexes
                    from pg_inherits i
                    where i.inhparent = 'raw.event'::regclass
                    """)) {
            row.next();
            double rows = row.getDouble("rows");
            double bytes = (row.getDouble("heap") + row.getDouble("indexes")) / rows;
            findings.atMost("Storage of a raw event, index included", "%.0f bytes", bytes, 230);
            workshop.say(
                    "%,.0f rows: %.0f bytes each, %.0f of them the index's",
                    rows, bytes, row.getDouble("indexes") / rows);
            return bytes;
        }
    }
}
