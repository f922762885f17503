package dev.lethe.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a site of a given size will be able to say: for each headline number, by day, week and month, how wide its interval is next
 * to its likely value. Computed from the noise alone; what bounds cut off is published as a number of its own. Stateless.
 */
public final class Accuracy {
    /** A 95 % interval reaches this many standard deviations to either side. */
    private static final double Z95 = 1.959964;

    /** Under so many standard deviations a value is said to be below the noise, as the views do. */
    private static final double VISIBLE_SIGMAS = 3;

    /** An interval of a quarter to either side still shows a trend. */
    private static final double USEFUL = 0.25;

    private Accuracy() {}

    /**
     * What visitors do on a site, as shares of a day's visitors unless said otherwise. {@link #TYPICAL} is a guess at a small
     * company's website, to be replaced by the site's own published figures once there are some.
     *
     * @param furtherVisits visits after the first, per visitor
     * @param furtherPageviews pageviews after the first, per visitor
     * @param engagedMinutes per visitor
     * @param distinctInWeek distinct visitors of a week, as a share of the sum of its days' visitors
     * @param distinctInMonth the same of a month
     * @param bounced whose first visit bounced
     * @param clicking who click something counted
     * @param fresh who come for the first time
     * @param largeChannel who come through a large channel
     * @param smallCountry from a country that is not the main one
     * @param topPage who see the page seen most
     * @param twentiethPage who see the twentieth page
     * @param topHost who come from the host that sends most
     * @param goal who reach a goal
     */
    public record Shares(
            double furtherVisits,
            double furtherPageviews,
            double engagedMinutes,
            double distinctInWeek,
            double distinctInMonth,
            double bounced,
            double clicking,
            double fresh,
            double largeChannel,
            double smallCountry,
            double topPage,
            double twentiethPage,
            double topHost,
            double goal) {
        public static final Shares TYPICAL =
                new Shares(0.15, 2, 2, 0.85, 0.7, 0.45, 0.15, 0.7, 0.3, 0.05, 0.3, 0.02, 0.1, 0.02);

        /** Takes finite, positive numbers; shares of distinct visitors are at most 1. */
        public Shares {
            for (double each : new double[] {
                furtherVisits, furtherPageviews, engagedMinutes, distinctInWeek, distinctInMonth, bounced, clicking,
                fresh, largeChannel, smallCountry, topPage, twentiethPage, topHost, goal
            }) {
                if (!(each > 0 && each <= 10_000)) {
                    throw new IllegalArgumentException("a share is positive and finite, not " + each);
                }
            }
            if (distinctInWeek > 1 || distinctInMonth > 1) {
                throw new IllegalArgumentException("distinct visitors are no more than the sum of the days' visitors");
            }
        }
    }

    /**
     * One number at one grain.
     *
     * @param grain of the period; a month has 30 days here
     * @param expected its likely value
     * @param halfWidth of its 95 % interval, in the same unit
     * @param relativeError {@code halfWidth / expected}, infinite when nothing is expected
     * @param visible whether it stands out of the noise at all: at least 3σ, and a discovered key's threshold
     */
    public record Reading(Grain grain, double expected, double halfWidth, double relativeError, boolean visible) {
        /** {@code good to 2 %}, {@code rough, within 40 %}, or {@code below the noise}. */
        public String words() {
            if (!visible) {
                return "below the noise";
            }
            String percent = percent(relativeError);
            return useful() ? "good to " + percent : "rough, within " + percent;
        }

        /** Whether it can be decided on: within a quarter. */
        public boolean useful() {
            return visible && relativeError <= USEFUL;
        }
    }

    /**
     * One number at every grain at which it is published.
     *
     * @param number in plain words
     * @param readings from the shortest grain to the longest
     */
    public record Answer(String number, List<Reading> readings) {
        public Answer {
            readings = List.copyOf(readings);
        }

        /** The reading at a grain; empty when the number is not published so. */
        public Optional<Reading> at(Grain grain) {
            return readings.stream().filter(reading -> reading.grain() == grain).findFirst();
        }

        /**
         * What a site of this size can say: {@code good to 2 % by day}, {@code only monthly: good to 12 %}, {@code rough, within 40 %,
         * by month}, or {@code below the noise}.
         */
        public String words() {
            Optional<Reading> first = readings.stream().filter(Reading::useful).findFirst();
            if (first.isPresent()) {
                Reading reading = first.get();
                boolean shortest = reading.equals(readings.getFirst());
                return shortest
                        ? reading.words() + " by " + reading.grain().label()
                        : "only " + reading.grain().label() + "ly: " + reading.words();
            }
            return readings.reversed().stream()
                    .filter(Reading::visible)
                    .findFirst()
                    .map(reading -> reading.words() + ", by " + reading.grain().label())
                    .orElse("below the noise");
        }
    }

    /**
     * Reads off what a site can say.
     *
     * @param visitorsPerDay at least 0
     * @param budget of the site's preset and bounds
     */
    public static List<Answer> of(long visitorsPerDay, Budget budget, Shares shares) {
        if (visitorsPerDay < 0) {
            throw new IllegalArgumentException("a day has no " + visitorsPerDay + " visitors");
        }
        return Arrays.stream(Headline.values())
                .map(headline -> new Answer(headline.label, headline.readings(visitorsPerDay, budget, shares)))
                .toList();
    }

    /** From which statistics a headline number is read at a grain, each added up over so many periods. */
    private record Source(Map<Statistic, Integer> periods) {
        private static Source one(Statistic statistic) {
            return new Source(Map.of(statistic, 1));
        }

        /** As many days as the grain has, of each of these daily statistics. */
        private static Source days(Grain grain, Statistic... daily) {
            return new Source(Arrays.stream(daily)
                    .collect(Collectors.toUnmodifiableMap(statistic -> statistic, statistic -> daysOf(grain))));
        }

        /** From where on a value is more than noise, and its key has appeared. */
        private double visibleFrom(Budget budget, boolean discovered) {
            double least = VISIBLE_SIGMAS * sigma(budget);
            if (discovered) {
                for (Statistic statistic : periods.keySet()) {
                    least = Math.max(least, (double) budget.discoveryThreshold(statistic));
                }
            }
            return least;
        }

        private double sigma(Budget budget) {
            double variance = 0;
            for (Map.Entry<Statistic, Integer> each : periods.entrySet()) {
                variance += budget.variance(each.getKey()).doubleValue() * each.getValue();
            }
            return Math.sqrt(variance);
        }
    }

    /** The numbers that a report begins with. */
    // Functions and maps that hold nothing that changes; Error Prone cannot know.
    @SuppressWarnings("ImmutableEnumChecker")
    private enum Headline {
        VISITORS(
                "visitors",
                false,
                shares -> 1,
                distinct(Statistic.DAY_VISITORS, Statistic.WEEK_VISITORS, Statistic.MONTH_VISITORS)),
        VISITS(
                "visits",
                true,
                shares -> 1 + shares.furtherVisits,
                summed(Statistic.DAY_VISITORS, Statistic.DAY_FURTHER_VISITS)),
        PAGEVIEWS(
                "pageviews",
                true,
                shares -> 1 + shares.furtherPageviews,
                Map.of(
                        Grain.DAY, Source.days(Grain.DAY, Statistic.DAY_VISITORS, Statistic.DAY_FURTHER_PAGEVIEWS),
                        Grain.WEEK, new Source(Map.of(Statistic.DAY_VISITORS, 7, Statistic.WEEK_FURTHER_PAGEVIEWS, 1)),
                        Grain.MONTH,
                                Source.days(Grain.MONTH, Statistic.DAY_VISITORS, Statistic.DAY_FURTHER_PAGEVIEWS))),
        BOUNCED(
                "visitors whose first visit bounced",
                true,
                shares -> shares.bounced,
                summed(Statistic.DAY_FIRST_VISIT_BOUNCED)),
        ENGAGED("engaged minutes", true, shares -> shares.engagedMinutes, summed(Statistic.DAY_ENGAGED_MINUTES)),
        CLICKING("visitors with a click", true, shares -> shares.clicking, summed(Statistic.DAY_CLICK_VISITORS)),
        FRESH("new visitors", true, shares -> shares.fresh, summed(Statistic.DAY_REACH)),
        CHANNEL(
                "visitors of a large channel",
                false,
                shares -> shares.largeChannel,
                distinct(Statistic.DAY_DIMENSIONS, Statistic.WEEK_DIMENSIONS, Statistic.MONTH_DIMENSIONS)),
        COUNTRY(
                "visitors from a smaller country",
                false,
                shares -> shares.smallCountry,
                distinct(Statistic.DAY_DIMENSIONS, Statistic.WEEK_DIMENSIONS, Statistic.MONTH_DIMENSIONS)),
        TOP_PAGE(
                "visitors of the first page",
                false,
                shares -> shares.topPage,
                distinct(Statistic.DAY_PAGES, Statistic.WEEK_PAGES, Statistic.MONTH_PAGES)),
        TWENTIETH_PAGE(
                "visitors of the twentieth page",
                false,
                shares -> shares.twentiethPage,
                distinct(Statistic.DAY_PAGES, Statistic.WEEK_PAGES, Statistic.MONTH_PAGES)),
        TOP_HOST(
                "visitors from the first referring host",
                false,
                shares -> shares.topHost,
                distinct(Statistic.WEEK_SOURCES, Statistic.MONTH_SOURCES)),
        GOAL(
                "visitors of a large channel who reach a goal",
                false,
                shares -> shares.goal * shares.largeChannel,
                distinct(Statistic.WEEK_GOALS));

        private final String label;
        private final boolean countsEachDay;
        private final ToDoubleFunction<Shares> perVisitor;
        private final Map<Grain, Source> sources;

        Headline(String label, boolean countsEachDay, ToDoubleFunction<Shares> perVisitor, Map<Grain, Source> sources) {
            this.label = label;
            this.countsEachDay = countsEachDay;
            this.perVisitor = perVisitor;
            this.sources = sources;
        }

        private List<Reading> readings(long visitorsPerDay, Budget budget, Shares shares) {
            List<Reading> result = new ArrayList<>();
            for (Grain grain : Grain.values()) {
                Source source = sources.get(grain);
                if (source != null) {
                    double days = daysOf(grain) * (countsEachDay ? 1 : distinctShare(grain, shares));
                    double expected = visitorsPerDay * days * perVisitor.applyAsDouble(shares);
                    double halfWidth = Z95 * source.sigma(budget);
                    // Sites register their pages; nobody can register who links to them.
                    double least = source.visibleFrom(budget, this == TOP_HOST);
                    result.add(new Reading(grain, expected, halfWidth, halfWidth / expected, expected >= least));
                }
            }
            return result;
        }

        private static double distinctShare(Grain grain, Shares shares) {
            return switch (grain) {
                case DAY -> 1;
                case WEEK -> shares.distinctInWeek;
                case MONTH -> shares.distinctInMonth;
            };
        }

        /** A row of its own at each grain. */
        private static Map<Grain, Source> distinct(Statistic... statistics) {
            return Arrays.stream(statistics).collect(Collectors.toUnmodifiableMap(Statistic::grain, Source::one));
        }

        /** Daily rows, added up for weeks and months. */
        private static Map<Grain, Source> summed(Statistic... daily) {
            return Arrays.stream(Grain.values())
                    .collect(Collectors.toUnmodifiableMap(grain -> grain, grain -> Source.days(grain, daily)));
        }
    }

    private static int daysOf(Grain grain) {
        return switch (grain) {
            case DAY -> 1;
            case WEEK -> 7;
            case MONTH -> 30;
        };
    }

    /** Rounded up, so that nothing is said to be better than it is. */
    private static String percent(double share) {
        double percent = 100 * share;
        return percent <= 0.9
                ? String.format(Locale.ROOT, "%.1f %%", Math.ceil(10 * percent) / 10)
                : String.format(Locale.ROOT, "%.0f %%", Math.ceil(percent));
    }
}
