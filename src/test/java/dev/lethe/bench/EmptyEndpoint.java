package dev.lethe.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What Lethe is compared with: the same server, on as many event loops, that reads the body and answers 204 and does nothing else. A
 * process of its own; says its port, ends with its input.
 */
final class EmptyEndpoint extends VerticleBase {
    private static final AtomicInteger PORT = new AtomicInteger();

    public static void main(String[] arguments) throws IOException {
        Vertx vertx = Vertx.vertx();
        // Several servers share the port of the first.
        vertx.deployVerticle(new EmptyEndpoint()).await();
        int further = Runtime.getRuntime().availableProcessors() - 1;
        if (further > 0) {
            vertx.deployVerticle(EmptyEndpoint::new, new DeploymentOptions().setInstances(further))
                    .await();
        }
        System.out.println(PORT.get());
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
        vertx.close().await();
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    var unused = request.response().setStatusCode(204).end();
                }))
                .listen(PORT.get(), "127.0.0.1")
                .onSuccess(server -> PORT.set(server.actualPort()));
    }
}
