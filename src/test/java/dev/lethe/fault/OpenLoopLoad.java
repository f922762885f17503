package dev.lethe.fault;

import dev.lethe.TestLethe;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Consenting visitors of the demo site whose beacons come at a fixed rate, whatever becomes of the ones before. Remembers which were
 * acknowledged. Made and ended by one thread.
 */
final class OpenLoopLoad implements AutoCloseable {
    private static final int VISITORS = 20;
    private static final int BEACONS_A_TICK = 5;
    private static final int TICK_MILLIS = 5;
    private static final int MOST_CONNECTIONS = 64;

    private final Vertx vertx = Vertx.vertx();
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final HttpClient client;
    private final URI url;
    private final Random random;
    private final List<String> cookies = new ArrayList<>();
    private long ticking = -1;

    private OpenLoopLoad(URI url, long seed) {
        this.url = url;
        this.random = new Random(seed);
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    }

    /** A thousand beacons a second, from now on. */
    static OpenLoopLoad start(URI url, long seed) {
        OpenLoopLoad load = new OpenLoopLoad(url, seed);
        for (int i = 0; i < VISITORS; i++) {
            load.cookies.add(load.grant());
        }
        load.ticking = load.vertx.setPeriodic(TICK_MILLIS, tick -> load.send());
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

    private void send() {
        for (int i = 0; i < BEACONS_A_TICK; i++) {
            String id = TestLethe.id(random);
            String cookie = cookies.get(random.nextInt(cookies.size()));
            String body = "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/demo/\"}".formatted(id, url);
            client.request(request("/api/beacon?site=demo")
                            .putHeader("Content-Type", "text/plain")
                            .putHeader("Cookie", cookie))
                    .compose(request -> request.send(Buffer.buffer(body)))
                    .onSuccess(response -> {
                        if ("stored".equals(response.getHeader("Lethe-Outcome"))) {
                            acknowledged.add(id);
                        }
                    });
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
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (acknowledged.size() < number) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + acknowledged.size() + " acknowledged");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Ids of the beacons that were answered {@code stored}. */
    List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Sends no more; what is under way is lost. */
    void stop() {
        vertx.cancelTimer(ticking);
        vertx.close().await();
    }

    @Override
    public void close() {
        stop();
    }
}
