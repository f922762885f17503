package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P21: who holds the raw events of two sites, or of two months, and nothing else pairs their visitors no better than by chance.
 * Visitors differ in nothing but their pseudonyms here; published statistics have none at all.
 */
@Timeout(300)
class P21LinkingTest {
    private static final int FULL = 400;
    private static final String OTHER = "other.test";
    private static final String OTHER_ORIGIN = "https://www.other.test";

    @Test
    void pseudonymsPairNobodyAcrossSitesOrMonths() {
        int visitors = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        TestClock clock = TestClock.at(Instant.parse("2026-06-29T10:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            lethe.addSite(OTHER, "UTC", false, OTHER_ORIGIN);
            List<Visitor> here = new ArrayList<>();
            for (int i = 0; i < visitors; i++) {
                here.add(lethe.visitor());
                here.getLast().grant();
                Visitor there = lethe.visitor(OTHER, OTHER_ORIGIN);
                there.grant();
                there.view("/");
            }
            // Each on a page of her own, so that the test knows who is who; the attack does not look at it.
            for (int day = 0; day < 3; day++) {
                for (int i = 0; i < visitors; i++) {
                    here.get(i).view("/v" + i);
                }
                clock.jump(Duration.ofDays(1));
            }
            List<UUID> june = pseudonyms(lethe, TestLethe.SITE, "2026-06-29", "path");
            List<UUID> sameMonth = pseudonyms(lethe, TestLethe.SITE, "2026-06-30", "path");
            List<UUID> july = pseudonyms(lethe, TestLethe.SITE, "2026-07-01", "path");
            List<UUID> elsewhere = pseudonyms(lethe, OTHER, "2026-06-29", "received_at, beacon_id");
            long months = paired(june, july);
            long sites = paired(june, elsewhere);
            System.out.printf(
                    "P21: of %d visitors (in full: %d, -Dlethe.full=true) %d are paired across months, %d across"
                            + " sites; by chance: 1%n",
                    visitors, FULL, months, sites);
            // The number paired by chance is about Poisson of mean 1: more than 8 comes once in a million times.
            assertTrue(months <= 8, months + " across months");
            assertTrue(sites <= 8, sites + " across sites");
            assertEquals(visitors, paired(june, sameMonth), "the control: within a month they are the same");
        }
    }

    private static List<UUID> pseudonyms(TestLethe lethe, String site, String day, String order) {
        return lethe
                .rows("select pseudonym from raw.event where site = '" + site + "' and day = '" + day
                        + "' order by length(path), " + order)
                .stream()
                .map(UUID::fromString)
                .toList();
    }

    /** Pairs each with the nearest of the others; how many are right. */
    private static long paired(List<UUID> ones, List<UUID> others) {
        assertEquals(ones.size(), others.size());
        long right = 0;
        for (int i = 0; i < ones.size(); i++) {
            UUID one = ones.get(i);
            UUID nearest = others.stream()
                    .min(Comparator.comparingInt(other -> distance(one, other)))
                    .orElseThrow();
            right += others.get(i).equals(nearest) ? 1 : 0;
        }
        return right;
    }

    private static int distance(UUID one, UUID other) {
        return Long.bitCount(one.getMostSignificantBits() ^ other.getMostSignificantBits())
                + Long.bitCount(one.getLeastSignificantBits() ^ other.getLeastSignificantBits());
    }
}
