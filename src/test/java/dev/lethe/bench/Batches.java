package dev.lethe.bench;

import dev.lethe.database.Database;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Requests of fifty beacons, against {@code COPY} of the same rows into the same table, turn and turn about. */
final class Batches {
    private static final int ROUNDS = 3;
    private static final int SECONDS = 4;
    private static final int CONNECTIONS = 64;
    private static final int ROWS = 200_000;

    private static final String COLUMNS =
            "received_at, day, pseudonym, beacon_id, type, channel, browser, browser_major, system, device, screen,"
                + " seconds, scroll, metric, problem, gap_days, value, site, path, country, language, referrer_host,"
                + " utm_source, utm_medium, utm_campaign, click, target_host, download";

    private Batches() {}

    static void measure(Workshop workshop, Findings findings) throws Exception {
        workshop.warmUp(Order.Kind.BATCH, CONNECTIONS);
        List<Double> ratios = new ArrayList<>();
        List<Double> batches = new ArrayList<>();
        try (Database database = workshop.lethe().database();
                Connection owner = database.connectAsOwner()) {
            for (int round = 0; round < ROUNDS; round++) {
                double beacons = workshop.loadLethe(Order.Kind.BATCH, CONNECTIONS, SECONDS)
                                .perSecond()
                        * Traffic.BEACONS_OF_A_BATCH;
                double copied = copy(owner);
                workshop.say(
                        "round %d of %d: batches %,.0f beacons a second, COPY %,.0f rows",
                        round + 1, ROUNDS, beacons, copied);
                batches.add(beacons);
                ratios.add(beacons / copied);
            }
        }
        findings.plain(
                "Beacons in batches of 50, acknowledged after commit",
                Findings.text("%,.0f a second", Median.of(batches)));
        findings.atLeast("The same, against COPY of such rows into the same table", "%.2f", Median.of(ratios), 0.4);
    }

    /** Rows a second: rows that are stored, in their order and under new ids, so that none is refused as a repetition. */
    private static double copy(Connection owner) throws SQLException, IOException {
        CopyManager copy = owner.unwrap(PGConnection.class).getCopyAPI();
        ByteArrayOutputStream rows = new ByteArrayOutputStream(64 << 20);
        copy.copyOut(
                "copy (select " + COLUMNS.replace("beacon_id", "gen_random_uuid()") + " from raw.event limit " + ROWS
                        + ") to stdout",
                rows);
        ByteArrayInputStream again = new ByteArrayInputStream(rows.toByteArray());
        long began = System.nanoTime();
        long copied = copy.copyIn("copy raw.event (" + COLUMNS + ") from stdin", again);
        return copied / ((System.nanoTime() - began) / 1e9);
    }
}
