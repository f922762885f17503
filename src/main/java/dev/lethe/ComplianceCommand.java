package dev.lethe;

import dev.lethe.Operations.ReportCheck;
import dev.lethe.Operations.Verdict;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.SettingsLoader.Loaded;
import dev.lethe.ops.Logs;
import dev.lethe.retention.CompliancePage;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.retention.ComplianceTexts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lethe compliance}: each promise with its evidence of this moment, signed. */
@Command(
        name = "compliance",
        description = "Say how each promise stands, with the evidence of this moment, signed.",
        footerHeading = "%n",
        footer = {
            "With it come a record of processing (GDPR Art. 30) and a draft of an impact assessment, from the settings"
                    + " in",
            "force; who did what in bands, never in exact counts; and the chain of the ledger.",
            "",
            "Any setting may be given as --<key>=<value>; 'lethe config --help' lists them."
        })
final class ComplianceCommand implements Callable<Integer> {
    private static final int WIDTH = 96;

    private final Invocation invocation;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Answer with the signed document.")
    private boolean isJson;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page for reading and printing.")
    private @Nullable Path html;

    @Option(
            names = {"--lang", "--language"},
            paramLabel = "fr|en",
            defaultValue = "en",
            description = "Language of page and text. Default: ${DEFAULT-VALUE}.")
    private String language = "en";

    ComplianceCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        if (spec != null && !ComplianceTexts.LANGUAGES.contains(language)) {
            throw new ParameterException(spec.commandLine(), "--lang is fr or en");
        }
        Loaded loaded = invocation.load();
        Logs.ofCommand(loaded.settings().log());
        ComplianceReport report = invocation.operations().compliance(loaded.settings(), loaded.values());
        if (html != null) {
            write(html, CompliancePage.of(report, language));
        }
        if (isJson) {
            invocation.terminal().line(report.toJson());
        } else if (html == null) {
            print(report);
        } else {
            invocation.terminal().line("Written to " + html + "; public key " + report.publicKey());
        }
        return 0;
    }

    private static void write(Path file, String page) throws OperationFailed {
        try {
            Files.writeString(file, page);
        } catch (IOException e) {
            throw new OperationFailed("The page cannot be written to " + file + ".", e);
        }
    }

    private void print(ComplianceReport report) {
        ComplianceTexts texts = new ComplianceTexts(language);
        JsonObject document = report.document();
        for (int i = 0; i < document.getJsonArray("promises").size(); i++) {
            JsonObject promise = document.getJsonArray("promises").getJsonObject(i);
            String number = promise.getString("number");
            invocation.terminal().line(number + "  " + texts.text("promise." + number));
            Terminal.wrap(promise.getJsonObject("evidence").getString(language), WIDTH - 5)
                    .forEach(line -> invocation.terminal().line("     " + line));
        }
        invocation.terminal().line("");
        invocation.terminal().line(texts.text("signature") + " " + report.publicKey());
    }

    /** {@code lethe compliance verify}. */
    @Command(
            name = "verify",
            description = "Check a report: its signature, its page, the chain in it, and this installation's chain.")
    static final class Verify implements Callable<Integer> {
        private final Invocation invocation;

        @Parameters(paramLabel = "FILE", description = "What --json or --html wrote.")
        private Path file = Path.of("");

        @Option(
                names = "--offline",
                description = "Check the file only; neither keys.dir nor the database is looked at.")
        private boolean isOffline;

        @Option(
                names = "--key",
                paramLabel = "KEY",
                description = "The public key that the report should be signed with, as known from elsewhere.")
        private @Nullable String key;

        Verify(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            String text;
            ComplianceReport report;
            try {
                text = Files.readString(file);
                report = ComplianceReport.parse(text);
            } catch (IOException e) {
                throw new OperationFailed("The file " + file + " cannot be read as text.", e);
            } catch (IllegalArgumentException e) {
                throw new OperationFailed(file + ": " + e.getMessage() + ".", e);
            }
            List<ReportCheck> checks = new ArrayList<>();
            checks.add(check(report.isSigned(), "The signature is that of " + report.publicKey() + "."));
            if (key != null) {
                checks.add(check(report.publicKey().equals(key), "The key is the expected one."));
            }
            Optional<Long> broken = report.brokenAt();
            checks.add(check(
                    broken.isEmpty(),
                    "The chain in the report is whole"
                            + broken.map(at -> " up to entry " + at).orElse("") + "."));
            if (text.startsWith("<!doctype html>")) {
                checks.add(check(isPageOf(text, report), "The page says what the signed document says."));
            }
            if (!isOffline) {
                checks.addAll(invocation.operations().checkCompliance(invocation.settings(), report));
            }
            checks.forEach(each -> invocation
                    .terminal()
                    .line((each.isGood() ? Verdict.OK : Verdict.FAIL)
                            + (each.isGood() ? "    " : "  ")
                            + each.sentence()));
            return checks.stream().allMatch(ReportCheck::isGood) ? 0 : 1;
        }

        private static ReportCheck check(boolean isGood, String sentence) {
            return new ReportCheck(isGood, sentence);
        }

        private static boolean isPageOf(String text, ComplianceReport report) {
            return ComplianceTexts.LANGUAGES.stream()
                    .anyMatch(language -> CompliancePage.of(report, language).equals(text));
        }
    }
}
