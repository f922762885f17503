package dev.lethe;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A word that needs a second one: alone it is wrong use, and says which there are. */
abstract class CommandGroup implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + spec.qualifiedName() + "' needs one of: "
                            + String.join(", ", spec.subcommands().keySet()));
        }
    }
}
