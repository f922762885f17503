package dev.lethe;

import dev.lethe.config.InvalidSettings;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.SettingsLoader.Loaded;
import dev.lethe.config.Surroundings;
import dev.lethe.ops.Logs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What all commands of one invocation share: options, settings, operations and where to print. Used by one thread. */
final class Invocation {
    private final Operations operations;
    private final Surroundings surroundings;
    private final Clock clock;
    private final Terminal terminal;
    private final List<String> settingFlags;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Settings file, in place of lethe.yaml in the working or the state directory.")
    private @Nullable Path configFile;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack of a failure.")
    private boolean isDebug;

    Invocation(
            Operations operations,
            Surroundings surroundings,
            Clock clock,
            Terminal terminal,
            List<String> settingFlags) {
        this.operations = operations;
        this.surroundings = surroundings;
        this.clock = clock;
        this.terminal = terminal;
        this.settingFlags = List.copyOf(settingFlags);
    }

    Operations operations() {
        return operations;
    }

    /** A variable of the environment that is no setting. */
    Optional<String> environment(String name) {
        return Optional.ofNullable(surroundings.environment().get(name));
    }

    Clock clock() {
        return clock;
    }

    Terminal terminal() {
        return terminal;
    }

    boolean isDebug() {
        return isDebug;
    }

    Loaded load() throws InvalidSettings {
        return SettingsLoader.load(surroundings, Optional.ofNullable(configFile), settingFlags);
    }

    /** The settings of a command that ends by itself: it answers on the terminal, so only warnings are logged. */
    Settings settings() throws InvalidSettings {
        Settings settings = load().settings();
        Logs.ofCommand(settings.log());
        return settings;
    }

    /** The settings of a process that stays. */
    Settings settingsToServe() throws InvalidSettings {
        Settings settings = load().settings();
        Logs.ofServer(settings.log());
        return settings;
    }
}
