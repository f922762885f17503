package dev.lethe.fault;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;

/**
 * A collector that does what Lethe must not, as many do: it acknowledges from memory and stores a moment later. It stands before a real
 * one, so that Lethe itself needs no switch for it. For one test; ends with {@link #close}.
 */
final class EarlyAcknowledger implements AutoCloseable {
    private static final long LATER_MILLIS = 100;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient behind;
    private final URI real;
    private final HttpServer server;
    private volatile boolean closed;

    private EarlyAcknowledger(URI real) {
        this.real = real;
        behind = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(real.getHost()).setDefaultPort(real.getPort()));
        server = vertx.createHttpServer()
                .requestHandler(request -> request.bodyHandler(body -> take(request, body)))
                .listen(0, "127.0.0.1")
                .await();
    }

    static EarlyAcknowledger before(URI real) {
        return new EarlyAcknowledger(real);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void take(HttpServerRequest request, Buffer body) {
        RequestOptions options =
                new RequestOptions().setMethod(request.method()).setURI(request.uri());
        request.headers().forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                options.putHeader(name, value);
            }
        });
        // The real one knows its own origin only.
        options.putHeader("Origin", real.toString());
        if (request.path().equals("/api/beacon")) {
            var unused = request.response()
                    .setStatusCode(204)
                    .putHeader("Lethe-Outcome", "stored")
                    .end();
            Buffer translated = Buffer.buffer(body.toString().replace(url().toString(), real.toString()));
            vertx.setTimer(LATER_MILLIS, later -> {
                if (!closed) {
                    behind.request(options)
                            .compose(sent -> sent.send(translated))
                            .onFailure(lost -> {});
                }
            });
            return;
        }
        behind.request(options)
                .compose(sent -> sent.send(body))
                .onSuccess(answer -> {
                    request.response().setStatusCode(answer.statusCode());
                    answer.cookies()
                            .forEach(cookie -> request.response().headers().add("Set-Cookie", cookie));
                    answer.bodyHandler(request.response()::end);
                })
                .onFailure(lost -> request.response().setStatusCode(502).end());
    }

    @Override
    public void close() {
        closed = true;
        vertx.close().await();
    }
}
