package dev.lethe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a command's answer goes: lines and tables for people, JSON for machines. Used by one thread, for one invocation. */
record Terminal(PrintWriter out, PrintWriter err) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String GAP = "  ";

    /** Fills a JSON document. */
    interface JsonBody {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Whether a person watches: standard input and output are a terminal, and neither a file nor a service manager's pipe. */
    // Null before Java 22 only, which Lethe runs on as well.
    @SuppressWarnings("SystemConsoleNull")
    static boolean isAttached() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            // Before Java 22 there is no console without a terminal, and no such method.
            return true;
        }
    }

    void line(String text) {
        out.println(text);
    }

    void error(String sentence) {
        err.println("lethe: " + sentence);
    }

    /** One document, indented, with a line break at its end. */
    void json(JsonBody body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            body.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string can always be written to", e);
        }
        out.println(text);
    }

    /** Columns as wide as their widest cell, so that nothing is cut; the last is not padded. */
    void table(List<String> heads, List<List<String>> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(heads);
        lines.addAll(rows);
        int[] widths = new int[heads.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = line.get(column);
                text.append(cell)
                        .append(" ".repeat(widths[column] - cell.length()))
                        .append(GAP);
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /** {@code 12.3 MiB}. */
    static String size(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        List<String> units = List.of("KiB", "MiB", "GiB", "TiB");
        double amount = bytes / 1024.0;
        int unit = 0;
        while (amount >= 1024 && unit < units.size() - 1) {
            amount /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", amount, units.get(unit));
    }

    /** {@code 1 day}, {@code 2 days}. */
    static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** Breaks a paragraph between words. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
