package dev.lethe.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The load, in a process of its own, so that its processor time is not the collector's. Reads an {@link Order} a line and answers each
 * with {@link Answers}; ends with its input. One process for all runs: it is as warm for the empty endpoint as for Lethe.
 */
final class BeaconLoad {
    private static final int LOOPS = Runtime.getRuntime().availableProcessors();

    private final Traffic traffic;
    private final Map<String, List<Template>> made = new HashMap<>();

    private BeaconLoad(Traffic traffic) {
        this.traffic = traffic;
    }

    /** The argument is a file with a cookie a line. */
    public static void main(String[] arguments) throws Exception {
        BeaconLoad load = new BeaconLoad(new Traffic(Files.readAllLines(Path.of(arguments[0]))));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            System.out.println(load.run(Order.parse(line)).toLine());
        }
    }

    private Answers run(Order order) throws Exception {
        List<Template> templates = made.computeIfAbsent(
                order.kind() + " " + order.to(),
                unmade -> order.kind() == Order.Kind.BATCH ? traffic.batches(order.to()) : traffic.singles(order.to()));
        List<LoadLoop> loops = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            int connections = order.connections() / LOOPS + (i < order.connections() % LOOPS ? 1 : 0);
            loops.add(new LoadLoop(order, templates, connections, i));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(LOOPS)) {
            long beginNanos = System.nanoTime();
            List<Future<Answers>> running = new ArrayList<>();
            for (LoadLoop loop : loops) {
                running.add(threads.submit(() -> loop.run(beginNanos, order.perSecond() / (double) LOOPS)));
            }
            Answers all = running.getFirst().get();
            for (Future<Answers> further : running.subList(1, running.size())) {
                all = all.plus(further.get());
            }
            return all;
        } finally {
            for (LoadLoop loop : loops) {
                closeQuietly(loop);
            }
        }
    }

    private static void closeQuietly(LoadLoop loop) {
        try {
            loop.close();
        } catch (IOException broken) {
            System.err.println("a connection of the load did not close: " + broken.getMessage());
        }
    }
}
