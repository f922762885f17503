package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.NewSite;
import dev.lethe.Operations.SiteRow;
import dev.lethe.config.InvalidSettings;
import dev.lethe.site.Preset;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.Grain;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code lethe site}: the websites that may send beacons. */
@Command(name = "site", description = "The websites that may send beacons.")
final class SiteCommand extends CommandGroup {
    /** {@code lethe site add NAME --origin URL…}. */
    @Command(name = "add", description = "Register a website; running nodes know it at once.")
    static final class Add implements Callable<Integer> {
        private final Invocation invocation;

        @Parameters(paramLabel = "NAME", description = "What its scripts call it in data-site, such as example.com.")
        private String name = "";

        @Option(
                names = "--origin",
                paramLabel = "URL",
                required = true,
                arity = "1..*",
                parameterConsumer = Urls.class,
                description = "Where its pages are, such as https://www.example.com; several may follow.")
        private List<String> origins = List.of();

        @Option(
                names = "--time-zone",
                paramLabel = "ZONE",
                description =
                        "Whose midnight ends the site's days, such as Europe/Paris. Default: what it was, at first"
                                + " UTC.")
        private Optional<ZoneId> timeZone = Optional.empty();

        @Option(
                names = "--preset",
                paramLabel = "PRESET",
                description = "How strongly its statistics are hidden in noise: ${COMPLETION-CANDIDATES}."
                        + " A weaker one begins with the next month. Default: what it was, at first balanced.")
        private Optional<Preset> preset = Optional.empty();

        @Option(
                names = "--bound",
                paramLabel = "NAME=N",
                description =
                        "How much one browser's day may count for, such as further_pageviews=30; several may follow."
                                + " More counts more and needs more noise: 'lethe site accuracy' shows what it costs.")
        private Map<String, Integer> bounds = Map.of();

        @Option(
                names = "--synthetic",
                description = "Its visitors are invented: nothing of it is hidden, and it may be simulated.")
        private boolean isSynthetic;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Add(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            SiteRow site = invocation
                    .operations()
                    .addSite(invocation.settings(), new NewSite(name, origins, timeZone, preset, bounds, isSynthetic));
            if (isJson) {
                invocation.terminal().json(json -> write(json, site));
            } else {
                invocation.terminal().line("Added " + site.name() + ".");
                print(invocation.terminal(), List.of(site));
            }
            return 0;
        }
    }

    /** Takes the URLs that follow {@code --origin} and leaves a NAME behind them alone. */
    static final class Urls implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
            if (arguments.isEmpty()) {
                throw new ParameterException(
                        command.commandLine(), "--origin needs a URL such as https://www.example.com");
            }
            List<String> urls = new ArrayList<>();
            List<?> before = option.getValue();
            before.forEach(url -> urls.add(url.toString()));
            do {
                urls.add(arguments.pop());
            } while (!arguments.isEmpty() && arguments.peek().matches("https?://.*"));
            option.setValue(List.copyOf(urls));
        }
    }

    /** {@code lethe site list}. */
    @Command(name = "list", description = "List the websites.")
    static final class Listing implements Callable<Integer> {
        private final Invocation invocation;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Listing(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            List<SiteRow> sites = invocation.operations().sites(invocation.settings());
            if (isJson) {
                invocation.terminal().json(json -> {
                    json.writeStartArray();
                    for (SiteRow site : sites) {
                        write(json, site);
                    }
                    json.writeEndArray();
                });
            } else if (sites.isEmpty()) {
                invocation.terminal().line("No site yet: 'lethe site add NAME --origin URL' adds one.");
            } else {
                print(invocation.terminal(), sites);
            }
            return 0;
        }
    }

    /** {@code lethe site accuracy}. */
    @Command(
            name = "accuracy",
            description = "What a site's statistics can say by day, week and month, and what its noise hides.")
    static final class Precision implements Callable<Integer> {
        private final Invocation invocation;

        @Parameters(paramLabel = "NAME", description = "The site, as 'lethe site list' shows it.")
        private String name = "";

        @Option(
                names = "--visitors-per-day",
                paramLabel = "N",
                description = "How many visitors a day has. Default: the mean of the last 28 published days.")
        private @Nullable Long visitorsPerDay;

        @Option(names = "--json", description = "Answer in JSON.")
        private boolean isJson;

        Precision(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Integer call() throws InvalidSettings, OperationFailed {
            OptionalLong wanted = visitorsPerDay == null ? OptionalLong.empty() : OptionalLong.of(visitorsPerDay);
            Operations.AccuracyResult result = invocation.operations().accuracy(invocation.settings(), name, wanted);
            if (isJson) {
                invocation.terminal().json(json -> write(json, result));
            } else {
                print(invocation.terminal(), result);
            }
            return 0;
        }

        private static void print(Terminal terminal, Operations.AccuracyResult result) {
            terminal.line(result.site() + " with " + String.format(Locale.ROOT, "%,d", result.visitorsPerDay())
                    + " visitors a day" + (result.isPublished() ? " (as published)" : "") + ", preset "
                    + result.preset()
                    + ":");
            terminal.line("");
            terminal.table(
                    List.of("NUMBER", "A DAY'S", "A WEEK'S", "A MONTH'S"),
                    result.answers().stream()
                            .map(answer -> List.of(
                                    answer.number(),
                                    words(answer, Grain.DAY),
                                    words(answer, Grain.WEEK),
                                    words(answer, Grain.MONTH)))
                            .toList());
            terminal.line("");
            terminal.line(
                    "The 95 % interval reaches so far to either side. What visitors do is taken to be typical of a"
                            + " website;");
            terminal.line("'-': not published at this grain.");
        }

        private static String words(Accuracy.Answer answer, Grain grain) {
            return answer.at(grain).map(Accuracy.Reading::words).orElse("-");
        }

        private static void write(JsonGenerator json, Operations.AccuracyResult result) throws IOException {
            json.writeStartObject();
            json.writeStringField("site", result.site());
            json.writeStringField("preset", result.preset());
            json.writeNumberField("visitors_per_day", result.visitorsPerDay());
            json.writeBooleanField("published", result.isPublished());
            json.writeArrayFieldStart("numbers");
            for (Accuracy.Answer answer : result.answers()) {
                for (Accuracy.Reading reading : answer.readings()) {
                    json.writeStartObject();
                    json.writeStringField("number", answer.number());
                    json.writeStringField("grain", reading.grain().label());
                    json.writeNumberField("expected", reading.expected());
                    json.writeNumberField("half_width", reading.halfWidth());
                    json.writeBooleanField("visible", reading.visible());
                    json.writeStringField("words", reading.words());
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void print(Terminal terminal, List<SiteRow> sites) {
        terminal.table(
                List.of("SITE", "TIME ZONE", "PRESET", "VISITORS", "ORIGINS"),
                sites.stream()
                        .map(site -> List.of(
                                site.name(),
                                site.timeZone().getId(),
                                site.preset(),
                                site.isSynthetic() ? "synthetic" : "real",
                                String.join(" ", site.origins())))
                        .toList());
    }

    private static void write(JsonGenerator json, SiteRow site) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", site.name());
        json.writeArrayFieldStart("origins");
        for (String origin : site.origins()) {
            json.writeString(origin);
        }
        json.writeEndArray();
        json.writeStringField("time_zone", site.timeZone().getId());
        json.writeStringField("preset", site.preset());
        json.writeBooleanField("synthetic", site.isSynthetic());
        json.writeEndObject();
    }
}
