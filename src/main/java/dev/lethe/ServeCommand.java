package dev.lethe;

import dev.lethe.config.InvalidSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code lethe serve}: collects until a signal ends it. */
@Command(name = "serve", description = "Collect, until a signal ends it. The default.")
final class ServeCommand implements Callable<Integer> {
    private final Invocation invocation;

    ServeCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        return invocation.operations().serve(invocation.settingsToServe());
    }
}
