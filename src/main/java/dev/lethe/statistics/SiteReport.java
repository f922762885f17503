package dev.lethe.statistics;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * What is published of one site for a range of days, beside as many days before: headline numbers with intervals, their course by
 * day, and tables. Immutable; every number in it is published already.
 *
 * @param from the first day, cut to what is published
 * @param to the last day
 * @param preset of the weakest noise that the site's statistics carry
 * @param guessPoints by how many points somebody improves a guess about one browser's day, at most
 */
public record SiteReport(
        String site,
        LocalDate from,
        LocalDate to,
        String preset,
        int guessPoints,
        List<Headline> headlines,
        List<Course> courses,
        List<Table> tables) {

    public SiteReport {
        headlines = List.copyOf(headlines);
        courses = List.copyOf(courses);
        tables = List.copyOf(tables);
    }

    /** How many days it covers. */
    public int days() {
        return (int) (to.toEpochDay() - from.toEpochDay()) + 1;
    }

    /** The last of the days before. */
    public LocalDate previousTo() {
        return from.minusDays(1);
    }

    /** The first of as many days before. */
    public LocalDate previousFrom() {
        return from.minusDays(days());
    }

    /** The headline of a measure. */
    public Optional<Headline> headline(String measure) {
        return headlines.stream()
                .filter(headline -> headline.measure().equals(measure))
                .findFirst();
    }

    /**
     * A number and the one before.
     *
     * @param measure as in the view {@code stats.totals}
     * @param now empty for a quotient whose denominator is below the noise
     * @param previous empty when those days are not published, all of them
     * @param relative the change, as a share of the number before
     * @param mark {@code real}, {@code perhaps} or {@code within noise}
     */
    public record Headline(
            String measure,
            Optional<Estimate> now,
            Optional<Estimate> previous,
            Optional<Double> relative,
            Optional<String> mark) {}

    /**
     * A published number with its 95 % interval.
     *
     * @param sigma the standard deviation of its noise
     * @param isBelowNoise whether nothing should be read from it
     */
    public record Estimate(double value, double low, double high, double sigma, boolean isBelowNoise) {}

    /** A measure by day; days that were lost are missing. */
    public record Course(String measure, List<Point> points) {
        public Course {
            points = List.copyOf(points);
        }
    }

    /** One day of a course. */
    public record Point(LocalDate day, Estimate value) {}

    /**
     * Visitors by the keys of a dimension, added up over the periods of one grain that lie in the range.
     *
     * @param dimension as in the view {@code stats.breakdowns}; goals are added up over channels
     * @param grain the longest that the range holds
     * @param from the first day of the first period
     * @param to the last day of the last period
     * @param rows the largest first, those below the noise too
     */
    public record Table(String dimension, Grain grain, LocalDate from, LocalDate to, List<Row> rows) {
        public Table {
            rows = List.copyOf(rows);
        }

        /** The rows that stand out of the noise. */
        public List<Row> visible() {
            return rows.stream().filter(row -> !row.estimate().isBelowNoise()).toList();
        }
    }

    /** @param share of the visitors of the same periods; empty where these are below the noise */
    public record Row(String key, String key2, Estimate estimate, Optional<Double> share) {}
}
