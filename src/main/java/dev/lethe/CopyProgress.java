package dev.lethe;

import dev.lethe.config.InvalidSettings;
import dev.lethe.database.Backup;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far a backup or a restore is: a line that is drawn over on a terminal, a line every few seconds elsewhere; on standard error,
 * beside the answer. Used by one thread, for one command.
 */
final class CopyProgress implements Backup.Progress {
    private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final int WIDTH = 60;

    private final Terminal terminal;
    private final Clock clock;
    private final boolean isTerminal = SimulateCommand.isTerminal();
    private Instant last;
    private boolean isDrawn;

    private CopyProgress(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
        this.last = clock.instant();
    }

    @Override
    public void report(String table, int done, int all) {
        Instant now = clock.instant();
        if (Duration.between(last, now).compareTo(isTerminal ? BETWEEN_DRAWINGS : BETWEEN_LINES) < 0) {
            return;
        }
        last = now;
        String text = String.format(Locale.ROOT, "%3d %%  %s", 100 * done / all, table);
        if (isTerminal) {
            terminal.err().print("\r" + String.format(Locale.ROOT, "%-" + WIDTH + "s", text));
            terminal.err().flush();
            isDrawn = true;
        } else {
            terminal.err().println(text.strip());
        }
    }

    /** What {@code db backup} and {@code db restore} do: copy with progress on standard error, then the answer. */
    static int show(Invocation invocation, boolean isJson, Path file, Copy copy)
            throws InvalidSettings, OperationFailed {
        CopyProgress progress = new CopyProgress(invocation.terminal(), invocation.clock());
        Backup.Summary summary;
        try {
            summary = copy.run(progress);
        } finally {
            progress.end();
        }
        print(invocation.terminal(), isJson, file, summary);
        return 0;
    }

    /** One copy of the database, out or in. */
    interface Copy {
        Backup.Summary run(Backup.Progress progress) throws InvalidSettings, OperationFailed;
    }

    /** The line gives way to the answer. */
    private void end() {
        if (isDrawn) {
            terminal.err().print("\r" + " ".repeat(WIDTH) + "\r");
            terminal.err().flush();
            isDrawn = false;
        }
    }

    private static void print(Terminal terminal, boolean isJson, Path file, Backup.Summary summary) {
        if (isJson) {
            terminal.json(json -> {
                json.writeStartObject();
                json.writeStringField("file", file.toString());
                json.writeStringField("at", summary.at().toString());
                json.writeStringField("schema", summary.schema());
                json.writeNumberField("tables", summary.tables());
                json.writeNumberField("days", summary.days());
                json.writeNumberField("days_left_out", summary.leftOut());
                json.writeNumberField("rows", summary.rows());
                json.writeEndObject();
            });
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("made at", summary.at().toString()));
        rows.add(List.of("schema", summary.schema()));
        rows.add(List.of("tables", Integer.toString(summary.tables())));
        rows.add(List.of("days of raw events", Integer.toString(summary.days())));
        if (summary.leftOut() > 0) {
            rows.add(List.of(
                    "left out", Terminal.count(summary.leftOut(), "day") + " that retention would destroy at once"));
        }
        rows.add(List.of("rows", String.format(Locale.ROOT, "%,d", summary.rows())));
        terminal.table(List.of("BACKUP", file.toString()), rows);
    }
}
