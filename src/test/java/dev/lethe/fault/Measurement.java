package dev.lethe.fault;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.classify.Agent;
import dev.lethe.classify.Browser;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.Channel;
import dev.lethe.classify.Device;
import dev.lethe.classify.OperatingSystem;
import dev.lethe.classify.Screen;
import dev.lethe.event.EventWriter.Outcome;
import dev.lethe.event.RawEvent;
import dev.lethe.event.WriterDatabase;
import dev.lethe.event.WriterDatabase.Writer;
import dev.lethe.visitor.Pseudonym;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Figures of this machine, printed and not asserted: how many single beacons a second 64 connections get acknowledged when each waits
 * for its answer, and how many bytes an event takes. Load, Lethe and PostgreSQL share the machine. Run by hand: {@code main}.
 */
final class Measurement {
    private static final int CONNECTIONS = 64;
    private static final int SECONDS = 10;
    private static final int WARM_UP_SECONDS = 5;
    private static final int VISITORS = 200;
    private static final int ROWS = 100_000;

    private Measurement() {}

    public static void main(String[] arguments) {
        beacons();
        bytes();
        System.exit(0);
    }

    private static void beacons() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            List<String> cookies = new ArrayList<>();
            for (int i = 0; i < VISITORS; i++) {
                Visitor visitor = lethe.visitor();
                visitor.grant();
                visitor.view("/");
                visitor.cookies().forEach((name, value) -> cookies.add(name + "=" + value));
            }
            run(lethe, cookies, WARM_UP_SECONDS, "warm-up");
            String before = lethe.sendAdmin("GET", "/metrics", null).body();
            run(lethe, cookies, SECONDS, "measured");
            String after = lethe.sendAdmin("GET", "/metrics", null).body();
            double rows = value(after, "lethe_write_batch_rows_sum") - value(before, "lethe_write_batch_rows_sum");
            double groups =
                    value(after, "lethe_write_batch_rows_count") - value(before, "lethe_write_batch_rows_count");
            double seconds =
                    value(after, "lethe_write_batch_seconds_sum") - value(before, "lethe_write_batch_seconds_sum");
            System.out.printf(
                    "group commits: %.0f, %.1f rows each, %.2f ms each%n",
                    groups, rows / groups, 1000 * seconds / groups);
        }
    }

    private static void run(TestLethe lethe, List<String> cookies, int seconds, String what) {
        Vertx vertx = Vertx.vertx();
        URI url = lethe.publicUrl();
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicLong other = new AtomicLong();
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        List<Future<Void>> ends = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < CONNECTIONS; i++) {
            ends.add(again(client, cookies, random, running, nanos, other));
        }
        vertx.timer(seconds, TimeUnit.SECONDS).await();
        running.set(false);
        Future.all(ends).await();
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%s: %d connections, %d s: %.0f acknowledged a second, p50 %.1f ms, p99 %.1f ms, max %.1f ms;"
                        + " other answers %d%n",
                what,
                CONNECTIONS,
                seconds,
                sorted.length / (double) seconds,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6,
                Arrays.stream(sorted).max().orElse(0) / 1e6,
                other.get());
        vertx.close().await();
    }

    private static Future<Void> again(
            HttpClient client,
            List<String> cookies,
            Random random,
            AtomicBoolean running,
            ConcurrentLinkedQueue<Long> nanos,
            AtomicLong other) {
        if (!running.get()) {
            return Future.succeededFuture();
        }
        long began = System.nanoTime();
        String body =
                "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/docs/start\",\"screen\":\"lg\",\"language\":\"fr\"}"
                        .formatted(TestLethe.id(random), TestLethe.ORIGIN);
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setURI("/api/beacon?site=" + TestLethe.SITE)
                        .putHeader("Origin", TestLethe.ORIGIN)
                        .putHeader("User-Agent", TestLethe.AGENT)
                        .putHeader("Content-Type", "text/plain")
                        .putHeader("Cookie", cookies.get(random.nextInt(cookies.size()))))
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(response -> {
                    if ("stored".equals(response.getHeader("Lethe-Outcome"))) {
                        nanos.add(System.nanoTime() - began);
                    } else {
                        other.incrementAndGet();
                    }
                    return response.end();
                })
                .compose(ended -> again(client, cookies, random, running, nanos, other));
    }

    private static double value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Visits of a few pages each: one pageview in two, the rest engagement, clicks and vitals. */
    private static void bytes() {
        try (WriterDatabase database = new WriterDatabase(2)) {
            Writer writer = database.writer(database.options(), 2 * ROWS, java.time.Duration.ofSeconds(60));
            List<RawEvent> events = new ArrayList<>();
            while (events.size() < ROWS) {
                UUID pseudonym = database.uuid();
                for (int i = 0; i < 8; i++) {
                    events.add(realistic(database, pseudonym, i));
                }
            }
            long began = System.nanoTime();
            List<Future<Outcome>> outcomes = writer.writeEach(events);
            WriterDatabase.awaitAll(outcomes);
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf("%d rows through one writer: %.0f a second%n", events.size(), events.size() / seconds);
            database.server().execute("vacuum analyze raw.event");
            long rows = database.count("select count(*) from raw.event");
            long heap = database.count("select pg_table_size('raw.event_20260615')");
            long indexes = database.count("select pg_indexes_size('raw.event_20260615')");
            System.out.printf(
                    "bytes per event: %.1f = %.1f table + %.1f index%n",
                    (heap + indexes) / (double) rows, heap / (double) rows, indexes / (double) rows);
        }
    }

    private static RawEvent realistic(WriterDatabase database, UUID pseudonym, int number) {
        Random random = database.random();
        RawEvent.Subject subject = switch (number) {
            case 0 ->
                new RawEvent.Pageview(
                        Optional.of("www.google.com"),
                        Channel.SEARCH,
                        random.nextInt(5) == 0
                                ? new Campaign(Optional.of("newsletter"), Optional.of("email"), Optional.of("autumn"))
                                : Campaign.NONE,
                        RawEvent.FIRST_VISIT);
            case 2, 4, 6 -> new RawEvent.Pageview(Optional.empty(), Channel.DIRECT, Campaign.NONE, (short) 0);
            case 7 -> new RawEvent.OutboundClick("github.com");
            default -> new RawEvent.Engagement((short) random.nextInt(300), (short) random.nextInt(100));
        };
        return new RawEvent(
                WriterDatabase.NOON,
                WriterDatabase.SITE.dayOf(WriterDatabase.NOON),
                new Pseudonym(pseudonym),
                database.uuid(),
                new UUID(1, 1),
                false,
                WriterDatabase.SITE,
                "/docs/section-" + random.nextInt(40) + "/page-" + random.nextInt(100),
                new Agent(Browser.CHROME, 140, OperatingSystem.WINDOWS, Device.DESKTOP, false),
                Optional.of(Screen.LG),
                Optional.of("FR"),
                Optional.of("fr"),
                subject);
    }
}
