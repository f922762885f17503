package dev.lethe;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lethe.Operations.SimulationRequest;
import dev.lethe.config.InvalidSettings;
import dev.lethe.demo.Simulator;
import java.io.Console;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe simulate}: invents the past visitors of a synthetic site. */
@Command(
        name = "simulate",
        description = "Invent the past visitors of a synthetic site.",
        footerHeading = "%n",
        footer = {
            "Their beacons go the way of real ones: consent, parser, minimisation, pseudonym, writer. The same seed on",
            "the same day gives the same visits, and running it again stores nothing twice. Ctrl-C keeps what is",
            "committed; the same command completes it, on the same day: on another the days are others.",
            "",
            "Any setting may be given as --<key>=<value>; 'lethe config --help' lists them."
        })
final class SimulateCommand implements Callable<Integer> {
    private static final int BAR = 30;

    private final Invocation invocation;

    @Option(
            names = "--site",
            paramLabel = "NAME",
            required = true,
            description = "A site added with --synthetic, such as demo.")
    private String site = "";

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "90",
            description = "How many days, the last of them yesterday. Default: ${DEFAULT-VALUE}.")
    private int days = 90;

    @Option(
            names = "--visitors-per-day",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Consenting visitors a day, on average. Default: ${DEFAULT-VALUE}.")
    private int visitorsPerDay = 1_000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another number, other visitors. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--today",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Today up to now as well, or not. Default: as well.")
    private boolean isToday = true;

    @Option(names = "--json", description = "Answer in JSON; progress goes to standard error.")
    private boolean isJson;

    SimulateCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws InvalidSettings, OperationFailed {
        CountDownLatch ended = new CountDownLatch(1);
        Reporting progress = new Reporting(invocation.terminal(), isTerminal());
        // Ctrl-C: the process ends when what is under way is committed and told.
        Thread hook = new Thread(
                () -> {
                    progress.stop();
                    awaitQuietly(ended);
                },
                "stop the simulation");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            Simulator.Summary summary = invocation
                    .operations()
                    .simulate(
                            invocation.settings(),
                            new SimulationRequest(site, days, visitorsPerDay, seed, isToday),
                            progress);
            progress.end();
            if (isJson) {
                invocation.terminal().json(json -> write(json, summary));
            } else {
                print(invocation.terminal(), summary);
            }
            return summary.isComplete() ? 0 : 1;
        } finally {
            progress.end();
            ended.countDown();
            removeQuietly(hook);
        }
    }

    private static void awaitQuietly(CountDownLatch ended) {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, which is what the hook was for.
        }
    }

    /** From Java 22 on there is a console without a terminal too, and a method to tell. */
    @SuppressWarnings("SystemConsoleNull") // Lethe runs on 21 too, where it is null.
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    private void print(Terminal terminal, Simulator.Summary summary) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("days", summary.first() + " to " + summary.last() + " (" + summary.days() + ")"));
        if (!summary.skipped().isEmpty()) {
            rows.add(List.of(
                    "left as they are",
                    Terminal.count(summary.skipped().size(), "day")
                            + " with other simulated events or published numbers, the last "
                            + summary.skipped().getLast()));
        }
        rows.add(List.of("visitors", number(summary.visitors())));
        rows.add(List.of("visitor-days", number(summary.visitorDays())));
        rows.add(List.of("events", number(summary.events()) + " stored, now or before"));
        summary.dropped()
                .forEach((reason, visits) ->
                        rows.add(List.of("not stored: " + reason.label(), number(visits) + " visits")));
        rows.add(List.of("time", seconds(summary.elapsed()) + ", " + number(summary.eventsPerSecond()) + " events/s"));
        terminal.table(List.of("SIMULATED", site), rows);
        if (!summary.isComplete()) {
            terminal.line("Stopped before its end. What is committed stays; the same command completes it today.");
        }
    }

    private void write(JsonGenerator json, Simulator.Summary summary) throws IOException {
        json.writeStartObject();
        json.writeStringField("site", site);
        json.writeStringField("from", summary.first().toString());
        json.writeStringField("to", summary.last().toString());
        json.writeNumberField("days", summary.days());
        json.writeArrayFieldStart("skipped");
        for (LocalDate day : summary.skipped()) {
            json.writeString(day.toString());
        }
        json.writeEndArray();
        json.writeNumberField("visitors", summary.visitors());
        json.writeNumberField("visitor_days", summary.visitorDays());
        json.writeNumberField("events", summary.events());
        json.writeObjectFieldStart("dropped_visits");
        for (var dropped : summary.dropped().entrySet()) {
            json.writeNumberField(dropped.getKey().label(), dropped.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("milliseconds", summary.elapsed().toMillis());
        json.writeBooleanField("complete", summary.isComplete());
        json.writeEndObject();
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** A bar that is drawn over on a terminal, a line every few seconds elsewhere; on standard error, beside the answer. */
    private static final class Reporting implements Simulator.Progress {
        private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
        private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

        private final Terminal terminal;
        private final boolean isTerminal;
        private volatile boolean isStopped;
        private Duration last = Duration.ZERO;
        private boolean isDrawn;

        Reporting(Terminal terminal, boolean isTerminal) {
            this.terminal = terminal;
            this.isTerminal = isTerminal;
        }

        @Override
        public void report(Simulator.Status status) {
            Duration between = isTerminal ? BETWEEN_DRAWINGS : BETWEEN_LINES;
            if (status.elapsed().minus(last).compareTo(between) < 0) {
                return;
            }
            last = status.elapsed();
            String figures = String.format(
                    Locale.ROOT,
                    "%3.0f %%  %s  %,d events  %,.0f/s",
                    100 * status.done(),
                    status.day(),
                    status.events(),
                    status.events() * 1_000.0 / Math.max(1, status.elapsed().toMillis()));
            if (isTerminal) {
                int filled = (int) (BAR * status.done());
                terminal.err().print("\r[" + "=".repeat(filled) + " ".repeat(BAR - filled) + "] " + figures + "  ");
                terminal.err().flush();
                isDrawn = true;
            } else {
                terminal.err().println(figures.strip());
            }
        }

        /** The bar gives way to the answer. */
        void end() {
            if (isDrawn) {
                terminal.err().print("\r" + " ".repeat(BAR + 60) + "\r");
                terminal.err().flush();
                isDrawn = false;
            }
        }

        void stop() {
            isStopped = true;
        }

        @Override
        public boolean isStopped() {
            return isStopped;
        }
    }
}
