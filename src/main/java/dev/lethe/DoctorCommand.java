package dev.lethe;

import dev.lethe.Operations.Check;
import dev.lethe.Operations.Verdict;
import dev.lethe.config.InvalidSettings;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe doctor}: what is in order, what is not, and what to do about it. */
@Command(name = "doctor", description = "Check this installation; exit code 1 when something fails.")
final class DoctorCommand implements Callable<Integer> {
    private static final int WIDTH = 100;
    private static final String INDENT = "      ";

    private final Invocation invocation;

    @Option(names = "--json", description = "Answer in JSON.")
    private boolean isJson;

    DoctorCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        List<Check> checks = invocation.operations().doctor(invocation.settings());
        if (isJson) {
            writeJson(checks);
        } else {
            checks.forEach(this::print);
            invocation.terminal().line("");
            invocation
                    .terminal()
                    .line(Terminal.count(checks.size(), "check") + ": " + count(checks, Verdict.OK) + " ok, "
                            + Terminal.count(count(checks, Verdict.WARN), "warning") + ", "
                            + Terminal.count(count(checks, Verdict.FAIL), "failure") + ".");
        }
        return count(checks, Verdict.FAIL) == 0 ? 0 : 1;
    }

    private void print(Check check) {
        String head = check.verdict().toString();
        String gap = " ".repeat(INDENT.length() - head.length());
        String lead = head + gap;
        for (String line : Terminal.wrap(check.sentence(), WIDTH - INDENT.length())) {
            invocation.terminal().line(lead + line);
            lead = INDENT;
        }
        check.remedy()
                .ifPresent(remedy -> Terminal.wrap("-> " + remedy, WIDTH - INDENT.length())
                        .forEach(line -> invocation.terminal().line(INDENT + line)));
    }

    private void writeJson(List<Check> checks) {
        invocation.terminal().json(json -> {
            json.writeStartArray();
            for (Check check : checks) {
                json.writeStartObject();
                json.writeStringField("verdict", check.verdict().toString());
                json.writeStringField("sentence", check.sentence());
                json.writeStringField("remedy", check.remedy().orElse(null));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static int count(List<Check> checks, Verdict verdict) {
        return (int) checks.stream().filter(check -> check.verdict() == verdict).count();
    }
}
