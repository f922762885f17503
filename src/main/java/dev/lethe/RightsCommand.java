package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.RequestRow;
import dev.lethe.Operations.RightsRequest;
import dev.lethe.config.InvalidSettings;
import dev.lethe.rights.CopyFormat;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.Outcome;
import dev.lethe.rights.RefusalReason;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RequestKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lethe rights}: requests of visitors that come by letter or mail. */
@Command(name = "rights", description = "Requests of visitors that come by letter or mail, and when they are due.")
final class RightsCommand extends CommandGroup {
    private static final int LONGEST_INPUT = 4_096;

    /** What every step has: how to answer. */
    abstract static class Step implements Callable<Integer> {
        private final Invocation invocation;

        @Spec
        private @Nullable CommandSpec spec;

        @Option(names = "--letter", description = "Print the letter that goes to the requester.")
        private boolean wantsLetter;

        @Option(names = "--json", description = "Answer in JSON, the letter included.")
        private boolean isJson;

        Step(Invocation invocation) {
            this.invocation = invocation;
        }

        /** Reads the arguments; fails as wrong use. */
        abstract RightsRequest request() throws OperationFailed;

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            RightsRequest request = request();
            RequestRow row = invocation.operations().rights(invocation.settings(), request);
            if (isJson) {
                invocation.terminal().json(json -> write(json, row));
            } else {
                print(invocation.terminal(), List.of(row));
                request.output()
                        .ifPresent(file -> invocation
                                .terminal()
                                .line("The visitor's data is in " + file
                                        + ", readable by you alone; delete it once it is sent."));
                // What ends goes with its text: nothing is closed silently.
                if (wantsLetter || row.isEnd()) {
                    invocation.terminal().line("");
                    invocation.terminal().out().print(row.letter());
                    invocation.terminal().out().flush();
                }
            }
            return 0;
        }

        ParameterException wrongUse(String sentence) {
            if (spec == null) {
                throw new IllegalStateException("picocli sets the spec");
            }
            return new ParameterException(spec.commandLine(), sentence);
        }

        /** The text of a file, or with {@code -} what is typed, so that it stands in no list of processes. */
        String read(Path file) throws OperationFailed {
            try {
                if (file.toString().equals("-")) {
                    return new String(System.in.readNBytes(LONGEST_INPUT), StandardCharsets.UTF_8).strip();
                }
                if (Files.size(file) > LONGEST_INPUT) {
                    throw new OperationFailed(file + " is larger than what belongs there.");
                }
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new OperationFailed(file + " cannot be read.", e);
            }
        }
    }

    /** {@code lethe rights open}. */
    @Command(
            name = "open",
            description = "Take in a request: from here on its answer is due within 30 days, or a month where that is"
                    + " shorter.")
    static final class Open extends Step {
        @Option(names = "--site", required = true, paramLabel = "NAME", description = "The website it is about.")
        private String site = "";

        @Option(
                names = "--kind",
                required = true,
                paramLabel = "KIND",
                description = "access, erasure, restriction, rectification, portability or objection.")
        private RequestKind kind = RequestKind.ACCESS;

        @Option(names = "--received", paramLabel = "DATE", description = "When it came in; today without this.")
        private @Nullable LocalDate received;

        @Option(names = "--language", paramLabel = "fr|en", description = "In which to answer; fr without this.")
        private String language = "fr";

        @Option(
                names = "--contact-file",
                paramLabel = "FILE",
                description =
                        "How to reach the requester, at most 500 characters; - to type it. Kept apart, and destroyed 30"
                                + " days after the end.")
        private @Nullable Path contact;

        Open(Invocation invocation) {
            super(invocation);
        }

        @Override
        RightsRequest request() throws OperationFailed {
            if (!language.equals("fr") && !language.equals("en")) {
                throw wrongUse("--language is fr or en");
            }
            return RightsRequest.of(new DeskStep.Open(
                    site,
                    kind,
                    language,
                    Optional.ofNullable(received),
                    contact == null ? Optional.empty() : Optional.of(read(contact))));
        }
    }

    /** {@code lethe rights list}. */
    @Command(
            name = "list",
            description = "List the requests that wait for an answer, the most urgent first; or show one.")
    static final class Listing extends Step {
        private final Invocation invocation;

        @Parameters(paramLabel = "REQUEST", arity = "0..1", description = "Only this one, ended or not.")
        private @Nullable RequestId id;

        @Option(names = "--all", description = "Also those that have ended.")
        private boolean isAll;

        Listing(Invocation invocation) {
            super(invocation);
            this.invocation = invocation;
        }

        @Override
        RightsRequest request() {
            if (id == null) {
                throw wrongUse("--letter needs the number of a request");
            }
            return RightsRequest.of(new DeskStep.Show(id));
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            if (id != null || super.wantsLetter) {
                return super.call();
            }
            List<RequestRow> rows = invocation.operations().requests(invocation.settings(), isAll);
            if (super.isJson) {
                invocation.terminal().json(json -> {
                    json.writeStartArray();
                    for (RequestRow row : rows) {
                        write(json, row);
                    }
                    json.writeEndArray();
                });
            } else if (rows.isEmpty()) {
                invocation.terminal().line("No request waits for an answer.");
            } else {
                print(invocation.terminal(), rows);
            }
            return 0;
        }
    }

    /** {@code lethe rights suspend}. */
    @Command(
            name = "suspend",
            description =
                    "Stop the clock, because the requester is asked for what is missing; prints the letter that asks.")
    static final class Suspend extends Step {
        @Parameters(paramLabel = "REQUEST", description = "The number of the request.")
        private @Nullable RequestId id;

        Suspend(Invocation invocation) {
            super(invocation);
        }

        @Override
        RightsRequest request() {
            return RightsRequest.of(new DeskStep.Suspend(given(id)));
        }
    }

    /** {@code lethe rights resume}. */
    @Command(name = "resume", description = "Let the clock run on, because what was missing has come.")
    static final class Resume extends Step {
        @Parameters(paramLabel = "REQUEST", description = "The number of the request.")
        private @Nullable RequestId id;

        @Option(names = "--received", paramLabel = "DATE", description = "When it came; today without this.")
        private @Nullable LocalDate received;

        Resume(Invocation invocation) {
            super(invocation);
        }

        @Override
        RightsRequest request() {
            return RightsRequest.of(new DeskStep.Resume(given(id), Optional.ofNullable(received)));
        }
    }

    /** {@code lethe rights complete}. */
    @Command(
            name = "complete",
            description =
                    "Carry a request out by its visitor code, or state how it was completed without one; prints the"
                            + " answer.")
    static final class Complete extends Step {
        @Parameters(paramLabel = "REQUEST", description = "The number of the request.")
        private @Nullable RequestId id;

        @Option(
                names = "--code",
                paramLabel = "CODE",
                description =
                        "The visitor code of the letter; - to type it, as with --code-file. Otherwise others on this"
                                + " machine may read it in the list of processes while the command runs.")
        private @Nullable String code;

        @Option(names = "--code-file", paramLabel = "FILE", description = "A file with the visitor code; - to type it.")
        private @Nullable Path codeFile;

        @Option(
                names = "--output",
                paramLabel = "FILE",
                description = "Where to put the visitor's data, for access and portability; a new file, readable by you"
                        + " alone.")
        private @Nullable Path output;

        @Option(names = "--format", paramLabel = "json|csv", description = "The form of that copy; json without this.")
        private CopyFormat format = CopyFormat.JSON;

        @Option(
                names = "--event",
                paramLabel = "ID",
                description = "For rectification: the number of the wrong event (id), which stands in the requester's"
                        + " copy. It is removed.")
        private @Nullable String event;

        @Option(
                names = "--done",
                paramLabel = "WHAT",
                description =
                        "Without a code: not_identifiable (GDPR Art. 11), by_visitor (she did it herself) or taken_back"
                                + " (she took the request back).")
        private @Nullable Outcome done;

        Complete(Invocation invocation) {
            super(invocation);
        }

        @Override
        RightsRequest request() throws OperationFailed {
            long ways = List.of(code != null, codeFile != null, done != null).stream()
                    .filter(given -> given)
                    .count();
            if (ways != 1) {
                throw wrongUse(
                        "Give the visitor code (--code-file or --code), or say with --done what was done, not both");
            }
            if (done != null) {
                if (!done.isStated()) {
                    throw wrongUse(
                            "--done is not_identifiable, by_visitor or taken_back; the rest needs a visitor code");
                }
                return RightsRequest.of(new DeskStep.CompleteStating(given(id), done));
            }
            String given = code != null && !code.equals("-") ? code : read(codeFile == null ? Path.of("-") : codeFile);
            return new RightsRequest(
                    new DeskStep.CompleteByCode(given(id), given, format, Optional.ofNullable(event)),
                    Optional.ofNullable(output));
        }
    }

    /** {@code lethe rights refuse}. */
    @Command(name = "refuse", description = "Refuse a request for a reason; prints the answer, with the remedies.")
    static final class Refuse extends Step {
        @Parameters(paramLabel = "REQUEST", description = "The number of the request.")
        private @Nullable RequestId id;

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "REASON",
                description = "repetitive, unfounded, rights_of_others, legal_claims or not_completed.")
        private RefusalReason reason = RefusalReason.UNFOUNDED;

        @Option(
                names = "--earlier",
                paramLabel = "REQUEST",
                description =
                        "With repetitive: the answered request of the same person that this one repeats. Nobody's first"
                                + " request is refused as repetitive.")
        private @Nullable RequestId earlier;

        Refuse(Invocation invocation) {
            super(invocation);
        }

        @Override
        RightsRequest request() {
            if ((reason == RefusalReason.REPETITIVE) != (earlier != null)) {
                throw wrongUse("--reason repetitive goes with --earlier, and only it does");
            }
            return RightsRequest.of(new DeskStep.Refuse(given(id), reason, Optional.ofNullable(earlier)));
        }
    }

    private static RequestId given(@Nullable RequestId id) {
        if (id == null) {
            throw new IllegalStateException("picocli asks for a required parameter");
        }
        return id;
    }

    private static void print(Terminal terminal, List<RequestRow> rows) {
        terminal.table(
                List.of("REQUEST", "SITE", "KIND", "RECEIVED", "DUE", "STATUS"),
                rows.stream()
                        .map(row -> List.of(
                                row.request(),
                                row.site(),
                                row.kind(),
                                row.received().toString(),
                                row.due().map(LocalDate::toString).orElse("-"),
                                status(row)))
                        .toList());
    }

    private static String status(RequestRow row) {
        String ended = row.outcome()
                .or(row::reason)
                .map(how -> row.status() + " (" + how + ")")
                .orElse(row.status());
        return row.urgency()
                .map(urgency -> switch (urgency) {
                    case SUSPENDED, IN_TIME -> ended;
                    case SOON -> ended + ", due within 7 days";
                    case URGENT -> ended + ", due within 2 days";
                    case OVERDUE -> ended + ", OVERDUE";
                })
                .orElse(ended);
    }

    private static void write(JsonGenerator json, RequestRow row) throws IOException {
        json.writeStartObject();
        json.writeStringField("request", row.request());
        json.writeStringField("site", row.site());
        json.writeStringField("kind", row.kind());
        json.writeStringField("language", row.language());
        json.writeStringField("received", row.received().toString());
        json.writeStringField("due", row.due().map(LocalDate::toString).orElse(null));
        json.writeStringField("status", row.status());
        json.writeStringField(
                "urgency",
                row.urgency()
                        .map(urgency -> urgency.name().toLowerCase(Locale.ROOT))
                        .orElse(null));
        json.writeStringField("outcome", row.outcome().orElse(null));
        json.writeStringField("reason", row.reason().orElse(null));
        json.writeStringField("closed", row.closed().map(LocalDate::toString).orElse(null));
        if (!row.letter().isEmpty()) {
            json.writeStringField("letter", row.letter());
        }
        json.writeEndObject();
    }
}
