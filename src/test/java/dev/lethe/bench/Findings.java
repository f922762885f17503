package dev.lethe.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run of the bench found, in order: figures with their aims, and tables beside them. For one thread. */
final class Findings {
    private final List<Figure> figures = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    /** One line of the table of figures; the aim is empty when there is none. */
    record Figure(String what, String measured, String aim, boolean isMet) {
        String verdict() {
            return aim.isEmpty() ? "" : isMet ? "met" : "**not met**";
        }
    }

    /** A table of its own, with a sentence above it. */
    record Table(String title, String sentence, List<String> header, List<List<String>> rows) {
        Table {
            header = List.copyOf(header);
            rows = List.copyOf(rows);
        }
    }

    /** {@code format} writes value and aim, such as {@code %.1f ms}. */
    void atLeast(String what, String format, double value, double aim) {
        add(what, text(format, value), "at least " + text(format, aim), value >= aim);
    }

    void atMost(String what, String format, double value, double aim) {
        add(what, text(format, value), "at most " + text(format, aim), value <= aim);
    }

    /** A figure that no aim was set for. */
    void plain(String what, String measured) {
        add(what, measured, "", true);
    }

    void table(String title, String sentence, List<String> header, List<List<String>> rows) {
        tables.add(new Table(title, sentence, header, rows));
    }

    private void add(String what, String measured, String aim, boolean isMet) {
        figures.add(new Figure(what, measured, aim, isMet));
    }

    List<Figure> figures() {
        return List.copyOf(figures);
    }

    List<Table> tables() {
        return List.copyOf(tables);
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
