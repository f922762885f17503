package dev.lethe.statistics;

import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.commons.numbers.fraction.BigFraction;

/**
 * What Lethe publishes: one constant for each row of the budget in docs/statistics.md, with what one browser's day may change in
 * it and which part of the budget it spends. The shares are those of the preset {@code balanced}; {@link Budget} scales them.
 */
// Fractions, List.of and Set.of never change, and the functions hold nothing; Error Prone cannot know.
@SuppressWarnings("ImmutableEnumChecker")
public enum Statistic {
    DAY_VISITORS(Grain.DAY, "visitors", "1", only(1), share(60), Days.APART, List.of("visitors")),
    DAY_FURTHER_VISITS(
            Grain.DAY,
            "further visits (visits = visitors + these)",
            "%d",
            sumUpTo(Bounds::furtherVisits),
            share(30),
            Days.APART,
            List.of("further_visits")),
    DAY_FIRST_VISIT_BOUNCED(
            Grain.DAY, "first visit bounced", "1", only(1), share(20), Days.APART, List.of("first_visit_bounced")),
    DAY_FURTHER_PAGEVIEWS(
            Grain.DAY,
            "further pageviews (pageviews = visitors + these)",
            "%d",
            sumUpTo(Bounds::furtherPageviews),
            share(100),
            Days.APART,
            List.of("further_pageviews")),
    DAY_ENGAGED_MINUTES(
            Grain.DAY,
            "engaged minutes",
            "%d",
            sumUpTo(Bounds::engagedMinutes),
            share(25),
            Days.APART,
            List.of("engaged_minutes")),
    DAY_CLICK_VISITORS(
            Grain.DAY, "visitors with a click", "1", only(1), share(10), Days.APART, List.of("click_visitors")),
    DAY_DIMENSIONS(
            Grain.DAY,
            "channel, device, country",
            "one each",
            only(3),
            share(80),
            Days.APART,
            List.of("channel", "device", "country")),
    DAY_PAGES(
            Grain.DAY,
            "visitors per page (at most 500 pages)",
            "first %d pages",
            keysUpTo(Bounds::pages),
            share(60),
            Days.APART,
            List.of("page")),
    DAY_REACH(
            Grain.DAY,
            "reach: days since the previous visit",
            "one cell, and the next visit's move",
            only(3),
            share(40),
            Days.APART,
            List.of("reach")),
    DAY_UNIQUE_7(
            Grain.DAY,
            "unique visitors of the last 7 days",
            "7 windows",
            only(7),
            share(30),
            Days.APART,
            List.of("unique_7")),
    DAY_UNIQUE_28(
            Grain.DAY,
            "unique visitors of the last 28 days",
            "28 windows",
            only(28),
            share(40),
            Days.APART,
            List.of("unique_28")),

    WEEK_VISITORS(Grain.WEEK, "visitors", "1", only(1), share(10), Days.APART, List.of("visitors")),
    WEEK_FURTHER_PAGEVIEWS(
            Grain.WEEK,
            "further pageviews, beyond each day's first",
            "%d",
            sumUpTo(Bounds::furtherPageviews),
            share(30),
            Days.TOGETHER_IN_A_WEEK,
            List.of("further_pageviews")),
    WEEK_DIMENSIONS(
            Grain.WEEK,
            "device, browser family, system, screen, country, language, channel",
            "one each",
            only(7),
            share(100),
            Days.APART,
            List.of("device", "browser", "system", "screen", "country", "language", "channel")),
    WEEK_PAGES(
            Grain.WEEK,
            "visitors per page",
            "first %d pages",
            keysUpTo(Bounds::pages),
            share(100),
            Days.APART,
            List.of("page"),
            "page"),
    WEEK_SOURCES(
            Grain.WEEK,
            "referrer host, campaign",
            "one each",
            only(2),
            share(50),
            Days.APART,
            List.of("referrer_host", "campaign"),
            "referrer_host",
            "campaign"),
    WEEK_LANDING(Grain.WEEK, "channel × landing page", "1", only(1), share(25), Days.APART, List.of("landing")),
    WEEK_EXIT(Grain.WEEK, "exit page of the last visit", "1", only(1), share(10), Days.APART, List.of("exit")),
    WEEK_CLICKS(
            Grain.WEEK,
            "named clicks, outbound hosts, downloads",
            "%d",
            keysUpTo(Bounds::clicks),
            share(30),
            Days.APART,
            List.of("click", "outbound_host", "download"),
            "click",
            "outbound_host"),
    WEEK_GOALS(Grain.WEEK, "goal × channel", "%d", keysUpTo(Bounds::goals), share(20), Days.APART, List.of("goal")),
    WEEK_VITALS(
            Grain.WEEK,
            "vitals LCP, INP, CLS by device × 8 buckets",
            "one sample a metric",
            only(3),
            share(30),
            Days.APART,
            List.of("lcp", "inp", "cls")),
    WEEK_PROBLEMS(
            Grain.WEEK,
            "problems: kind × page",
            "%d",
            keysUpTo(Bounds::problems),
            share(15),
            Days.APART,
            List.of("problem"),
            "problem"),
    WEEK_CONSENT(
            Grain.WEEK,
            "consent choices (first choices; a refusal identifies nobody)",
            "1",
            only(1),
            share(5),
            Days.APART,
            List.of("consent")),

    MONTH_VISITORS(Grain.MONTH, "visitors", "1", only(1), share(10), Days.APART, List.of("visitors")),
    MONTH_DIMENSIONS(
            Grain.MONTH,
            "the 7 dimensions (browser with its major version)",
            "one each",
            only(7),
            share(20),
            Days.APART,
            List.of("device", "browser", "system", "screen", "country", "language", "channel"),
            "browser"),
    MONTH_PAGES(
            Grain.MONTH,
            "visitors per page",
            "first %d pages",
            keysUpTo(Bounds::pages),
            share(25),
            Days.APART,
            List.of("page"),
            "page"),
    MONTH_SOURCES(
            Grain.MONTH,
            "referrer host, campaign",
            "one each",
            only(2),
            share(10),
            Days.APART,
            List.of("referrer_host", "campaign"),
            "referrer_host",
            "campaign"),
    MONTH_HOUR_OF_WEEK(
            Grain.MONTH,
            "hour of week of the day's first visit",
            "1",
            only(1),
            share(10),
            Days.TOGETHER_BY_WEEKDAY,
            List.of("hour_of_week")),
    MONTH_BOUND_HITS(
            Grain.MONTH,
            "how many hit a bound (views, pages)",
            "2 flags",
            only(2),
            share(5),
            Days.TOGETHER_IN_A_MONTH,
            List.of("bound_hits_views", "bound_hits_pages"));

    private final Grain grain;
    private final String label;
    private final String perVisitorDay;
    private final Sensitivity sensitivity;
    private final BigFraction rho;
    private final Days days;
    private final List<String> names;
    private final Set<String> discovered;

    Statistic(
            Grain grain,
            String label,
            String perVisitorDay,
            Sensitivity sensitivity,
            BigFraction rho,
            Days days,
            List<String> names,
            String... discovered) {
        this.grain = grain;
        this.label = label;
        this.perVisitorDay = perVisitorDay;
        this.sensitivity = sensitivity;
        this.rho = rho;
        this.days = days;
        this.names = names;
        this.discovered = Set.of(discovered);
    }

    public Grain grain() {
        return grain;
    }

    /** In plain words, as documents and commands print it. */
    public String label() {
        return label;
    }

    /** What one browser's day may count for, in words. */
    public String perVisitorDay(Bounds bounds) {
        return perVisitorDay.formatted(sensitivity.bound.applyAsLong(bounds));
    }

    /**
     * The square of the most that all cells of this statistic can move, in the Euclidean norm, when one browser's day is taken
     * away. A sum bounded by c moves by c: c². A histogram moves by 1 in each of c cells: c.
     */
    public long squaredSensitivity(Bounds bounds) {
        long bound = sensitivity.bound.applyAsLong(bounds);
        return sensitivity.sum ? Math.multiplyExact(bound, bound) : bound;
    }

    /** In how many cells one browser's day may be counted. */
    public long cells(Bounds bounds) {
        return sensitivity.sum ? 1 : sensitivity.bound.applyAsLong(bounds);
    }

    /** The share of the budget {@code balanced} that it spends, exactly. */
    public BigFraction rho() {
        return rho;
    }

    /** The measures or dimensions under which its rows stand in {@code stats}. */
    public List<String> names() {
        return names;
    }

    /** Those of its dimensions whose keys are not known beforehand: a key appears only beyond a threshold. */
    public Set<String> discovered() {
        return discovered;
    }

    public boolean discoversKeys() {
        return !discovered.isEmpty();
    }

    /** How several days of one browser add up in it. */
    Days days() {
        return days;
    }

    /**
     * How often the share of one day is spent when a browser comes on several days that follow each other in one month: the
     * squared Euclidean norm of what all its days change, in units of one day's. Days that follow each other are the worst case.
     */
    enum Days {
        /**
         * In cells of their own, or counted once as the same visitor: the squares add up. Every histogram of a week or month that
         * counts distinct visitors is such a one; counting one visitor twice in a cell would make it another.
         */
        APART {
            @Override
            long times(long days) {
                return days;
            }
        },
        /** All days of a week in the same cell. */
        TOGETHER_IN_A_WEEK {
            @Override
            long times(long days) {
                return 49 * (days / 7) + (days % 7) * (days % 7);
            }
        },
        /** All Mondays of a month in the same cell, all Tuesdays in another. */
        TOGETHER_BY_WEEKDAY {
            @Override
            long times(long days) {
                long weeks = days / 7;
                long rest = days % 7;
                return rest * (weeks + 1) * (weeks + 1) + (7 - rest) * weeks * weeks;
            }
        },
        /** All days of a month in the same cell. */
        TOGETHER_IN_A_MONTH {
            @Override
            long times(long days) {
                return days * days;
            }
        };

        abstract long times(long days);
    }

    private record Sensitivity(ToLongFunction<Bounds> bound, boolean sum) {}

    private static Sensitivity only(long cells) {
        return new Sensitivity(bounds -> cells, false);
    }

    private static Sensitivity keysUpTo(ToLongFunction<Bounds> bound) {
        return new Sensitivity(bound, false);
    }

    private static Sensitivity sumUpTo(ToLongFunction<Bounds> bound) {
        return new Sensitivity(bound, true);
    }

    /** Ten-thousandths. */
    private static BigFraction share(int tenThousandths) {
        return BigFraction.of(tenThousandths, 10_000);
    }
}
