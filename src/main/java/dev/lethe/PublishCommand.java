package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.DueRequest;
import dev.lethe.Operations.PublishResult;
import dev.lethe.Operations.PublishedRow;
import dev.lethe.config.InvalidSettings;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lethe publish}: publishes the periods that are due, or shows which. */
@Command(name = "publish", description = "Publish the days, weeks and months that are due; each once, for ever.")
final class PublishCommand implements Callable<Integer> {
    /** So many periods take longer than a person waits without a word. */
    private static final int TELL_EVERY = 25;

    private final Invocation invocation;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final DueOptions due = new DueOptions();

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean isJson;

    PublishCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        DueRequest request = due.request(
                spec,
                invocation.clock(),
                "--as-of lies in the future, and what is published never changes: add --dry-run to see what would be"
                        + " published, or --confirm to publish it");
        PublishResult result = invocation.operations().publish(invocation.settings(), request, this::tell);
        if (isJson) {
            invocation.terminal().json(json -> write(json, result));
        } else {
            print(invocation.terminal(), result);
        }
        return 0;
    }

    private void tell(int left) {
        if (left > 0 && left % TELL_EVERY == 0) {
            invocation.terminal().err().println(Terminal.count(left, "period") + " left");
        }
    }

    private static void print(Terminal terminal, PublishResult result) {
        Instant asOf = result.asOf().truncatedTo(ChronoUnit.SECONDS);
        if (result.rows().isEmpty()) {
            terminal.line("Nothing is due as of " + asOf + ": a period is published at 06:00 of the day after it.");
            return;
        }
        int periods = result.rows().stream().mapToInt(PublishedRow::periods).sum();
        terminal.line((result.isDone() ? "Published " : "Would publish ") + Terminal.count(periods, "period")
                + ", as of " + asOf + ":");
        terminal.table(
                List.of("SITE", "GRAIN", "PERIODS", "FIRST", "LAST", "LOST"),
                result.rows().stream()
                        .map(row -> List.of(
                                row.site(),
                                row.grain(),
                                Integer.toString(row.periods()),
                                row.first().toString(),
                                row.last().toString(),
                                row.lost() == 0 ? "-" : Integer.toString(row.lost())))
                        .toList());
        if (result.rows().stream().anyMatch(row -> row.lost() > 0)) {
            terminal.line(
                    "Lost: the raw events of these periods, or the noise drawn for them, are gone; they stay empty.");
        }
        if (result.isBusy()) {
            terminal.line("Another node is publishing right now and does the rest.");
        }
    }

    private static void write(JsonGenerator json, PublishResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("as_of", result.asOf().toString());
        json.writeBooleanField("done", result.isDone());
        json.writeBooleanField("busy", result.isBusy());
        json.writeArrayFieldStart("periods");
        for (PublishedRow row : result.rows()) {
            json.writeStartObject();
            json.writeStringField("site", row.site());
            json.writeStringField("grain", row.grain());
            json.writeNumberField("periods", row.periods());
            json.writeStringField("first", row.first().toString());
            json.writeStringField("last", row.last().toString());
            json.writeNumberField("lost", row.lost());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
