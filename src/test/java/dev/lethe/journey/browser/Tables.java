package dev.lethe.journey.browser;

import dev.lethe.TestLethe;
import java.util.List;
import java.util.stream.Collectors;

/** What every table holds, so that a test can say "nothing changed" and mean all of them. */
final class Tables {
    /** Who runs a job, and since when, changes by itself. */
    private static final String JOBS = "registry.job";

    private static final String RECEIPTS = "consent.receipt";

    private Tables() {}

    static String digest(TestLethe lethe) {
        return digest(lethe, List.of(JOBS));
    }

    static String digestWithoutReceipts(TestLethe lethe) {
        return digest(lethe, List.of(JOBS, RECEIPTS));
    }

    /** A line a table: rows and fingerprint. */
    private static String digest(TestLethe lethe, List<String> without) {
        return lethe
                .rows("select schemaname || '.' || tablename from pg_tables where schemaname in"
                        + " ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys') order by 1")
                .stream()
                .filter(table -> !without.contains(table))
                .map(table -> table + " "
                        + lethe.text("select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by"
                                + " t::text)), '') from " + table + " t"))
                .collect(Collectors.joining("\n"));
    }
}
