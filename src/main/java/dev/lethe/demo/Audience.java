package dev.lethe.demo;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Who comes on which day: those who meant to come again, and as many newcomers as the day's rhythm still misses. Days are asked in
 * their order, by one thread, after the guests of the day before have had their visits.
 */
final class Audience {
    private final long seed;
    private final Rhythm rhythm;
    private final LocalDate last;
    private final Map<LocalDate, List<Guest>> returning = new HashMap<>();

    Audience(long seed, Rhythm rhythm, LocalDate last) {
        this.seed = seed;
        this.rhythm = rhythm;
        this.last = last;
    }

    List<Guest> comingOn(LocalDate day) {
        List<Guest> guests = new ArrayList<>();
        List<Guest> expected = returning.remove(day);
        if (expected != null) {
            guests.addAll(expected);
        }
        long known = guests.stream().filter(Guest::isMeasured).count();
        long daySeed = Seeds.mix(seed, day.toEpochDay());
        // Of those who are asked, only those who say yes are visitors in the sense of the plan.
        double missing = Math.max(0, rhythm.visitorsOn(day) - known) / Guest.Attitude.GRANTS.share();
        int newcomers = (int) (missing + new SplittableRandom(daySeed).nextDouble());
        for (int i = 0; i < newcomers; i++) {
            guests.add(new Guest(Seeds.mix(daySeed, i)));
        }
        for (Guest guest : guests) {
            guest.comesAgain(day)
                    .filter(next -> !next.isAfter(last))
                    .ifPresent(next -> returning
                            .computeIfAbsent(next, first -> new ArrayList<>())
                            .add(guest));
        }
        return guests;
    }
}
