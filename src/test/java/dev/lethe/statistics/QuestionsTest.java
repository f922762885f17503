package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of questions in docs/statistics.md: its figures are the budget's, its panels exist, and no statistic is without a question. */
class QuestionsTest {
    private static final Path DOCUMENT = Path.of("docs/statistics.md");
    private static final Path BOARDS = Path.of("grafana/dashboards");
    private static final Budget BALANCED = Budget.of(Preset.BALANCED, Bounds.DEFAULT);

    /** One line of the table; {@code text} is all of it. */
    private record Line(String text, String panel, Statistic statistic, String question) {
        private String withFigures() {
            long square = statistic.squaredSensitivity(Bounds.DEFAULT);
            long root = Math.round(Math.sqrt(square));
            double sigma = BALANCED.sigma(statistic);
            return "| %s | %s | `%s` | %s | %s | %s | %s |"
                    .formatted(
                            question,
                            panel,
                            statistic,
                            statistic.perVisitorDay(Bounds.DEFAULT),
                            root * root == square ? Long.toString(root) : "√" + square,
                            BALANCED.share(statistic)
                                    .bigDecimalValue()
                                    .stripTrailingZeros()
                                    .toPlainString(),
                            String.format(Locale.ROOT, sigma < 100 ? "%.1f" : "%.0f", sigma));
        }
    }

    @Test
    void theFiguresAreThoseOfTheBudget() throws IOException {
        String document = Files.readString(DOCUMENT);
        String current = document;
        for (Line line : lines()) {
            current = current.replace(line.text(), line.withFigures());
        }
        if (Boolean.getBoolean("lethe.write-docs")) {
            Files.writeString(DOCUMENT, current);
        }
        assertEquals(
                current, Files.readString(DOCUMENT), "run 'mvn -q test -Dtest=QuestionsTest -Dlethe.write-docs=true'");
    }

    @Test
    void nothingIsPublishedWithoutAQuestion() throws IOException {
        Set<Statistic> asked = lines().stream()
                .map(Line::statistic)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Statistic.class)));
        assertEquals(EnumSet.allOf(Statistic.class), asked);
    }

    @Test
    void thePanelsExist() throws IOException {
        List<String> panels = panels();
        for (Line line : lines()) {
            assertTrue(
                    panels.stream().anyMatch(panel -> panel.startsWith(line.panel())),
                    "no board has the panel " + line.panel());
        }
    }

    private static List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String text : Files.readAllLines(DOCUMENT)) {
            String[] cells = text.split("\\s*\\|\\s*");
            if (text.startsWith("| ") && cells.length > 3 && cells[3].matches("`(DAY|WEEK|MONTH)_[A-Z_0-9]+`")) {
                lines.add(new Line(text, cells[2], Statistic.valueOf(cells[3].replace("`", "")), cells[1]));
            }
        }
        assertTrue(lines.size() >= Statistic.values().length, "the table is still found");
        return lines;
    }

    /** As {@code Board: Title}. */
    private static List<String> panels() throws IOException {
        try (Stream<Path> files = Files.walk(BOARDS)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .map(QuestionsTest::json)
                    .flatMap(board -> board.getJsonArray("panels").stream()
                            .map(panel -> board.getString("title").replaceFirst("^Lethe: ", "") + ": "
                                    + ((JsonObject) panel).getString("title")))
                    .toList();
        }
    }

    private static JsonObject json(Path file) {
        try {
            return new JsonObject(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
