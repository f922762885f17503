package dev.lethe;

import dev.lethe.statistics.Grain;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReport.Course;
import dev.lethe.statistics.SiteReport.Estimate;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReport.Point;
import dev.lethe.statistics.SiteReport.Row;
import dev.lethe.statistics.SiteReport.Table;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A site's report as a page of text, without colours: signs and words say it all. One for each page. */
final class ReportPage {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter DAY_OF_YEAR = DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH);
    private static final String STEPS = "▁▂▃▄▅▆▇█";
    private static final String EIGHTHS = "▏▎▍▌▋▊▉█";
    /** A visitor's day has one of these only, so there is no place for those that few bring: see docs/decisions.md. */
    private static final List<String> HIDES_RARE = List.of("referrer_host", "campaign");

    private static final int ROWS = 8;
    private static final int KEY_WIDTH = 30;

    /** In the order of the page. */
    private static final List<String> MEASURES = List.of(
            "visitors",
            "new_visitors",
            "visits",
            "pageviews",
            "views_per_visit",
            "engaged_minutes_per_visitor",
            "bounce_rate",
            "click_rate");

    private static final Map<String, String> MEASURE_WORDS = Map.of(
            "visitors", "Visitors",
            "new_visitors", "New visitors",
            "visits", "Visits",
            "pageviews", "Pageviews",
            "views_per_visit", "Pageviews a visit",
            "engaged_minutes_per_visitor", "Engaged minutes a day",
            "bounce_rate", "Bounce rate",
            "click_rate", "Visitors who click");

    private static final Map<String, String> TABLE_WORDS = Map.of(
            "page", "Pages",
            "channel", "Channels",
            "referrer_host", "Referring hosts",
            "country", "Countries",
            "device", "Devices",
            "goal", "Goals",
            "campaign", "Campaigns",
            "click", "Named clicks");

    private final Terminal terminal;
    private final SiteReport report;
    private final int width;

    /** @param width of the page in characters, at least 60 */
    ReportPage(Terminal terminal, SiteReport report, int width) {
        this.terminal = terminal;
        this.report = report;
        this.width = width;
    }

    void print() {
        title();
        if (report.headline("visitors").flatMap(Headline::now).isEmpty()) {
            lost();
        }
        headlines();
        report.courses().forEach(this::course);
        report.tables().stream()
                .filter(table -> TABLE_WORDS.containsKey(table.dimension()))
                .forEach(this::table);
        explain();
    }

    private void title() {
        terminal.line("");
        terminal.line("  " + report.site() + " · " + range(report.from(), report.to()) + " · "
                + Terminal.count(report.days(), "day"));
        boolean compared = report.headlines().stream()
                .anyMatch(headline -> headline.previous().isPresent());
        terminal.line("  "
                + (compared
                        ? "compared with " + range(report.previousFrom(), report.previousTo())
                        : "not compared: the " + report.days()
                                + " days before are not all published (--from chooses fewer)"));
        terminal.line("");
    }

    private void lost() {
        paragraph("A day of this range was lost, so its different visitors cannot be told. A range without that day"
                + " can.");
        terminal.line("");
    }

    private void headlines() {
        terminal.line(String.format(Locale.ROOT, "  %-22s %9s  %-17s %9s  %s", "", "", "95 % interval", "change", "")
                .stripTrailing());
        for (String measure : MEASURES) {
            report.headline(measure).ifPresent(this::headline);
        }
        terminal.line("");
        boolean small = report.headline("visitors")
                .flatMap(Headline::now)
                .map(Estimate::isBelowNoise)
                .orElse(false);
        if (small) {
            paragraph("So few visitors cannot be told from the noise that protects them. A longer range says more"
                    + " (--from), and 'lethe site accuracy " + report.site()
                    + "' says from how many visitors on each number can be read.");
            terminal.line("");
        }
    }

    private void headline(Headline headline) {
        String name = MEASURE_WORDS.getOrDefault(headline.measure(), headline.measure());
        if (headline.now().isEmpty() || headline.now().get().isBelowNoise()) {
            terminal.line(String.format(Locale.ROOT, "  %-22s %9s  below the noise", name, "-"));
            return;
        }
        Estimate now = headline.now().get();
        String interval = amount(headline.measure(), now.low()) + " to " + amount(headline.measure(), now.high());
        terminal.line(String.format(
                        Locale.ROOT,
                        "  %-22s %9s  %-17s %9s  %s",
                        name,
                        amount(headline.measure(), now.value()),
                        interval,
                        headline.relative().map(ReportPage::change).orElse(""),
                        headline.mark().map(ReportPage::mark).orElse(""))
                .stripTrailing());
    }

    /** A sign before the word, so that the eye finds what changed. */
    private static String mark(String mark) {
        return switch (mark) {
            case "real" -> "● real";
            case "perhaps" -> "○ perhaps";
            default -> "· " + mark;
        };
    }

    private static String change(double relative) {
        double percent = 100 * relative;
        return Math.abs(percent) < 1000
                ? String.format(Locale.ROOT, "%+.1f %%", percent)
                : String.format(Locale.ROOT, "× %.0f", relative + 1);
    }

    private static String amount(String measure, double value) {
        return switch (measure) {
            case "bounce_rate", "click_rate" -> String.format(Locale.ROOT, "%.1f %%", 100 * value);
            case "views_per_visit", "engaged_minutes_per_visitor" -> String.format(Locale.ROOT, "%.2f", value);
            default -> String.format(Locale.ROOT, "%,d", Math.round(value));
        };
    }

    private void course(Course course) {
        if (course.points().size() < 2
                || course.points().stream().allMatch(point -> point.value().isBelowNoise())) {
            return;
        }
        List<Point> shown = course.points();
        int room = width - 26;
        if (shown.size() > room) {
            shown = shown.subList(shown.size() - room, shown.size());
        }
        double most =
                shown.stream().mapToDouble(point -> point.value().value()).max().orElse(1);
        double least =
                shown.stream().mapToDouble(point -> point.value().value()).min().orElse(0);
        StringBuilder line = new StringBuilder();
        for (Point point : shown) {
            // From zero, so that heights compare; a number that is all noise stands on the floor.
            int step = (int) Math.floor(7.999 * point.value().value() / Math.max(most, 1));
            line.append(STEPS.charAt(step));
        }
        String name = MEASURE_WORDS.getOrDefault(course.measure(), course.measure());
        terminal.line(String.format(Locale.ROOT, "  %-22s %s", name + " by day", line));
        terminal.line(String.format(
                Locale.ROOT,
                "  %-22s %s to %s, %s to %s a day",
                "",
                DAY.format(shown.getFirst().day()),
                DAY.format(shown.getLast().day()),
                amount(course.measure(), least),
                amount(course.measure(), most)));
        terminal.line("");
    }

    private void table(Table table) {
        String unit = switch (table.grain()) {
            case DAY -> "visitors of each day, added up";
            case WEEK -> "visitors of each week, added up";
            case MONTH -> "visitors of each month, added up";
        };
        terminal.line("  " + TABLE_WORDS.getOrDefault(table.dimension(), table.dimension()) + "  ·  " + unit + "  ·  "
                + shortRange(table.from(), table.to()));
        List<Row> visible = table.visible();
        List<Row> named = visible.stream().filter(row -> !isOther(row)).toList();
        List<Row> shown = Stream.concat(
                        named.stream().limit(ROWS), visible.stream().filter(ReportPage::isOther))
                .toList();
        double most = named.isEmpty() ? 1 : named.getFirst().estimate().value();
        int room = Math.max(8, width - KEY_WIDTH - 34);
        for (Row row : shown) {
            Estimate estimate = row.estimate();
            terminal.line(String.format(
                            Locale.ROOT,
                            "  %s %9s ±%-6s %6s  %s",
                            fit(keyWords(table.dimension(), row)),
                            String.format(Locale.ROOT, "%,d", Math.round(estimate.value())),
                            String.format(Locale.ROOT, "%,d", Math.round(estimate.high() - estimate.value())),
                            row.share()
                                    .map(share -> String.format(Locale.ROOT, "%.0f %%", 100 * share))
                                    .orElse(""),
                            isOther(row) ? "" : bar(estimate.value() / most, room))
                    .stripTrailing());
        }
        terminal.line("  " + rest(table, visible.size(), shown.size()));
        terminal.line("");
    }

    /** No thing of its own, so it stands last and has no bar. */
    private static boolean isOther(Row row) {
        return row.key().equals("(other)");
    }

    private static String rest(Table table, int visible, int shown) {
        int hidden = table.rows().size() - visible;
        String more = visible > shown ? "and " + (visible - shown) + " more" : "";
        String below = hidden > 0 ? hidden + (visible == 0 ? ", all" : "") + " below the noise" : "";
        if (more.isEmpty() && below.isEmpty()) {
            return "that is all";
        }
        return more + (more.isEmpty() || below.isEmpty() ? "" : "; ") + below;
    }

    private static String keyWords(String dimension, Row row) {
        return switch (dimension) {
            case "country" ->
                row.key().length() == 2 ? Locale.of("", row.key()).getDisplayCountry(Locale.ENGLISH) : row.key();
            case "channel" -> row.key().replace('_', ' ');
            default ->
                row.key2().isEmpty()
                        ? row.key()
                        : row.key() + " · " + row.key2().replace('_', ' ');
        };
    }

    /** Paths are told apart by their ends, all else by its beginning. */
    private static String fit(String key) {
        if (key.length() <= KEY_WIDTH) {
            return key + " ".repeat(KEY_WIDTH - key.length());
        }
        int head = key.startsWith("/") ? 8 : KEY_WIDTH - 1;
        return key.substring(0, head) + "…" + key.substring(key.length() - (KEY_WIDTH - head - 1));
    }

    private static String bar(double share, int room) {
        int eighths = (int) Math.round(Math.max(0, Math.min(1, share)) * room * 8);
        String full = "█".repeat(eighths / 8);
        return eighths % 8 == 0 ? full : full + EIGHTHS.charAt(eighths % 8 - 1);
    }

    private void explain() {
        boolean hasOther = report.tables().stream()
                .filter(table -> !HIDES_RARE.contains(table.dimension()))
                .flatMap(table -> table.rows().stream())
                .anyMatch(ReportPage::isOther);
        paragraph(
                "● real: noise alone does that once in 370 times. ○ perhaps: once in 20. · within noise: no change can"
                        + " be read.");
        paragraph("Below the noise: less than three standard deviations of the noise; nothing can be read from it."
                + (hasOther ? " (other): everything that has no row of its own." : ""));
        if (report.tables().stream().anyMatch(table -> HIDES_RARE.contains(table.dimension()))) {
            paragraph("Referring websites and campaigns that few visitors bring have no row, nor are they in (other):"
                    + " the channels count their visitors.");
        }
        boolean weeks = report.tables().stream().anyMatch(table -> table.grain() == Grain.WEEK);
        boolean months = report.tables().stream().anyMatch(table -> table.grain() == Grain.MONTH);
        if (weeks || months) {
            paragraph("Tables use the whole " + (months && weeks ? "weeks and months" : months ? "months" : "weeks")
                    + " within the range: fewer, longer periods carry less noise. A visitor may stand in several rows,"
                    + " so shares add up to more than 100 %.");
        }
        paragraph("Every number was hidden in noise once, before it was written: whoever sees all of them improves a"
                + " guess whether one browser came on"
                + " one day"
                + " by " + report.guessPoints() + " points of 100 at most (preset "
                + report.preset()
                + ").");
        terminal.line("");
    }

    private void paragraph(String text) {
        Terminal.wrap(text, width - 4).forEach(line -> terminal.line("  " + line));
    }

    private static String range(LocalDate from, LocalDate to) {
        return (from.getYear() == to.getYear() ? DAY : DAY_OF_YEAR).format(from) + " to " + DAY_OF_YEAR.format(to);
    }

    private static String shortRange(LocalDate from, LocalDate to) {
        return DAY.format(from) + " to " + DAY.format(to);
    }

    /** How wide the page may be: the terminal's width where the shell tells it, between 60 and 120. */
    static int width(Optional<String> columns) {
        return columns.filter(text -> text.matches("[0-9]{1,4}"))
                .map(text -> Math.clamp(Integer.parseInt(text), 60, 120))
                .orElse(80);
    }
}
