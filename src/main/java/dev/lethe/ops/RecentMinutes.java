package dev.lethe.ops;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** This node's last 60 minutes of beacons by outcome and drop reason, for the console. Thread-safe, lost at a restart. */
public final class RecentMinutes {
    private static final int KEPT = 60;

    private final Clock clock;
    private final ConcurrentSkipListMap<Instant, Map<String, LongAdder>> minutes = new ConcurrentSkipListMap<>();

    public RecentMinutes(Clock clock) {
        this.clock = clock;
    }

    /** One minute's counts by label: outcomes, and drop reasons with {@code dropped:} before them. */
    public record Minute(Instant start, Map<String, Long> counts) {}

    void add(String label, int beacons) {
        Instant minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        minutes.computeIfAbsent(minute, start -> {
                    minutes.headMap(start.minus(KEPT, ChronoUnit.MINUTES)).clear();
                    return new ConcurrentHashMap<>();
                })
                .computeIfAbsent(label, unseen -> new LongAdder())
                .add(beacons);
    }

    /** Oldest first; minutes without a beacon are left out. */
    public List<Minute> list() {
        Instant from = clock.instant().minus(KEPT, ChronoUnit.MINUTES);
        return minutes.tailMap(from).entrySet().stream()
                .map(minute -> {
                    Map<String, Long> counts = new TreeMap<>();
                    minute.getValue().forEach((label, count) -> counts.put(label, count.sum()));
                    return new Minute(minute.getKey(), counts);
                })
                .toList();
    }
}
