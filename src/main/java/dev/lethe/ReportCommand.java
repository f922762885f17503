package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.config.InvalidSettings;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReport.Course;
import dev.lethe.statistics.SiteReport.Estimate;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReport.Point;
import dev.lethe.statistics.SiteReport.Row;
import dev.lethe.statistics.SiteReport.Table;
import java.io.IOException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe report}: what is published of a site, on one page. */
@Command(name = "report", description = "What is published of a site, on one page.")
final class ReportCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--site",
            paramLabel = "SITE",
            required = true,
            description = "Its name, as 'lethe site list' shows it.")
    private String site = "";

    @Option(
            names = "--from",
            paramLabel = "DATE",
            description = "The first day, such as 2026-11-01. Default: 28 days are covered.")
    private @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "The last day. Default: the last that is published.")
    private @Nullable LocalDate to;

    @Option(names = "--json", description = "Answer in JSON: every row.")
    private boolean isJson;

    @Option(names = "--csv", description = "Answer in CSV: every row.")
    private boolean isCsv;

    ReportCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        if (spec != null && from != null && to != null && from.isAfter(to)) {
            throw new ParameterException(spec.commandLine(), "--from lies after --to");
        }
        if (spec != null && isJson && isCsv) {
            throw new ParameterException(spec.commandLine(), "--json and --csv exclude each other");
        }
        SiteReport report = invocation
                .operations()
                .report(
                        invocation.settings(),
                        new Operations.ReportRequest(site, Optional.ofNullable(from), Optional.ofNullable(to)));
        Terminal terminal = invocation.terminal();
        if (isJson) {
            terminal.json(json -> write(json, report));
        } else if (isCsv) {
            print(terminal, report);
        } else {
            new ReportPage(terminal, report, ReportPage.width(invocation.environment("COLUMNS"))).print();
        }
        return 0;
    }

    static void write(JsonGenerator json, SiteReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("site", report.site());
        json.writeStringField("from", report.from().toString());
        json.writeStringField("to", report.to().toString());
        json.writeStringField("previous_from", report.previousFrom().toString());
        json.writeStringField("previous_to", report.previousTo().toString());
        json.writeStringField("preset", report.preset());
        json.writeNumberField("guess_points", report.guessPoints());
        json.writeArrayFieldStart("headlines");
        for (Headline headline : report.headlines()) {
            json.writeStartObject();
            json.writeStringField("measure", headline.measure());
            write(json, "now", headline.now());
            write(json, "previous", headline.previous());
            write(json, "relative_change", headline.relative().orElse(null));
            json.writeStringField("mark", headline.mark().orElse(null));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("days");
        for (Course course : report.courses()) {
            for (Point point : course.points()) {
                json.writeStartObject();
                json.writeStringField("measure", course.measure());
                json.writeStringField("day", point.day().toString());
                fields(json, point.value());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tables");
        for (Table table : report.tables()) {
            json.writeStartObject();
            json.writeStringField("dimension", table.dimension());
            json.writeStringField("grain", table.grain().label());
            json.writeStringField("from", table.from().toString());
            json.writeStringField("to", table.to().toString());
            json.writeArrayFieldStart("rows");
            for (Row row : table.rows()) {
                json.writeStartObject();
                json.writeStringField("key", row.key());
                json.writeStringField("key2", row.key2());
                fields(json, row.estimate());
                write(json, "share", row.share().orElse(null));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Optional<Estimate> estimate) throws IOException {
        if (estimate.isEmpty()) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        fields(json, estimate.get());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, @Nullable Double number) throws IOException {
        if (number == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, number);
        }
    }

    private static void fields(JsonGenerator json, Estimate estimate) throws IOException {
        json.writeNumberField("value", estimate.value());
        json.writeNumberField("low", estimate.low());
        json.writeNumberField("high", estimate.high());
        json.writeNumberField("sigma", estimate.sigma());
        json.writeBooleanField("below_noise", estimate.isBelowNoise());
    }

    /** One row a number: {@code kind} is total, previous, day or breakdown. */
    private static void print(Terminal terminal, SiteReport report) {
        terminal.line("kind,name,key,key2,grain,from,to,value,low,high,sigma,below_noise,share,relative_change,mark");
        String from = report.from().toString();
        String to = report.to().toString();
        for (Headline headline : report.headlines()) {
            headline.now()
                    .ifPresent(now -> row(
                            terminal,
                            now,
                            Optional.empty(),
                            headline.relative(),
                            headline.mark().orElse(""),
                            "total",
                            headline.measure(),
                            "",
                            "",
                            "",
                            from,
                            to));
            headline.previous()
                    .ifPresent(before -> row(
                            terminal,
                            before,
                            Optional.empty(),
                            Optional.empty(),
                            "",
                            "previous",
                            headline.measure(),
                            "",
                            "",
                            "",
                            report.previousFrom().toString(),
                            report.previousTo().toString()));
        }
        for (Course course : report.courses()) {
            for (Point point : course.points()) {
                String day = point.day().toString();
                row(
                        terminal,
                        point.value(),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        "day",
                        course.measure(),
                        "",
                        "",
                        "day",
                        day,
                        day);
            }
        }
        for (Table table : report.tables()) {
            for (Row row : table.rows()) {
                row(
                        terminal,
                        row.estimate(),
                        row.share(),
                        Optional.empty(),
                        "",
                        "breakdown",
                        table.dimension(),
                        row.key(),
                        row.key2(),
                        table.grain().label(),
                        table.from().toString(),
                        table.to().toString());
            }
        }
    }

    private static void row(
            Terminal terminal,
            Estimate estimate,
            Optional<Double> share,
            Optional<Double> relative,
            String mark,
            String... words) {
        String text = Arrays.stream(words).map(ReportCommand::cell).collect(Collectors.joining(","));
        terminal.line(String.join(
                ",",
                text,
                Double.toString(estimate.value()),
                Double.toString(estimate.low()),
                Double.toString(estimate.high()),
                Double.toString(estimate.sigma()),
                Boolean.toString(estimate.isBelowNoise()),
                share.map(Object::toString).orElse(""),
                relative.map(Object::toString).orElse(""),
                mark));
    }

    /**
     * As RFC 4180 wants it. Keys are what browsers sent: a cell that a spreadsheet would take for a formula gets an apostrophe before
     * it (OWASP, CSV injection).
     */
    static String cell(String text) {
        String plain = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
        return plain.matches("(?s).*[\",\\r\\n].*") ? "\"" + plain.replace("\"", "\"\"") + "\"" : plain;
    }
}
