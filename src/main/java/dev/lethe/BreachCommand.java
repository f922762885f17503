package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.BreachRequest;
import dev.lethe.config.InvalidSettings;
import dev.lethe.rights.Breach;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe compliance breach}. */
@Command(
        name = "breach",
        description =
                "The scope of a leak: which fields and days, what can be joined to a cookie, how many browsers, and"
                        + " until when the authority is to be told.")
final class BreachCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "DATE",
            description = "First day whose data was within reach.")
    private LocalDate from = LocalDate.EPOCH;

    @Option(names = "--to", required = true, paramLabel = "DATE", description = "Last day whose data was within reach.")
    private LocalDate to = LocalDate.EPOCH;

    @Option(
            names = "--detected",
            paramLabel = "INSTANT",
            description = "When somebody became aware of it: 72 hours count from then. Now without this.")
    private @Nullable Instant detected;

    @Option(names = "--language", paramLabel = "fr|en", description = "Language of the text; en without this.")
    private String language = "en";

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean isJson;

    BreachCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        Instant now = invocation.clock().instant();
        if (spec != null && !language.equals("fr") && !language.equals("en")) {
            throw new ParameterException(spec.commandLine(), "--language is fr or en");
        }
        if (spec != null && to.isBefore(from)) {
            throw new ParameterException(spec.commandLine(), "--to lies before --from");
        }
        if (spec != null && detected != null && detected.isAfter(now)) {
            throw new ParameterException(spec.commandLine(), "--detected lies in the future");
        }
        Breach breach = invocation
                .operations()
                .breach(
                        invocation.settings(),
                        new BreachRequest(
                                from, to, Optional.ofNullable(detected).orElse(now)));
        if (isJson) {
            invocation.terminal().json(json -> write(json, breach));
        } else {
            invocation.terminal().out().print(breach.text(language, now));
            invocation.terminal().out().flush();
        }
        return 0;
    }

    private static void write(JsonGenerator json, Breach breach) throws IOException {
        json.writeStartObject();
        json.writeStringField("from", breach.from().toString());
        json.writeStringField("to", breach.to().toString());
        json.writeStringField("detected", breach.detected().toString());
        json.writeStringField("report_by", breach.reportBy().toString());
        json.writeArrayFieldStart("tables");
        for (Breach.Table table : breach.tables()) {
            json.writeStartObject();
            json.writeStringField("table", table.name());
            json.writeArrayFieldStart("fields");
            for (String field : table.fields()) {
                json.writeString(field);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("months");
        for (Breach.Month month : breach.months()) {
            json.writeStartObject();
            json.writeStringField("month", month.month().toString());
            json.writeNumberField("days_held", month.days());
            json.writeBooleanField("linkable", month.linkable());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("browsers");
        json.writeNumberField("at_least", breach.browsers().atLeast());
        json.writeNumberField("below", breach.browsers().below());
        json.writeEndObject();
        json.writeEndObject();
    }
}
