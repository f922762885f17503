package dev.lethe.routes;

import static dev.lethe.http.Html.escape;

import dev.lethe.statistics.SiteReport.Estimate;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.StringJoiner;

/**
 * Drawings of published numbers as inline SVG without a style attribute and without text: classes carry the colours, and the words
 * beside a drawing keep their size however narrow the page is. Stateless.
 */
final class Charts {
    private static final int WIDTH = 1_000;
    private static final int HEIGHT = 200;

    private Charts() {}

    /** The next round number that holds the value and whose half is round too, so that a curve fills its frame. */
    static double ceiling(double highest) {
        for (double power = 1; ; power *= 10) {
            for (int tenths : new int[] {10, 12, 16, 20, 30, 40, 60, 80}) {
                if (highest <= tenths * power) {
                    return tenths * power;
                }
            }
        }
    }

    /**
     * A line with the band of its 95 % interval, one point a day. Days that are missing interrupt both.
     *
     * @param label what a screen reader says
     * @param titles what each day says under the pointer
     * @param top the value at the upper edge
     */
    static String course(
            String label, SortedMap<LocalDate, Estimate> days, SortedMap<LocalDate, String> titles, double top) {
        StringBuilder svg = open("course", WIDTH, HEIGHT, label);
        guides(svg);
        LocalDate first = days.firstKey();
        double step = (double) WIDTH / (days.lastKey().toEpochDay() - first.toEpochDay() + 1);
        StringJoiner line = new StringJoiner(" ");
        StringJoiner upper = new StringJoiner(" ");
        StringBuilder lower = new StringBuilder();
        LocalDate expected = first;
        int points = 0;
        for (var day : days.entrySet()) {
            if (!day.getKey().equals(expected)) {
                stretch(svg, line, upper, lower, points);
                line = new StringJoiner(" ");
                upper = new StringJoiner(" ");
                lower = new StringBuilder();
                points = 0;
            }
            double x = (day.getKey().toEpochDay() - first.toEpochDay() + 0.5) * step;
            line.add(point(x, day.getValue().value(), top));
            upper.add(point(x, day.getValue().high(), top));
            lower.insert(0, " " + point(x, day.getValue().low(), top));
            points++;
            expected = day.getKey().plusDays(1);
        }
        stretch(svg, line, upper, lower, points);
        titles.forEach((day, title) -> svg.append("<rect class=\"hit\" x=\"")
                .append(number((day.toEpochDay() - first.toEpochDay()) * step))
                .append("\" y=\"0\" width=\"")
                .append(number(step))
                .append("\" height=\"200\"><title>")
                .append(escape(title))
                .append("</title></rect>"));
        return svg.append("</svg>").toString();
    }

    private static void stretch(
            StringBuilder svg, StringJoiner line, StringJoiner upper, CharSequence lower, int points) {
        if (points == 1) {
            // A line of one point is invisible.
            String[] at = upper.toString().split(",", 2);
            String[] below = lower.toString().strip().split(",", 2);
            svg.append("<path class=\"whisker\" d=\"M")
                    .append(at[0])
                    .append(' ')
                    .append(at[1])
                    .append("V")
                    .append(below[1])
                    .append("\"/>");
            return;
        }
        svg.append("<polygon class=\"band\" points=\"")
                .append(upper)
                .append(lower)
                .append("\"/><polyline class=\"line\" points=\"")
                .append(line)
                .append("\"/>");
    }

    /** A bar with the whisker of its 95 % interval; the words stand beside it. */
    static String bar(Estimate estimate, double top) {
        double scale = WIDTH / top;
        return open("bar", WIDTH, 20, "")
                .append("<rect class=\"amount\" x=\"0\" y=\"4\" height=\"12\" width=\"")
                .append(number(Math.min(estimate.value() * scale, WIDTH)))
                .append("\"/><path class=\"whisker\" d=\"M")
                .append(number(estimate.low() * scale))
                .append(" 10H")
                .append(number(Math.min(estimate.high() * scale, WIDTH)))
                .append("\"/></svg>")
                .toString();
    }

    /** One column an hour; what is hidden has a mark on the floor. */
    static String hours(String label, List<Optional<Long>> counts, List<String> titles) {
        double top = Math.max(
                10, counts.stream().mapToLong(count -> count.orElse(0L)).max().orElse(0));
        double step = (double) WIDTH / Math.max(1, counts.size());
        StringBuilder svg = open("hours", WIDTH, 60, label);
        for (int hour = 0; hour < counts.size(); hour++) {
            boolean isHidden = counts.get(hour).isEmpty();
            double height = isHidden ? 2 : Math.max(0.5, 58 * counts.get(hour).orElseThrow() / top);
            svg.append("<rect class=\"")
                    .append(isHidden ? "veiled" : "amount")
                    .append("\" x=\"")
                    .append(number(hour * step + 0.1 * step))
                    .append("\" y=\"")
                    .append(number(60 - height))
                    .append("\" width=\"")
                    .append(number(0.8 * step))
                    .append("\" height=\"")
                    .append(number(height))
                    .append("\"><title>")
                    .append(escape(titles.get(hour)))
                    .append("</title></rect>");
        }
        return svg.append("</svg>").toString();
    }

    private static StringBuilder open(String kind, int width, int height, String label) {
        StringBuilder svg = new StringBuilder("<svg class=\"")
                .append(kind)
                .append("\" viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" preserveAspectRatio=\"none\" focusable=\"false\" ");
        return label.isEmpty()
                ? svg.append("aria-hidden=\"true\">")
                : svg.append("role=\"img\" aria-label=\"").append(escape(label)).append("\">");
    }

    private static void guides(StringBuilder svg) {
        svg.append("<path class=\"guide\" d=\"M0 1H1000M0 100H1000\"/><path class=\"floor\" d=\"M0 199H1000\"/>");
    }

    private static String point(double x, double value, double top) {
        return number(x) + "," + number(HEIGHT - 1 - (HEIGHT - 2) * Math.min(value / top, 1));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
