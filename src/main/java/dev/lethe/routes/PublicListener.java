package dev.lethe.routes;

import dev.lethe.beacon.BeaconHandler;
import dev.lethe.config.Settings;
import dev.lethe.event.EventWriter;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the public listener: a server, a beacon handler and an event writer on one event loop. As many as the machine has
 * cores share the port. Stops by finishing the requests that are under way, then what the writer holds.
 */
public final class PublicListener extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(PublicListener.class);
    private static final int IDLE_SECONDS = 60;
    private static final int DRAIN_SECONDS = 5;
    private static final int MOST_HEADER_BYTES = 16 * 1024;

    private final Settings settings;
    private final int port;
    private final Supplier<EventWriter> writers;
    private final Function<EventWriter, BeaconHandler> beacons;
    private final Function<BeaconHandler, Router> routes;
    private final AtomicInteger connections;

    @SuppressWarnings("NullAway.Init") // set when deployed
    private HttpServer server;

    @SuppressWarnings("NullAway.Init") // set when deployed
    private EventWriter writer;

    /**
     * Makes an instance that is started when deployed.
     *
     * @param connections counts the open connections of all instances
     */
    public PublicListener(
            Settings settings,
            int port,
            Supplier<EventWriter> writers,
            Function<EventWriter, BeaconHandler> beacons,
            Function<BeaconHandler, Router> routes,
            AtomicInteger connections) {
        this.settings = settings;
        this.port = port;
        this.writers = writers;
        this.beacons = beacons;
        this.routes = routes;
        this.connections = connections;
    }

    @Override
    public Future<?> start() {
        writer = writers.get();
        server = vertx.createHttpServer(options());
        SlowSenders slow = SlowSenders.start(vertx);
        server.connectionHandler(connection -> {
            if (connections.incrementAndGet() > settings.limits().connections()) {
                var ignored = connection.close();
            }
            StrictFraming.watch(connection);
            slow.watch(connection);
            // A browser that goes away in the middle of something is no error of ours.
            connection.exceptionHandler(failure -> LOG.debug("A connection broke"));
            connection.closeHandler(closed -> connections.decrementAndGet());
        });
        Router router = routes.apply(beacons.apply(writer));
        server.requestHandler(request -> {
            slow.watch(request);
            router.handle(request);
        });
        return server.listen();
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.publicListener().host())
                .setPort(port)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setMaxInitialLineLength(4 * 1024)
                .setHttp2ClearTextEnabled(false)
                // No web sockets here: without these no request passes their handlers.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setCompressionSupported(false);
        settings.publicListener()
                .tls()
                .ifPresent(tls -> options.setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(tls.certificate().toString())
                                .setKeyPath(tls.key().toString())));
        return options;
    }

    @Override
    public Future<?> stop() {
        return server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS).eventually(() -> writer.close());
    }
}
