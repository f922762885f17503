package dev.lethe.rights;

import dev.lethe.site.Preset;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;

/** What published statistics may tell about one browser at most, from the budget that they really spend. */
final class Guarantee {
    private Guarantee() {}

    /**
     * By how many points of a hundred somebody who knows everything else improves a guess whether a browser came on so many days of a
     * month, apart from a chance of {@link Budget#DELTA}.
     */
    static int points(Preset preset, int days) {
        return (int) Math.round(100 * Budget.of(preset, Bounds.DEFAULT).guessAdvantage(days));
    }
}
