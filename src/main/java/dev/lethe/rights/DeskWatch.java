package dev.lethe.rights;

import io.vertx.core.Future;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the request desk every hour: what the metrics say, and a line in the log when a request becomes urgent. Thread-safe, one a
 * node; of several nodes one gives each reminder.
 */
public final class DeskWatch {
    /** How often {@link #look} is to be called. */
    public static final long EVERY_MILLIS = 3_600_000;

    private static final Logger LOG = LoggerFactory.getLogger(DeskWatch.class);

    private final RequestDesk desk;
    private volatile Map<Deadline.Urgency, Integer> waiting = Map.of();

    public DeskWatch(RequestDesk desk) {
        this.desk = desk;
    }

    /** Counts, and reminds. The log names the due day and the site, nothing that leads to a person. */
    public Future<Void> look() {
        return desk.waiting()
                .onSuccess(counts -> waiting = Map.copyOf(counts))
                .compose(counted -> desk.remind())
                .onSuccess(reminded -> reminded.forEach(DeskWatch::remind))
                .mapEmpty();
    }

    private static void remind(Request request) {
        LOG.warn(
                "A visitor's request on {} has to be answered by {}; 'lethe rights list' shows which",
                request.site(),
                request.due().map(Object::toString).orElse("-"));
    }

    /** Requests that have not ended. */
    public int open() {
        return waiting.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Those that are due within a week. */
    public int dueSoon() {
        return waiting.getOrDefault(Deadline.Urgency.SOON, 0) + waiting.getOrDefault(Deadline.Urgency.URGENT, 0);
    }

    /** Those whose day has passed. */
    public int overdue() {
        return waiting.getOrDefault(Deadline.Urgency.OVERDUE, 0);
    }
}
