package dev.lethe.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The generated part of docs/performance.md: everything between its two marks. Nobody types a figure there.
 *
 * @param setting the machine and the run, a line each
 */
record PerformancePage(List<String> setting, Findings findings) {
    private static final Path PAGE = Path.of("docs", "performance.md");
    private static final Path PARTIAL = Path.of("target", "bench", "performance.md");
    private static final String BEGIN = "<!-- Written by mvn -Pbench verify: changes here are lost. -->";
    private static final String END = "<!-- End of what mvn -Pbench verify writes. -->";

    /** Of a whole run only: a part would take the other figures away. */
    void write() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalStateException(PAGE + " has lost its marks");
        }
        Files.writeString(
                PAGE, page.substring(0, begin + BEGIN.length()) + "\n\n" + text() + "\n" + page.substring(end));
        System.out.println("Written to " + PAGE + ".");
    }

    /** Of some parts. */
    void writeAside() throws IOException {
        Files.createDirectories(PARTIAL.getParent());
        Files.writeString(PARTIAL, text());
        System.out.println("Written to " + PARTIAL + "; a run of all parts writes " + PAGE + ".");
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        setting.forEach(line -> text.append("- ").append(line).append('\n'));
        text.append('\n');
        List<List<String>> rows = new ArrayList<>();
        for (Findings.Figure figure : findings.figures()) {
            rows.add(List.of(figure.what(), figure.measured(), figure.aim(), figure.verdict()));
        }
        append(text, List.of("Figure", "Measured", "Aim", ""), rows);
        for (Findings.Table table : findings.tables()) {
            text.append("\n**").append(table.title()).append("**");
            text.append(table.sentence().isEmpty() ? "" : ". " + table.sentence())
                    .append("\n\n");
            append(text, table.header(), table.rows());
        }
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> header, List<List<String>> rows) {
        line(text, header);
        line(text, header.stream().map(column -> "---").toList());
        rows.forEach(row -> line(text, row));
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ")
                .append(String.join(" | ", cells).replace(" |  |", " | |").strip())
                .append(" |\n");
    }

    /** The same on a terminal, in columns. */
    void print() {
        System.out.println();
        setting.forEach(System.out::println);
        List<List<String>> rows = new ArrayList<>();
        for (Findings.Figure figure : findings.figures()) {
            rows.add(List.of(
                    figure.what(),
                    figure.measured(),
                    figure.aim(),
                    figure.verdict().replace("**", "")));
        }
        print(List.of("Figure", "Measured", "Aim", ""), rows);
        for (Findings.Table table : findings.tables()) {
            System.out.println();
            System.out.println(table.title());
            print(table.header(), table.rows());
        }
        System.out.println();
    }

    private static void print(List<String> header, List<List<String>> rows) {
        int[] widths = new int[header.size()];
        List<List<String>> all = new ArrayList<>(List.of(header));
        all.addAll(rows);
        for (List<String> row : all) {
            for (int column = 0; column < row.size(); column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        System.out.println();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(row.get(column))
                        .append(" ".repeat(widths[column] - row.get(column).length() + 2));
            }
            System.out.println("  " + line.toString().stripTrailing());
        }
    }
}
