package dev.lethe.routes;

import dev.lethe.config.Secret;
import dev.lethe.demo.DemoSite;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shows the demo site and the console with invented data, to look at them while changing them: arguments are the port and,
 * optionally, {@code quiet}. Loopback only; the admin token is {@code preview}.
 */
final class ConsolePreview {
    private ConsolePreview() {}

    public static void main(String... arguments) {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8089;
        boolean quiet = arguments.length > 1 && arguments[1].equals("quiet");
        Clock clock = Clock.systemUTC();
        SampleConsoleData data = new SampleConsoleData(clock, quiet);
        ConsoleRoutes console = new ConsoleRoutes(data, new Secret("preview"), clock, new SecureRandom());
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        new DemoSite("").mount(router);
        console.mount(router);
        AtomicInteger number = new AtomicInteger();
        if (!quiet) {
            vertx.setPeriodic(
                    300,
                    tick -> data.store(
                            SampleConsoleData.event(true, "demo", clock.instant(), number.getAndIncrement())));
        }
        vertx.createHttpServer()
                .requestHandler(router)
                .listen(port, "127.0.0.1")
                .onSuccess(server -> System.out.println("http://127.0.0.1:" + server.actualPort()
                        + console.oneTimeLink() + "\nhttp://127.0.0.1:" + server.actualPort() + "/demo/"))
                .onFailure(failure -> {
                    System.err.println(failure.getMessage());
                    vertx.close();
                });
    }
}
