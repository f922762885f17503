package dev.lethe;

import dev.lethe.config.InvalidSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe db restore}: a backup back into the database, or into another one, which is how Lethe moves. */
@Command(
        name = "restore",
        description = "Put a backup into the database: this one, another one, or one of another version.",
        footerHeading = "%n",
        footer = {
            "All of it or nothing; the file is checked before anything is touched. Every node has to be stopped. Days"
                    + " that",
            "are due for destruction do not come back. The next start puts back from journal.dir what happened since"
                    + " the",
            "backup: erasures, and published statistics. To move, put the new database's URL into a file, name that"
                    + " with",
            "LETHE_DATABASE_URL_FILE, say --moved, and keep keys.dir and journal.dir.",
            "",
            "Any setting may be given as --<key>=<value>; 'lethe config --help' lists them."
        })
final class RestoreCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "FILE", description = "What 'lethe db backup' wrote.")
    private Path file = Path.of("");

    @Option(names = "--replace", description = "Everything that the database holds now may go.")
    private boolean isReplacing;

    @Option(
            names = "--moved",
            description = "Nothing was collected since the backup, because every node has been stopped since."
                    + " Otherwise days, weeks and months between the backup and now are not published: events of them"
                    + " are missing.")
    private boolean isMoved;

    @Option(names = "--json", description = "Answer in JSON; progress goes to standard error.")
    private boolean isJson;

    RestoreCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        return CopyProgress.show(
                invocation,
                isJson,
                file,
                progress ->
                        invocation.operations().restore(invocation.settings(), file, isReplacing, isMoved, progress));
    }
}
