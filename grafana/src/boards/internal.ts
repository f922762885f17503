import {curves, internal as board, LIVE, metrics, named, numbers, sized, variable, type Words} from "../grafana.js";
import {LIVE_HOURS, LIVE_NOW, LIVE_SITES} from "../sql.js";

const NO_METRICS = "Prometheus has nothing: does it scrape Lethe's admin port, and does the collector run?";

function words(title: string, unit: string, description: string): Words {
    return {title, unit, description: `${description} From Prometheus, at its scrape interval.`, empty: NO_METRICS};
}

const OUTCOMES = ["stored", "dropped", "rejected", "limited", "unavailable"];
const REASONS = [
    "no_consent", "opted_out", "bot", "gpc", "consent_expired", "notice_outdated", "foreign_origin", "restricted", "unknown_site"];
const QUANTILES = ["median", "95 %", "99 %"];
const JOBS = ["retention", "publication"];
const OVERDUE = ["days of raw events", "periods"];

export const internal = board({
    board: "internal",
    questions: [
        "Is anybody on the site right now, and did the last hours look as usual?",
        "Does the collector take everything in, how fast, and what does it drop, why?",
    ],
    variables: [variable("site", "Site", LIVE_SITES, LIVE)],
    lines: [
        [sized(numbers({
            title: "The last 30 minutes",
            description: "Internal, not anonymised. Counted exactly, then hidden when fewer than 10 or when fewer than 10 visitors came, and "
                + "rounded to tens. Synthetic sites show everything. The role of this data source reads nothing else.",
            empty: "hidden (fewer than 10)",
            unit: "short",
        }, LIVE_NOW, LIVE).overrideByName("Engaged time", [{id: "unit", value: "m"}]), 8, 8),
        sized(named(curves({
            title: "The last 48 hours",
            description: "Internal, not anonymised. By hour of the site's clock; hours with fewer than 10 are hidden, others rounded to tens; "
                + "gone after 48 hours. Not comparable with the published days, which are bounded and carry noise.",
            empty: "No hour with 10 or more yet.",
            unit: "short",
        }, LIVE_HOURS, LIVE).timeFrom("48h"), ["Visitors", "Pageviews"]), 16, 8)],
        [sized(named(metrics(words("Beacons by outcome", "reqps", "Beacons a second by what became of them. Stored is committed; dropped is refused "
            + "by policy; unavailable is a 503."),
            {expression: "sum by (outcome) (rate(lethe_beacons_total[$__rate_interval]))", legend: "{{outcome}}"}), OUTCOMES), 12, 8),
        sized(named(metrics(words("Dropped, by reason", "reqps", "Beacons a second that policy refused, by the closed list of reasons: nothing of "
            + "them was read further or kept."),
            {expression: "sum by (reason) (rate(lethe_beacons_dropped_total[$__rate_interval]))", legend: "{{reason}}"}), REASONS), 12, 8)],
        [sized(named(metrics(words("Latency of beacons", "s", "From a consented request's headers to its answer, which comes after the commit: "
            + "median, 95 and 99 of 100, of all nodes."),
            {expression: "histogram_quantile(0.5, sum by (le) (rate(lethe_beacon_seconds_bucket[$__rate_interval])))", legend: "median"},
            {expression: "histogram_quantile(0.95, sum by (le) (rate(lethe_beacon_seconds_bucket[$__rate_interval])))", legend: "95 %"},
            {expression: "histogram_quantile(0.99, sum by (le) (rate(lethe_beacon_seconds_bucket[$__rate_interval])))", legend: "99 %"},
        ), QUANTILES), 12, 8),
        sized(named(metrics(words("Time of a group commit", "s", "From sending a batch to knowing that it is durable: median and 99 of 100."),
            {expression: "histogram_quantile(0.5, sum by (le) (rate(lethe_write_batch_seconds_bucket[$__rate_interval])))", legend: "median"},
            {expression: "histogram_quantile(0.99, sum by (le) (rate(lethe_write_batch_seconds_bucket[$__rate_interval])))", legend: "99 %"},
        ), QUANTILES), 12, 8)],
        [sized(named(metrics(words("Rows in a batch", "short", "Rows of one group commit, on average: more when the database is slow."),
            {
                expression: "sum(rate(lethe_write_batch_rows_sum[$__rate_interval])) / sum(rate(lethe_write_batch_rows_count[$__rate_interval]))",
                legend: "rows",
            }), ["rows"]), 8, 8),
        sized(metrics(words("Waiting rows", "short", "Rows accepted and not yet known to be committed, by node. At limits.waiting-rows "
            + "(20,000 unless set) beacons are answered 503."),
            {expression: "lethe_write_waiting_rows", legend: "{{instance}}"}), 8, 8),
        sized(metrics(words("Memory", "percentunit", "The share of the Java heap that is used, by node, of the most it may grow to. Up and down "
            + "is healthy; near 100 % it is too small."),
            {expression: "lethe_heap_used_bytes / lethe_heap_max_bytes", legend: "{{instance}}"}).max(1), 8, 8)],
        [sized(named(metrics(words("Since retention and publication last succeeded", "s", "Retention must succeed within 36 hours, publication "
            + "within the hour after 06:00 of each site."),
            {expression: "time() - max(lethe_retention_last_success_timestamp_seconds)", legend: "retention"},
            {expression: "time() - max(lethe_publish_last_success_timestamp_seconds)", legend: "publication"}), JOBS), 12, 8),
        sized(named(metrics(words("Overdue", "short", "Days that should be gone, and periods that should be published. Both must be 0."),
            {expression: "max(lethe_retention_overdue_partitions)", legend: "days of raw events"},
            {expression: "max(lethe_publish_overdue_periods)", legend: "periods"}), OVERDUE), 12, 8)],
    ],
});
