package dev.lethe.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of the bench share: one served Lethe, one empty endpoint and one load, each a process of its own, started when first
 * asked for. For one thread; {@link #close} ends them.
 */
final class Workshop implements AutoCloseable {
    private static final int VISITORS = 1_000;
    private static final int CONNECTIONS = 64;
    private static final int WARM_UP_SECONDS = 3;
    private static final int MOST_WARM_UPS = 8;
    private static final double STILL_WARMING = 1.03;

    private final Path directory;
    private final long beganNanos = System.nanoTime();
    private @Nullable ServedLethe lethe;
    private @Nullable JavaProcess load;
    private @Nullable JavaProcess empty;
    private int emptyPort;
    private OptionalDouble capacity = OptionalDouble.empty();

    Workshop() throws IOException {
        Path bench = Files.createDirectories(Path.of("target", "bench").toAbsolutePath());
        directory = Files.createTempDirectory(bench, "run-");
    }

    /** A directory that does not exist yet. */
    Path fresh(String name) {
        return directory.resolve(name);
    }

    void say(String format, Object... values) {
        long seconds = Duration.ofNanos(System.nanoTime() - beganNanos).toSeconds();
        System.out.println(Findings.text("[%d:%02d] ", seconds / 60, seconds % 60) + Findings.text(format, values));
    }

    /** Serving one site, with {@link #VISITORS} who have consented. */
    ServedLethe lethe() throws IOException, InterruptedException, ExecutionException {
        if (lethe == null) {
            say("starting Lethe with a new database, and %d visitors who consent", VISITORS);
            ServedLethe started = ServedLethe.start(fresh("lethe"), "--demo=false");
            lethe = started;
            started.addSite();
            Path cookies = fresh("cookies");
            Files.write(cookies, started.visitors(VISITORS));
            load = JavaProcess.start(BeaconLoad.class, List.of("-Xmx256m"), cookies.toString());
        }
        return lethe;
    }

    /** With the same heap as Lethe. */
    JavaProcess empty() throws IOException {
        if (empty == null) {
            empty = JavaProcess.start(
                    EmptyEndpoint.class, List.of(ServedLethe.HEAP, "--enable-native-access=ALL-UNNAMED"));
            emptyPort = Integer.parseInt(empty.readLine());
        }
        return empty;
    }

    /** The load's process, which {@link #lethe} starts, because it sends the cookies of Lethe's visitors. */
    JavaProcess load() throws IOException, InterruptedException, ExecutionException {
        lethe();
        return Objects.requireNonNull(load);
    }

    Answers loadEmpty(int connections, int seconds) throws IOException, InterruptedException, ExecutionException {
        empty();
        return run(Order.closed(Order.Kind.EMPTY, new InetSocketAddress("127.0.0.1", emptyPort), connections, seconds));
    }

    Answers loadLethe(Order.Kind kind, int connections, int seconds)
            throws IOException, InterruptedException, ExecutionException {
        return run(Order.closed(kind, lethe().address(), connections, seconds));
    }

    Answers run(Order order) throws IOException, InterruptedException, ExecutionException {
        Answers answers = Answers.parse(load().ask(order.toLine()));
        if (answers.other() + answers.broken() > 0) {
            say(
                    "of %d requests %d were answered otherwise and %d not",
                    answers.sent(), answers.other(), answers.broken());
        }
        return answers;
    }

    /**
     * Until some seconds bring no more than {@link #STILL_WARMING} over the best before: compilers of the JVM want requests, and on a
     * busy machine those take longer to come.
     */
    void warmUp(Order.Kind kind, int connections) throws IOException, InterruptedException, ExecutionException {
        double best = 0;
        for (int run = 0; run < MOST_WARM_UPS; run++) {
            double now = (kind == Order.Kind.EMPTY
                            ? loadEmpty(connections, WARM_UP_SECONDS)
                            : loadLethe(kind, connections, WARM_UP_SECONDS))
                    .perSecond();
            if (now < best * STILL_WARMING) {
                return;
            }
            best = Math.max(best, now);
        }
    }

    /** Single beacons a second at 64 connections: as the part that measures it found, else measured now. */
    double capacity() throws IOException, InterruptedException, ExecutionException {
        if (capacity.isEmpty()) {
            warmUp(Order.Kind.SINGLE, CONNECTIONS);
            capacity = OptionalDouble.of(
                    loadLethe(Order.Kind.SINGLE, CONNECTIONS, 5).perSecond());
        }
        return capacity.getAsDouble();
    }

    void setCapacity(double perSecond) {
        capacity = OptionalDouble.of(perSecond);
    }

    /** Ends the three processes, so that what follows has the machine to itself. */
    void stopServing() {
        if (load != null) {
            load.close();
            load = null;
        }
        if (empty != null) {
            empty.close();
            empty = null;
        }
        if (lethe != null) {
            lethe.close();
            lethe = null;
        }
    }

    @Override
    public void close() {
        stopServing();
        Directories.delete(directory);
    }
}
