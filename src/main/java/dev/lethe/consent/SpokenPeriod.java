package dev.lethe.consent;

import java.time.Period;
import java.util.ArrayList;
import java.util.List;

/** Periods of settings as people say them: {@code P13M} is "13 months", {@code P90D} is "90 days". */
public final class SpokenPeriod {
    private SpokenPeriod() {}

    /** The period in words; {@code language} is one of {@link Notice#LANGUAGES}. */
    public static String of(Period period, String language) {
        boolean french = language.equals("fr");
        int months = 12 * period.getYears() + period.getMonths();
        int days = period.getDays();
        List<String> parts = new ArrayList<>();
        if (months > 0) {
            parts.add(months + " " + (french ? "mois" : months == 1 ? "month" : "months"));
        }
        if (days > 0 || months == 0) {
            boolean one = days == 1 || (french && days == 0);
            String word = french ? "jour" : "day";
            parts.add(days + " " + (one ? word : word + "s"));
        }
        return String.join(french ? " et " : " and ", parts);
    }
}
