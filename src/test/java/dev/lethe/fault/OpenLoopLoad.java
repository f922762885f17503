package dev.lethe.fault;

import dev.lethe.TestLethe;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Consenting visitors of the demo site whose beacons come at a fixed rate, whatever becomes of the ones before. Everything sent and
 * acknowledged goes into the auditor's books. Made and ended by one thread.
 */
final class OpenLoopLoad implements AutoCloseable {
    private static final int VISITORS = 20;
    private static final int TICK_MILLIS = 5;
    private static final int MOST_CONNECTIONS = 1_000;
    /** Beyond these a browser would have given up; the load must not itself run out of memory. */
    private static final int MOST_QUEUED = 2_000;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client;
    private final URI url;
    private final Random random;
    private final Auditor auditor;
    private final List<String> cookies = new ArrayList<>();
    private final AtomicInteger unavailable = new AtomicInteger();
    private final AtomicInteger without = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicLong lastAcknowledgedNanos = new AtomicLong();
    private final AtomicLong lastAcknowledgedSentNanos = new AtomicLong(Long.MIN_VALUE);
    private double owed;
    private long lastTickNanos;
    private long ticking = -1;

    private OpenLoopLoad(URI url, long seed, Auditor auditor) {
        this.url = url;
        this.random = new Random(seed);
        this.auditor = auditor;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()))
                .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_QUEUED))
                // A killed node resets them all, and each request's failure is counted.
                .withConnectHandler(connection -> connection.exceptionHandler(reset -> {}))
                .build();
    }

    /** So many requests a second, from now on, of so many beacons each. */
    static OpenLoopLoad start(URI url, long seed, Auditor auditor, int requestsASecond, int beaconsEach) {
        OpenLoopLoad load = new OpenLoopLoad(url, seed, auditor);
        for (int i = 0; i < VISITORS; i++) {
            load.cookies.add(load.grant());
        }
        load.lastTickNanos = System.nanoTime();
        load.ticking = load.vertx.setPeriodic(TICK_MILLIS, tick -> load.sendDue(requestsASecond, beaconsEach));
        return load;
    }

    private String grant() {
        String body = "{\"site\":\"demo\",\"choice\":\"granted\",\"notice\":1,\"method\":\"banner\"}";
        return client.request(request("/api/consent").putHeader("Content-Type", "application/json"))
                .compose(request -> request.send(Buffer.buffer(body)))
                .map(response -> response.cookies().stream()
                        .map(cookie -> cookie.split(";", 2)[0])
                        .filter(cookie -> cookie.startsWith("lethe-demo="))
                        .findFirst()
                        .orElseThrow())
                .timeout(10, TimeUnit.SECONDS)
                .await();
    }

    /** By the time that passed, so that a late tick sends what the ones before would have. */
    private void sendDue(int requestsASecond, int beaconsEach) {
        long now = System.nanoTime();
        owed += requestsASecond * (now - lastTickNanos) / 1e9;
        lastTickNanos = now;
        for (; owed >= 1; owed--) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < beaconsEach; i++) {
                ids.add(TestLethe.id(random));
            }
            var unused = send(ids, cookies.get(random.nextInt(cookies.size())));
        }
    }

    private Future<Void> send(List<String> ids, String cookie) {
        List<String> beacons = new ArrayList<>();
        for (String id : ids) {
            auditor.sent(id, cookie);
            beacons.add("{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/demo/\"}".formatted(id, url));
        }
        String body = ids.size() == 1 ? beacons.getFirst() : "[" + String.join(",", beacons) + "]";
        long sentNanos = System.nanoTime();
        return client.request(request("/api/beacon?site=demo")
                        .putHeader("Content-Type", "text/plain")
                        .putHeader("Cookie", cookie))
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(response -> {
                    answered(response, ids, sentNanos);
                    return response.end();
                })
                .onFailure(failure -> broken.incrementAndGet());
    }

    private void answered(HttpClientResponse response, List<String> ids, long sentNanos) {
        if ("stored".equals(response.getHeader("Lethe-Outcome"))) {
            ids.forEach(auditor::acknowledged);
            lastAcknowledgedNanos.set(System.nanoTime());
            lastAcknowledgedSentNanos.accumulateAndGet(sentNanos, Math::max);
        } else if (response.statusCode() == 503) {
            unavailable.incrementAndGet();
            if (response.getHeader("Retry-After") == null) {
                without.incrementAndGet();
            }
        } else {
            other.incrementAndGet();
        }
    }

    private RequestOptions request(String uri) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setURI(uri)
                .putHeader("Origin", url.toString())
                .putHeader("User-Agent", TestLethe.AGENT);
    }

    void awaitAcknowledged(int number) {
        int before = auditor.acknowledged();
        await(() -> auditor.acknowledged() >= before + number, 30, "not acknowledged: " + number);
    }

    /** When a beacon that was sent after that instant is acknowledged; how many milliseconds after it. */
    long awaitResumed(long sinceNanos, int seconds) {
        await(() -> lastAcknowledgedSentNanos.get() > sinceNanos, seconds, "nothing acknowledged any more");
        return TimeUnit.NANOSECONDS.toMillis(lastAcknowledgedNanos.get() - sinceNanos);
    }

    void await(BooleanSupplier condition, int seconds, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(what + " within " + seconds + " s; " + answers());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** As a tracker does with what it does not know to be stored; at most so many. */
    void sendAgain(int most) {
        List<Future<Void>> again = new ArrayList<>();
        auditor.open(most)
                .forEach((id, cookie) -> again.add(send(List.of(id), cookie).otherwiseEmpty()));
        Future.all(again).timeout(30, TimeUnit.SECONDS).await();
    }

    /** Answers 503. */
    int unavailable() {
        return unavailable.get();
    }

    /** Answers that should not come: 503 without Retry-After, and everything that is neither stored nor 503. */
    int wrong() {
        return without.get() + other.get();
    }

    String answers() {
        return auditor.acknowledged() + " acknowledged, 503: " + unavailable + ", other: " + other + ", broken: "
                + broken;
    }

    /** Sends no more. What is under way may still be answered. */
    void pause() {
        vertx.cancelTimer(ticking);
    }

    /** Sends no more; what is under way is lost. */
    void stop() {
        pause();
        vertx.close().await();
    }

    @Override
    public void close() {
        stop();
    }
}
