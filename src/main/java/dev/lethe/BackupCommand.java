package dev.lethe;

import dev.lethe.config.InvalidSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe db backup}: the whole database in one file. */
@Command(
        name = "backup",
        description = "Copy the whole database into one file; Lethe may run meanwhile.",
        footerHeading = "%n",
        footer = {
            "The file appears when it is whole, for its owner only. It never holds keys.dir: keep copies of that"
                    + " apart, and",
            "for 7 days at most. A backup is a copy of raw events: say how long backups live in retention.backup-days.",
            "",
            "Any setting may be given as --<key>=<value>; 'lethe config --help' lists them."
        })
final class BackupCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "FILE", description = "Where to write it; must not exist.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Answer in JSON; progress goes to standard error.")
    private boolean isJson;

    BackupCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        return CopyProgress.show(
                invocation,
                isJson,
                file,
                progress -> invocation.operations().backup(invocation.settings(), file, progress));
    }
}
