package dev.lethe.bench;

import dev.lethe.config.FreePorts;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;

/**
 * What Lethe is compared with: the same server, on as many event loops, that reads the body and answers 204 and does nothing else. A
 * process of its own; says its port, ends with its input.
 */
final class EmptyEndpoint extends VerticleBase {
    private final int port;

    private EmptyEndpoint(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) throws IOException {
        // Chosen before, because the instances share a port by its number.
        int port = FreePorts.choose();
        Vertx vertx = Vertx.vertx();
        vertx.deployVerticle(
                        () -> new EmptyEndpoint(port),
                        new DeploymentOptions()
                                .setInstances(Runtime.getRuntime().availableProcessors()))
                .await();
        System.out.println(port);
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
        vertx.close().await();
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer(new HttpServerOptions()
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false))
                .requestHandler(request -> request.body().onSuccess(body -> {
                    var unused = request.response().setStatusCode(204).end();
                }))
                .listen(port, "127.0.0.1");
    }
}
