package dev.lethe.routes;

import static dev.lethe.http.Html.escape;

import dev.lethe.routes.ConsoleData.SiteStatistics;
import dev.lethe.statistics.LiveFigures;
import dev.lethe.statistics.LiveFigures.Counts;
import dev.lethe.statistics.Publisher;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReport.Course;
import dev.lethe.statistics.SiteReport.Estimate;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReport.Row;
import dev.lethe.statistics.SiteReport.Table;
import dev.lethe.statistics.SiteReports.Answer;
import io.vertx.core.json.JsonObject;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One site's published numbers as a page that needs no script: each number with its interval, and each change with what it is worth.
 * Immutable, one for each language.
 */
final class SitePage {
    /** What may be asked for, in days. */
    static final List<Integer> RANGES = List.of(7, 28, 90, 365);

    static final int DEFAULT_RANGE = 28;

    /** More keys than these are for reports, not for a glance. */
    private static final int KEYS_SHOWN = 8;

    private static final String OTHER = "(other)";

    private final String template;
    private final JsonObject words;
    private final Locale locale;
    private final DateTimeFormatter date;
    private final DateTimeFormatter shortDate;

    /** @param template with its words already filled in */
    SitePage(String template, JsonObject words) {
        this.template = template;
        this.words = words;
        this.locale = Locale.forLanguageTag(words.getString("lang"));
        this.date = DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale);
        this.shortDate = DateTimeFormatter.ofPattern("d MMM", locale);
    }

    /** How a measure is written. */
    private enum Unit {
        COUNT,
        SHARE,
        MINUTES,
        RATIO
    }

    /** @param days how many were asked for */
    String render(SiteStatistics statistics, int days, Instant now) {
        String name = escape(statistics.site().name());
        StringBuilder main = new StringBuilder("<div class=\"row\"><h1>").append(name);
        if (statistics.site().synthetic()) {
            main.append(" <span class=\"tag\">").append(say("synthetic")).append("</span>");
        }
        main.append("</h1>").append(ranges(days)).append("</div>");
        switch (statistics.answer()) {
            case Answer.NoSuchSite() -> main.append(notice(say("s_unknown")));
            case Answer.NothingYet(LocalDate firstDay, String zone) ->
                main.append(notice(nothingYet(firstDay, ZoneId.of(zone), now)));
            case Answer.OutsideOfPublished(LocalDate first, LocalDate last) ->
                main.append(notice(say("s_outside", date.format(first), date.format(last))));
            case Answer.Found(SiteReport report) -> report(main, report, statistics);
        }
        statistics
                .live()
                .ifPresent(live ->
                        main.append(live(live, ZoneId.of(statistics.site().timeZone()))));
        return template.replace("[site]", name).replace("<!--main-->", main);
    }

    private String ranges(int days) {
        StringBuilder links = new StringBuilder("<nav class=\"ranges\" aria-label=\"" + say("s_range") + "\">");
        for (int range : RANGES) {
            links.append("<a href=\"?days=")
                    .append(range)
                    .append('"')
                    .append(range == days ? " aria-current=\"page\">" : ">")
                    .append(say("s_days", whole(range)))
                    .append("</a>");
        }
        return links.append("</nav>").toString();
    }

    /** When there will be something to see. */
    private String nothingYet(LocalDate firstDay, ZoneId zone, Instant now) {
        Instant due = firstDay.plusDays(1).atTime(Publisher.AT).atZone(zone).toInstant();
        return now.isBefore(due)
                ? say(
                        "s_nothing_yet",
                        date.format(firstDay),
                        date.format(firstDay.plusDays(1)),
                        Publisher.AT.toString(),
                        zone.getId())
                : say("s_being_counted");
    }

    private static String notice(String text) {
        return "<p class=\"card notice\">" + text + "</p>";
    }

    private void report(StringBuilder main, SiteReport report, SiteStatistics statistics) {
        main.append("<p class=\"soft\">")
                .append(say(
                        report.headline("visitors").flatMap(Headline::previous).isPresent() ? "s_lead" : "s_lead_alone",
                        date.format(report.from()),
                        date.format(report.to()),
                        whole(report.days()),
                        escape(statistics.site().timeZone())))
                .append(' ')
                .append(say("s_guarantee", whole(report.guessPoints())))
                .append("</p><section aria-label=\"")
                .append(say("s_headlines"))
                .append("\"><dl class=\"headlines\">");
        statistics.week().ifPresent(week -> main.append(headline(say("s_unique", "7"), week, Unit.COUNT)));
        statistics.fourWeeks().ifPresent(weeks -> main.append(headline(say("s_unique", "28"), weeks, Unit.COUNT)));
        if (report.days() != 7 && report.days() != 28) {
            headline(main, report, "visitors", Unit.COUNT);
        }
        headline(main, report, "pageviews", Unit.COUNT);
        headline(main, report, "visits", Unit.COUNT);
        headline(main, report, "new_visitors", Unit.COUNT);
        headline(main, report, "bounce_rate", Unit.SHARE);
        headline(main, report, "engaged_minutes_per_visitor", Unit.MINUTES);
        headline(main, report, "views_per_visit", Unit.RATIO);
        main.append("</dl></section><p class=\"soft small\">")
                .append(say("s_marks"))
                .append("</p><div class=\"pair\">");
        report.courses().stream()
                .filter(course -> !course.points().isEmpty())
                .forEach(course -> main.append(course(course)));
        main.append("</div><div class=\"tables\">");
        report.tables().forEach(table -> main.append(table(table)));
        if (report.tables().stream().noneMatch(table -> table.dimension().equals("goal"))) {
            main.append(card(say("s_goal"), "<p class=\"soft\">" + say("s_no_goals") + "</p>"));
        }
        main.append("</div>");
    }

    private void headline(StringBuilder main, SiteReport report, String measure, Unit unit) {
        report.headline(measure).ifPresent(found -> main.append(headline(say("s_" + measure), found, unit)));
    }

    private String headline(String name, Headline headline, Unit unit) {
        StringBuilder card =
                new StringBuilder("<div class=\"card\"><dt>").append(name).append("</dt>");
        Optional<Estimate> now = headline.now();
        if (now.isEmpty() || now.get().isBelowNoise()) {
            return card.append("<dd class=\"big soft\">")
                    .append(say("s_below"))
                    .append("</dd></div>")
                    .toString();
        }
        card.append("<dd class=\"big\">")
                .append(write(now.get().value(), unit))
                .append("</dd><dd class=\"soft small\">")
                .append(interval(now.get(), unit))
                .append("</dd>");
        headline.mark()
                .ifPresent(mark -> card.append("<dd class=\"change ")
                        .append(mark.replace(' ', '-'))
                        .append("\">")
                        .append(headline.relative().map(this::change).orElse(""))
                        .append("<span>")
                        .append(say("s_mark_" + mark.replace(' ', '_')))
                        .append("</span></dd>"));
        return card.append("</div>").toString();
    }

    private String change(double relative) {
        NumberFormat percent = NumberFormat.getPercentInstance(locale);
        percent.setMaximumFractionDigits(Math.abs(relative) < 0.1 ? 1 : 0);
        String size = percent.format(Math.abs(relative));
        String sign = size.equals(percent.format(0)) ? "" : relative > 0 ? "+" : "−";
        return "<b>" + sign + size + "</b> ";
    }

    private String interval(Estimate estimate, Unit unit) {
        return say("s_between", write(estimate.low(), unit), write(estimate.high(), unit));
    }

    private String write(double value, Unit unit) {
        return switch (unit) {
            case COUNT -> whole(Math.round(value));
            case SHARE -> {
                NumberFormat percent = NumberFormat.getPercentInstance(locale);
                percent.setMaximumFractionDigits(1);
                yield percent.format(value);
            }
            case MINUTES -> say("s_minutes", decimals(value));
            case RATIO -> decimals(value);
        };
    }

    /** A number format is not for several threads, so each number has its own. */
    private String whole(long value) {
        return NumberFormat.getIntegerInstance(locale).format(value);
    }

    private String decimals(double value) {
        NumberFormat number = NumberFormat.getNumberInstance(locale);
        number.setMaximumFractionDigits(2);
        return number.format(value);
    }

    private String course(Course course) {
        String name = say("s_" + course.measure() + "_by_day");
        TreeMap<LocalDate, Estimate> days = new TreeMap<>();
        TreeMap<LocalDate, String> titles = new TreeMap<>();
        course.points().forEach(point -> {
            days.put(point.day(), point.value());
            titles.put(
                    point.day(),
                    date.format(point.day()) + ": "
                            + whole(Math.round(point.value().value())) + ", "
                            + interval(point.value(), Unit.COUNT));
        });
        double top = Charts.ceiling(
                days.values().stream().mapToDouble(Estimate::high).max().orElse(1));
        double least = days.values().stream().mapToDouble(Estimate::value).min().orElse(0);
        double most = days.values().stream().mapToDouble(Estimate::value).max().orElse(0);
        String label = say(
                "s_course_label",
                name,
                date.format(days.firstKey()),
                date.format(days.lastKey()),
                whole(Math.round(least)),
                whole(Math.round(most)));
        LocalDate middle = days.firstKey()
                .plusDays((days.lastKey().toEpochDay() - days.firstKey().toEpochDay()) / 2);
        List<String> rows = new ArrayList<>();
        days.descendingMap()
                .forEach((day, value) -> rows.add(row(
                        date.format(day),
                        value.isBelowNoise() ? say("s_below") : write(value.value(), Unit.COUNT),
                        write(value.low(), Unit.COUNT),
                        write(value.high(), Unit.COUNT))));
        return card(
                name,
                "<p class=\"soft small\">" + say("s_band")
                        + "</p><div class=\"plot\"><p class=\"scale\" aria-hidden=\"true\"><span>"
                        + whole(Math.round(top)) + "</span><span>" + whole(Math.round(top / 2))
                        + "</span><span>0</span></p>"
                        + Charts.course(label, days, titles, top)
                        + "<p class=\"days\" aria-hidden=\"true\"><span>" + shortDate.format(days.firstKey())
                        + "</span><span>" + shortDate.format(middle) + "</span><span>"
                        + shortDate.format(days.lastKey()) + "</span></p></div>"
                        + asTable(name, List.of("s_day", "s_value", "s_low", "s_high"), rows));
    }

    private String table(Table table) {
        String name = say("s_" + table.dimension());
        List<Row> visible = table.visible();
        List<Row> shown = visible.stream()
                .filter(row -> !row.key().equals(OTHER))
                .limit(KEYS_SHOWN)
                .toList();
        int more =
                (int) visible.stream().filter(row -> !row.key().equals(OTHER)).count() - shown.size();
        StringBuilder body = new StringBuilder("<p class=\"soft small\">")
                .append(say("s_table_lead", date.format(table.from()), date.format(table.to())))
                .append(' ')
                .append(say("s_once_a_" + table.grain().label()))
                .append("</p><ol class=\"bars\">");
        double top =
                visible.stream().mapToDouble(row -> row.estimate().high()).max().orElse(1);
        shown.forEach(row -> body.append(bar(label(table.dimension(), row), row, top)));
        visible.stream()
                .filter(row -> row.key().equals(OTHER) && row.key2().isEmpty())
                .forEach(row -> body.append(bar(say("s_other"), row, top)));
        body.append("</ol>");
        if (visible.isEmpty()) {
            body.append("<p>").append(say("s_all_below")).append("</p>");
        }
        long below = table.rows().stream()
                .filter(row -> row.estimate().isBelowNoise())
                .count();
        if (more > 0) {
            body.append("<p class=\"soft small\">")
                    .append(say("s_more", whole(more)))
                    .append("</p>");
        }
        if (below > 0 && !visible.isEmpty()) {
            body.append("<p class=\"soft small\">")
                    .append(say("s_below_count", whole(below)))
                    .append("</p>");
        }
        return card(name, body.toString());
    }

    private String bar(String label, Row row, double top) {
        NumberFormat percent = NumberFormat.getPercentInstance(locale);
        percent.setMinimumFractionDigits(1);
        percent.setMaximumFractionDigits(1);
        String share = row.share().map(part -> " · " + percent.format(part)).orElse("");
        return "<li><p class=\"row\"><span class=\"key\">" + escape(label) + "</span><span><b>"
                + whole(Math.round(row.estimate().value())) + "</b><span class=\"soft small\">" + share
                + "</span></span></p>" + Charts.bar(row.estimate(), top) + "<p class=\"soft small\">"
                + interval(row.estimate(), Unit.COUNT) + "</p></li>";
    }

    /** A key as people say it. */
    private String label(String dimension, Row row) {
        String key = row.key();
        String label = switch (dimension) {
            case "country" -> country(key);
            case "channel", "device" -> word("s_key_" + key, key);
            default -> key.equals(OTHER) ? plain("s_other") : key;
        };
        return row.key2().isEmpty()
                ? label
                : label + " · " + word("s_key_" + row.key2(), row.key2().equals(OTHER) ? plain("s_other") : row.key2());
    }

    private String country(String code) {
        return code.length() == 2 ? Locale.of("", code).getDisplayCountry(locale) : word("s_key_" + code, code);
    }

    private String live(LiveFigures live, ZoneId zone) {
        DateTimeFormatter clock =
                DateTimeFormatter.ofPattern("EEE HH:mm", locale).withZone(zone);
        StringBuilder body = new StringBuilder("<p class=\"soft small\">")
                .append(say("s_live_lead"))
                .append("</p><h3>")
                .append(say("s_half_hour"))
                .append("</h3>");
        live.now()
                .ifPresentOrElse(
                        now -> body.append("<dl class=\"facts\">")
                                .append(fact("s_visitors", now.visitors()))
                                .append(fact("s_pageviews", now.pageviews()))
                                .append(fact("s_clicks", now.clicks()))
                                .append(fact("s_engaged_minutes", now.engagedMinutes()))
                                .append("</dl><p class=\"soft small\">")
                                .append(say("s_live_until", clock.format(now.time())))
                                .append("</p>"),
                        () -> body.append("<p>").append(say("s_live_none")).append("</p>"));
        if (!live.hours().isEmpty()) {
            List<Optional<Long>> visitors =
                    live.hours().stream().map(Counts::visitors).toList();
            List<String> titles = live.hours().stream()
                    .map(hour -> clock.format(hour.time()) + ": " + hidden(hour.visitors()))
                    .toList();
            List<String> rows = live.hours().reversed().stream()
                    .map(hour -> row(
                            clock.format(hour.time()),
                            hidden(hour.visitors()),
                            hidden(hour.pageviews()),
                            hidden(hour.clicks()),
                            hidden(hour.engagedMinutes())))
                    .toList();
            body.append("<h3>")
                    .append(say("s_by_hour"))
                    .append("</h3>")
                    .append(Charts.hours(say("s_hours_label"), visitors, titles))
                    .append("<p class=\"days\" aria-hidden=\"true\"><span>")
                    .append(clock.format(live.hours().getFirst().time()))
                    .append("</span><span>")
                    .append(clock.format(live.hours().getLast().time()))
                    .append("</span></p>")
                    .append(asTable(
                            say("s_by_hour"),
                            List.of("s_hour", "s_visitors", "s_pageviews", "s_clicks", "s_engaged_minutes"),
                            rows));
        }
        return "<section class=\"card internal\"><div class=\"row\"><h2>" + say("s_live") + "</h2><span class=\"tag\">"
                + say("s_internal") + "</span></div>" + body + "</section>";
    }

    private String fact(String name, Optional<Long> count) {
        return "<div><dt>" + say(name) + "</dt><dd class=\"big\">" + hidden(count) + "</dd></div>";
    }

    private String hidden(Optional<Long> count) {
        return count.map(this::whole).orElseGet(() -> say("s_hidden"));
    }

    private String asTable(String name, List<String> heads, List<String> rows) {
        StringBuilder table = new StringBuilder("<details><summary>")
                .append(say("as_table"))
                .append("</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(name)
                .append("\"><table><thead><tr>");
        heads.forEach(
                head -> table.append("<th scope=\"col\">").append(say(head)).append("</th>"));
        table.append("</tr></thead><tbody>");
        rows.forEach(table::append);
        return table.append("</tbody></table></div></details>").toString();
    }

    private static String row(String head, String... cells) {
        StringBuilder row =
                new StringBuilder("<tr><th scope=\"row\">").append(head).append("</th>");
        for (String cell : cells) {
            row.append("<td>").append(cell).append("</td>");
        }
        return row.append("</tr>").toString();
    }

    private static String card(String title, String body) {
        return "<section class=\"card\"><h2>" + title + "</h2>" + body + "</section>";
    }

    private String word(String key, String otherwise) {
        return words.getString(key, otherwise);
    }

    private String plain(String key) {
        String text = words.getString(key);
        if (text == null) {
            throw new IllegalStateException("the console has no text for " + key);
        }
        return text;
    }

    /** A text of the console with {1}, {2} … replaced; as HTML. */
    private String say(String key, String... values) {
        String text = escape(plain(key));
        for (int index = 0; index < values.length; index++) {
            text = text.replace("{" + (index + 1) + "}", values[index]);
        }
        return text;
    }
}
