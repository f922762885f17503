package dev.lethe;

import dev.lethe.Operations.DueRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of a command that does once and for ever what is due: as of when, and whether only to show it. */
final class DueOptions {
    @Option(
            names = "--as-of",
            paramLabel = "INSTANT",
            description =
                    "As if it were then, such as 2027-01-31T12:00:00Z. A future one needs --dry-run or --confirm.")
    private @Nullable Instant asOf;

    @Option(names = "--dry-run", description = "Only show what is due.")
    private boolean isDryRun;

    @Option(
            names = "--confirm",
            description = "Do it although the instant lies in the future, or the clock has jumped.")
    private boolean isConfirmed;

    /** @throws ParameterException with the given sentence, when the instant lies in the future and nobody has confirmed it */
    DueRequest request(@Nullable CommandSpec command, Clock clock, String tooEarly) {
        if (command != null && asOf != null && asOf.isAfter(clock.instant()) && !isDryRun && !isConfirmed) {
            throw new ParameterException(command.commandLine(), tooEarly);
        }
        return new DueRequest(Optional.ofNullable(asOf), isDryRun, isConfirmed);
    }
}
