package dev.lethe.routes;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Closes connections on which a request takes too long to come in, headers or body: a byte now and then keeps an idle timeout
 * waiting for ever. One a listener instance, on its event loop only.
 *
 * <p>Vert.x and Netty know idle times but no deadline for a request. This one looks at the pipeline beneath HTTP/1: the first byte
 * after a whole request starts the clock, the last byte of the next one stops it. A connection kept open between requests is not
 * concerned. An HTTP/2 connection carries many requests at once; there each body has the deadline.
 */
final class SlowSenders {
    /** Ample for 16 KiB from a weak mobile network. With one round of {@link #SWEEP_MILLIS} it stays under ten seconds. */
    private static final long MOST_MILLIS = 8_000;

    private static final long SWEEP_MILLIS = 1_000;

    private final Vertx vertx;
    private final Set<Sender> sending = new HashSet<>();

    private SlowSenders(Vertx vertx) {
        this.vertx = vertx;
    }

    /** To be called on the listener's context, whose end also ends this. */
    static SlowSenders start(Vertx vertx) {
        SlowSenders senders = new SlowSenders(vertx);
        vertx.setPeriodic(SWEEP_MILLIS, tick -> senders.closeLate());
        return senders;
    }

    /** Looks after an HTTP/1 connection from now on; leaves others alone. */
    void watch(HttpConnection connection) {
        if (!(connection instanceof HttpServerConnection server)) {
            return;
        }
        ChannelPipeline pipeline = server.channelHandlerContext().pipeline();
        if (pipeline.get("httpDecoder") != null) {
            Sender sender = new Sender(connection);
            pipeline.addBefore("httpDecoder", "lethe-first-byte", new FirstByte(sender));
            pipeline.addAfter("httpDecoder", "lethe-last-byte", new LastByte(sender));
        }
    }

    /** Looks after one HTTP/2 request until its body has come. */
    void watch(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 || request.isEnded()) {
            return;
        }
        vertx.setTimer(MOST_MILLIS, late -> {
            if (!request.isEnded()) {
                var ignored = request.connection().close();
            }
        });
    }

    private void closeLate() {
        long now = System.nanoTime();
        List<Sender> late = sending.stream()
                .filter(sender -> now - sender.sinceNanos > TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS))
                .toList();
        for (Sender sender : late) {
            sending.remove(sender);
            var ignored = sender.connection.close();
        }
    }

    /** A connection, and since when a request has been coming in on it. */
    private static final class Sender {
        private final HttpConnection connection;
        private long sinceNanos;

        Sender(HttpConnection connection) {
            this.connection = connection;
        }
    }

    /** Below the decoder: bytes, whatever they may mean. */
    private final class FirstByte extends ChannelInboundHandlerAdapter {
        private final Sender sender;

        FirstByte(Sender sender) {
            this.sender = sender;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (sending.add(sender)) {
                sender.sinceNanos = System.nanoTime();
            }
            context.fireChannelRead(bytes);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            sending.remove(sender);
            context.fireChannelInactive();
        }
    }

    /** Above the decoder: requests and their parts. */
    private final class LastByte extends ChannelInboundHandlerAdapter {
        private final Sender sender;

        LastByte(Sender sender) {
            this.sender = sender;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object part) {
            if (part instanceof LastHttpContent) {
                sending.remove(sender);
            }
            context.fireChannelRead(part);
        }
    }
}
