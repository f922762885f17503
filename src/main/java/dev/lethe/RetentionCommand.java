package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.DueRequest;
import dev.lethe.Operations.RetentionDay;
import dev.lethe.Operations.RetentionResult;
import dev.lethe.config.InvalidSettings;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lethe retention}: destroys the days that are due, or shows which. */
@Command(name = "retention", description = "Destroy the days that are due, and the keys that end with them.")
final class RetentionCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final DueOptions due = new DueOptions();

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean isJson;

    RetentionCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        DueRequest request = due.request(
                spec,
                invocation.clock(),
                "--as-of lies in the future: add --dry-run to see what would be destroyed, or --confirm to destroy it");
        RetentionResult result = invocation.operations().retention(invocation.settings(), request);
        if (isJson) {
            invocation.terminal().json(json -> write(json, result));
        } else {
            print(invocation.terminal(), result);
        }
        return 0;
    }

    private static void print(Terminal terminal, RetentionResult result) {
        List<RetentionDay> days = result.days();
        if (days.isEmpty()) {
            terminal.line("Nothing is due as of " + result.asOf().truncatedTo(ChronoUnit.SECONDS) + ".");
            return;
        }
        long bytes = days.stream().mapToLong(RetentionDay::bytes).sum();
        terminal.line((result.isDone() ? "Destroyed " : "Would destroy ") + Terminal.count(days.size(), "day") + ", "
                + Terminal.size(bytes) + ", as of " + result.asOf() + ":");
        terminal.table(
                List.of("DAY", "SIZE", "KEY"),
                days.stream()
                        .map(day -> List.of(
                                day.day().toString(),
                                Terminal.size(day.bytes()),
                                day.key().orElse("-")))
                        .toList());
    }

    private static void write(JsonGenerator json, RetentionResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("as_of", result.asOf().toString());
        json.writeBooleanField("done", result.isDone());
        json.writeArrayFieldStart("days");
        for (RetentionDay day : result.days()) {
            json.writeStartObject();
            json.writeStringField("day", day.day().toString());
            json.writeNumberField("bytes", day.bytes());
            json.writeStringField("key", day.key().orElse(null));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
