package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** P13: of 1,000 visitors with events in two months, each gets all of her own and none of anybody else's. */
class P13ExportTest {
    private static final int FULL = 1_000;

    @Test
    void eachGetsAllOfHerOwnAndNoneOfAnothers() {
        int count = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        TestClock clock = TestClock.at(Instant.parse("2026-03-30T12:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            Map<Visitor, Set<String>> sent = new HashMap<>();
            for (int i = 0; i < count; i++) {
                Visitor visitor = lethe.visitor();
                visitor.grant();
                sent.put(visitor, new TreeSet<>());
                send(visitor, sent.get(visitor), 1 + i % 4);
            }
            clock.jumpTo(Instant.parse("2026-04-02T12:00:00Z"));
            sent.forEach((visitor, ids) -> send(visitor, ids, ids.size() % 3));
            Set<String> all = new TreeSet<>();
            int rows = 0;
            for (Map.Entry<Visitor, Set<String>> one : sent.entrySet()) {
                JsonObject copy = new JsonObject(one.getKey()
                        .send("GET", "/privacy/data?site=" + TestLethe.SITE, null, null)
                        .body());
                List<String> got = new ArrayList<>();
                copy.getJsonArray("events").forEach(event -> got.add(((JsonObject) event).getString("id")));
                assertEquals(one.getValue(), new TreeSet<>(got));
                assertEquals(one.getValue().size(), got.size());
                all.addAll(got);
                rows += got.size();
            }
            assertEquals(lethe.count("select count(*) from raw.event"), all.size());
            System.out.printf("P13: %d visitors of %d, %d events%n", count, FULL, rows);
        }
    }

    private static void send(Visitor visitor, Set<String> ids, int views) {
        if (views == 0) {
            return;
        }
        List<String> beacons = new ArrayList<>();
        for (int i = 0; i < views; i++) {
            String beacon = visitor.pageview("/p13/" + i);
            ids.add(beacon.substring(7, 29));
            beacons.add(beacon);
        }
        assertEquals("stored", Wire.outcome(visitor.beacon("[" + String.join(",", beacons) + "]")));
    }
}
