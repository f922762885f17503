package dev.lethe.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Objects;

/** Reads a request's body up to a limit, or lets it run out unread. The request is to be paused beforehand. */
public final class Body {
    /** Far above every limit: only a body without end is longer. */
    private static final long MOST_DRAINED_BYTES = 1024 * 1024;

    private static final long LINGER_MILLIS = 1_000;

    private Body() {}

    /** The body was longer than allowed; what came was thrown away. */
    public static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge() {
            super("body too large", null, false, false);
        }
    }

    /** Whether the announced length alone is too much. Then the answer closes the connection: nobody waits for a gigabyte. */
    public static boolean announcesTooMuch(HttpServerRequest request, int limitBytes) {
        String announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced == null) {
            return false;
        }
        try {
            return Long.parseLong(announced) > limitBytes;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    /**
     * Answers 413 and ends the connection when the body is through, or after a second: nobody holds one open by announcing more, and
     * nobody who sends a little too much loses the answer, as on a connection that closes with unread bytes.
     */
    public static void refuse(HttpServerRequest request, int limitBytes) {
        HttpConnection connection = request.connection();
        if (request.version() != HttpVersion.HTTP_2) {
            // HTTP/2 knows no such header (RFC 9113, 8.2.2): an answer that has one is malformed.
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        Problem.tooLarge(limitBytes).answer(request.response());
        if (request.isEnded()) {
            close(connection);
            return;
        }
        request.endHandler(end -> close(connection));
        drain(request);
        Vertx vertx = Objects.requireNonNull(Vertx.currentContext()).owner();
        vertx.setTimer(LINGER_MILLIS, late -> close(connection));
    }

    private static void close(HttpConnection connection) {
        var ignored = connection.close();
    }

    /**
     * Reads at most {@code limitBytes}; fails with {@link TooLarge} as soon as there are more, and lets the rest pass by as
     * {@link #drain} does.
     */
    public static Future<Buffer> read(HttpServerRequest request, int limitBytes) {
        Promise<Buffer> promise = Promise.promise();
        Buffer body = Buffer.buffer(512);
        request.handler(chunk -> {
            if (body.length() + chunk.length() > limitBytes) {
                promise.tryFail(new TooLarge());
                drain(request);
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> promise.tryComplete(body));
        request.exceptionHandler(promise::tryFail);
        request.resume();
        return promise.future();
    }

    /**
     * Lets the body pass by: not decoded, not kept. The connection stays usable, which proxies need; but nobody's endless body is
     * waited for.
     */
    public static void drain(HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        long[] passed = {0};
        request.handler(chunk -> {
            passed[0] += chunk.length();
            if (passed[0] > MOST_DRAINED_BYTES) {
                close(request.connection());
            }
        });
        request.resume();
    }
}
