package dev.lethe;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that a node does again and again, and that may fail and come again: its first failure is told, and that it works again.
 * Thread-safe; lives as long as the node.
 */
final class RecurringJob {
    private static final Logger LOG = LoggerFactory.getLogger(RecurringJob.class);

    private final String name;
    private final Supplier<Future<?>> job;
    private final AtomicBoolean failing = new AtomicBoolean();

    /** @param name what is done, as the log says it: {@code "making partitions ahead"} */
    RecurringJob(String name, Supplier<Future<?>> job) {
        this.name = name;
        this.job = job;
    }

    /** Does it once. The future never fails. */
    Future<Void> run() {
        return begin().transform(done -> {
            if (done.succeeded()) {
                if (failing.compareAndSet(true, false)) {
                    LOG.info("Works again: {}", name);
                }
            } else if (failing.compareAndSet(false, true)) {
                LOG.warn(
                        "Failed, and will be tried again: {} ({})",
                        name,
                        done.cause().getClass().getSimpleName());
            }
            return Future.succeededFuture();
        });
    }

    private Future<?> begin() {
        try {
            return job.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
