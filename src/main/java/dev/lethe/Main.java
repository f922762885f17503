package dev.lethe;

import dev.lethe.Operations.Role;
import dev.lethe.config.InvalidSettings;
import dev.lethe.config.Nearest;
import dev.lethe.config.SettingKey;
import dev.lethe.config.Surroundings;
import dev.lethe.rights.Outcome;
import dev.lethe.rights.RefusalReason;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RequestKind;
import dev.lethe.site.Preset;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: reads arguments, hands each command to {@link Operations}, and turns what goes wrong into a sentence. Used
 * once, by the thread that starts the process.
 */
public final class Main {
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final int HELP_WIDTH = 100;

    private Main() {}

    /** Ends the process with 0 (done), 1 (failed) or 2 (wrong use, settings included). */
    public static void main(String[] arguments) {
        Terminal terminal = new Terminal(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        System.exit(run(
                new LetheOperations(terminal, Clock.systemUTC()),
                Surroundings.ofThisProcess(),
                Clock.systemUTC(),
                terminal,
                List.of(arguments)));
    }

    /** One invocation; its exit code. */
    static int run(
            Operations operations, Surroundings surroundings, Clock clock, Terminal terminal, List<String> arguments) {
        List<String> words = new ArrayList<>();
        List<String> settingFlags = new ArrayList<>();
        for (String argument : arguments) {
            (isSettingFlag(argument) ? settingFlags : words).add(argument);
        }
        Invocation invocation = new Invocation(operations, surroundings, clock, terminal, settingFlags);
        return commandLine(invocation, words).execute(words.toArray(String[]::new));
    }

    /** Settings may stand before and after a command, so they are taken out first; what has a dot can be nothing else. */
    private static boolean isSettingFlag(String argument) {
        if (!argument.startsWith("--")) {
            return false;
        }
        String name = argument.substring(2).split("=", 2)[0];
        return SettingKey.find(name).isPresent() || name.contains(".");
    }

    private static CommandLine commandLine(Invocation invocation, List<String> words) {
        CommandLine lethe = new CommandLine(new Lethe(invocation));
        Map<String, Supplier<CommandLine>> commands = commands(invocation);
        // picocli reads a command's annotations when it is added: a start would wait for those of all the others.
        Optional<String> named = words.stream().findFirst().filter(commands::containsKey);
        commands.forEach((name, command) -> {
            if (named.isEmpty() || named.get().equals(name)) {
                lethe.addSubcommand(name, command.get());
            }
        });
        everyCommand(lethe.getCommandSpec());
        return lethe.setOut(invocation.terminal().out())
                .setErr(invocation.terminal().err())
                .setUsageHelpWidth(HELP_WIDTH)
                .registerConverter(Instant.class, reader(Instant::parse, "an instant such as 2027-01-31T12:00:00Z"))
                .registerConverter(LocalDate.class, reader(LocalDate::parse, "a date such as 2026-11-01"))
                .registerConverter(ZoneId.class, reader(ZoneId::of, "a time zone such as Europe/Paris"))
                .registerConverter(RequestId.class, reader(RequestId::new, "the number of a request such as k7x2-m9qd"))
                .registerConverter(RequestKind.class, words(RequestKind.class))
                .registerConverter(Outcome.class, words(Outcome.class))
                .registerConverter(RefusalReason.class, words(RefusalReason.class))
                .registerConverter(Preset.class, words(Preset.class))
                .registerConverter(Role.class, words(Role.class))
                .setParameterExceptionHandler((wrongUse, arguments) -> explain(wrongUse, invocation))
                .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, invocation));
    }

    /** In the order of the help. */
    private static Map<String, Supplier<CommandLine>> commands(Invocation invocation) {
        Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
        commands.put("serve", () -> new CommandLine(new ServeCommand(invocation)));
        commands.put(
                "site",
                () -> new CommandLine(new SiteCommand())
                        .addSubcommand(new SiteCommand.Add(invocation))
                        .addSubcommand(new SiteCommand.Listing(invocation))
                        .addSubcommand(new SiteCommand.Precision(invocation))
                        .addSubcommand(new CommandLine(new SiteRoutesCommand())
                                .addSubcommand(new SiteRoutesCommand.Import(invocation))));
        commands.put("simulate", () -> new CommandLine(new SimulateCommand(invocation)));
        commands.put("publish", () -> new CommandLine(new PublishCommand(invocation)));
        commands.put("report", () -> new CommandLine(new ReportCommand(invocation)));
        commands.put("retention", () -> new CommandLine(new RetentionCommand(invocation)));
        commands.put(
                "rights",
                () -> new CommandLine(new RightsCommand())
                        .addSubcommand(new RightsCommand.Open(invocation))
                        .addSubcommand(new RightsCommand.Listing(invocation))
                        .addSubcommand(new RightsCommand.Suspend(invocation))
                        .addSubcommand(new RightsCommand.Resume(invocation))
                        .addSubcommand(new RightsCommand.Complete(invocation))
                        .addSubcommand(new RightsCommand.Refuse(invocation)));
        commands.put(
                "compliance",
                () -> new CommandLine(new ComplianceCommand(invocation))
                        .addSubcommand(new ComplianceCommand.Verify(invocation))
                        .addSubcommand(new BreachCommand(invocation)));
        commands.put(
                "keys", () -> new CommandLine(new KeysCommand()).addSubcommand(new KeysCommand.Listing(invocation)));
        commands.put(
                "db",
                () -> new CommandLine(new DatabaseCommand())
                        .addSubcommand(new DatabaseCommand.Url(invocation))
                        .addSubcommand(new DatabaseCommand.Roles(invocation))
                        .addSubcommand(new BackupCommand(invocation))
                        .addSubcommand(new RestoreCommand(invocation)));
        commands.put("doctor", () -> new CommandLine(new DoctorCommand(invocation)));
        commands.put("config", () -> configCommand(invocation));
        return commands;
    }

    private static CommandLine configCommand(Invocation invocation) {
        CommandLine config = new CommandLine(new ConfigCommand(invocation));
        config.getCommandSpec().usageMessage().footer(ConfigCommand.help().toArray(String[]::new));
        return config;
    }

    /** {@code --help} and {@code --version} everywhere, and the same words about settings. */
    private static void everyCommand(CommandSpec command) {
        command.mixinStandardHelpOptions(true).versionProvider(new Version());
        if (command.usageMessage().footer().length == 0) {
            command.usageMessage()
                    .footer("", "Any setting may be given as --<key>=<value>; 'lethe config --help' lists them.");
        }
        command.subcommands().values().forEach(below -> everyCommand(below.getCommandSpec()));
    }

    /** {@code lethe} alone serves. */
    @Command(name = "lethe", description = "Counts visits, forgets visitors: a first-party web-analytics collector.")
    private static final class Lethe implements Callable<Integer> {
        @Mixin
        private final Invocation invocation;

        Lethe(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            return new ServeCommand(invocation).call();
        }
    }

    /** The release, from the jar's manifest; classes in a directory have none. */
    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(built from source)");
    }

    private static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Lethe " + version()};
        }
    }

    private static int explain(ParameterException wrongUse, Invocation invocation) {
        CommandLine command = wrongUse.getCommandLine();
        String sentence = wrongUse instanceof UnmatchedArgumentException unmatched
                ? unknownWord(unmatched.getUnmatched().getFirst(), command)
                : wrongUse.getMessage() + ".";
        invocation.terminal().error(sentence + " '" + command.getCommandSpec().qualifiedName() + " --help' explains.");
        return WRONG_USE;
    }

    private static String unknownWord(String word, CommandLine command) {
        String name = word.split("=", 2)[0];
        List<String> known = Stream.of(
                        command.getSubcommands().keySet().stream(),
                        command.getCommandSpec().optionsMap().keySet().stream(),
                        Arrays.stream(SettingKey.values()).map(key -> "--" + key.key()))
                .flatMap(names -> names)
                .toList();
        return "there is no " + (name.startsWith("-") ? "option" : "command") + " '" + name + "'"
                + Nearest.to(name, known)
                        .map(nearest -> "; did you mean '" + nearest + "'?")
                        .orElse(".");
    }

    /** Reads an option's value; picocli's own words would name Java classes. */
    private static <T> ITypeConverter<T> reader(Function<String, T> reader, String example) {
        return text -> {
            try {
                return reader.apply(text);
            } catch (DateTimeException | IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is not " + example);
            }
        };
    }

    private static <T extends Enum<T>> ITypeConverter<T> words(Class<T> type) {
        List<String> words =
                Arrays.stream(type.getEnumConstants()).map(Enum::toString).toList();
        return reader(text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)), "one of " + String.join(", ", words));
    }

    private static int explain(Exception failure, Invocation invocation) {
        if (invocation.isDebug()) {
            failure.printStackTrace(invocation.terminal().err());
        }
        return switch (failure) {
            case ParameterException wrongUse -> explain(wrongUse, invocation);
            case InvalidSettings invalid -> {
                invalid.problems().forEach(problem -> invocation.terminal().error(problem.toString()));
                yield WRONG_USE;
            }
            case OperationFailed failed -> {
                invocation.terminal().error(String.valueOf(failed.getMessage()));
                yield failed instanceof WrongUse ? WRONG_USE : FAILED;
            }
            default -> {
                invocation
                        .terminal()
                        .error("unexpected " + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                                + (invocation.isDebug() ? "" : "; --debug prints the stack."));
                yield FAILED;
            }
        };
    }
}
