package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.FreePorts;
import dev.lethe.database.Database;
import dev.lethe.statistics.SiteReports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PublishedNumbersTest {
    @Test
    void answersWhenTheDatabaseIsDown() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            PgConnectOptions nobody = new PgConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(FreePorts.choose())
                    .setUser("nobody")
                    .setDatabase("none");
            Pool pool = Database.pool(vertx, nobody, 1);
            boolean failed = new PublishedNumbers(new SiteReports(pool))
                    .read("example.test", 28)
                    .transform(read -> Future.succeededFuture(read.failed()))
                    .await(20, TimeUnit.SECONDS);
            assertTrue(failed);
        } finally {
            vertx.close().await();
        }
    }
}
