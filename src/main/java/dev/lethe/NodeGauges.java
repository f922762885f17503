package dev.lethe;

import dev.lethe.ops.Meters;
import dev.lethe.retention.RetentionJob;
import dev.lethe.rights.DeskWatch;
import dev.lethe.statistics.PublicationJob;
import java.util.concurrent.atomic.AtomicInteger;

/** What a node says about itself beside what it counts: how old, how many, since when. */
final class NodeGauges {
    private NodeGauges() {}

    static void register(
            Meters meters,
            AtomicInteger waitingRows,
            RetentionJob retention,
            PublicationJob publication,
            DeskWatch desk) {
        meters.gauge("lethe_write_waiting_rows", "Rows accepted and not yet known to be committed", waitingRows::get);
        meters.gauge(
                "lethe_raw_oldest_event_age_seconds",
                "Age of the oldest day of raw events",
                retention::oldestEventAgeSeconds);
        meters.gauge(
                "lethe_retention_last_success_timestamp_seconds",
                "When retention last destroyed everything that was due",
                retention::lastSuccessTimestampSeconds);
        meters.gauge(
                "lethe_retention_overdue_partitions",
                "Days that should be gone and are not",
                retention::overduePartitions);
        meters.gauge(
                "lethe_publish_last_success_timestamp_seconds",
                "When everything that was due had been published",
                publication::lastSuccessTimestampSeconds);
        meters.gauge(
                "lethe_publish_overdue_periods",
                "Days, weeks and months that should be published and are not",
                publication::overduePeriods);
        meters.gauge("lethe_rights_requests_open", "Visitors' requests by letter that have not ended", desk::open);
        meters.gauge(
                "lethe_rights_requests_due_soon",
                "Visitors' requests by letter that are due within a week",
                desk::dueSoon);
        meters.gauge(
                "lethe_rights_requests_overdue",
                "Visitors' requests by letter whose day has passed without an answer",
                desk::overdue);
    }
}
