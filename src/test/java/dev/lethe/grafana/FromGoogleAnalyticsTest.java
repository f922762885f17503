package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import dev.lethe.statistics.Grain;
import dev.lethe.statistics.Statistic;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/from-google-analytics.md: thirty questions, panels that exist, and accuracies that are computed, not guessed. */
class FromGoogleAnalyticsTest {
    private static final Budget BALANCED = Budget.of(Preset.BALANCED, Bounds.DEFAULT);

    private static final Pattern READING =
            Pattern.compile("a (day|week|month)'s (good to [0-9.]+ %|rough, within [0-9]+ %|below the noise)");

    private static final Pattern HALF_WIDTH = Pattern.compile("±([0-9]+)(?: [a-z ]+)? \\(`([A-Z_0-9]+)`\\)");

    /** One line of the table. */
    private record Line(int number, String question, String report, String answer, String accuracy) {
        private boolean answered() {
            return !answer.equals("**No**");
        }
    }

    @Test
    void asksThirtyQuestionsOfSixReports() {
        List<Line> lines = lines();
        assertEquals(30, lines.size());
        for (int at = 0; at < lines.size(); at++) {
            assertEquals(at + 1, lines.get(at).number());
        }
        assertEquals(30, lines.stream().map(Line::question).distinct().count());
        assertTrue(lines.stream()
                .map(Line::report)
                .toList()
                .containsAll(List.of("Overview", "Acquisition", "Engagement", "Tech", "Retention", "Conversion")));
        assertEquals(7, lines.stream().filter(line -> !line.answered()).count(), "the introduction says seven");
    }

    @Test
    void everyPanelExists() {
        List<String> panels = Boards.all().stream()
                .flatMap(board -> board.panels().stream()
                        .map(panel -> board.json().getString("title").replaceFirst("^Lethe: ", "") + ": "
                                + panel.title().replaceFirst(", by \\$step$", "")))
                .toList();
        for (Line line : lines()) {
            assertTrue(!line.answered() || panels.contains(line.answer()), "no panel is called " + line.answer());
        }
    }

    @Test
    void everyAccuracyIsComputed() {
        Map<String, Accuracy.Answer> answers = Accuracy.of(1000, BALANCED, Accuracy.Shares.TYPICAL).stream()
                .collect(Collectors.toMap(Accuracy.Answer::number, Function.identity()));
        TreeSet<String> wrong = new TreeSet<>();
        int figures = 0;
        for (Line line : lines()) {
            Matcher part = Pattern.compile("\\*([a-z ]+)\\*: ([^;|]*)").matcher(line.accuracy());
            while (part.find()) {
                Accuracy.Answer answer = answers.get(part.group(1));
                assertTrue(answer != null, "'lethe site accuracy' has no " + part.group(1));
                Matcher reading = READING.matcher(part.group(2));
                while (reading.find()) {
                    figures++;
                    Grain grain = Grain.valueOf(reading.group(1).toUpperCase(Locale.ROOT));
                    String words = answer.at(grain).map(Accuracy.Reading::words).orElse("-");
                    if (!words.equals(reading.group(2))) {
                        wrong.add(line.number() + ": " + reading.group() + ", computed " + words);
                    }
                }
            }
            Matcher width = HALF_WIDTH.matcher(line.accuracy());
            while (width.find()) {
                figures++;
                long computed = Math.round(1.959964 * BALANCED.sigma(Statistic.valueOf(width.group(2))));
                if (computed != Long.parseLong(width.group(1))) {
                    wrong.add(line.number() + ": " + width.group() + ", computed " + computed);
                }
            }
        }
        assertEquals(new TreeSet<>(), wrong);
        assertTrue(figures >= 30, "figures are still found: " + figures);
    }

    private static List<Line> lines() {
        return Boards.text(Path.of("docs/from-google-analytics.md"))
                .lines()
                .map(line -> line.split("\\s*\\|\\s*"))
                .filter(cells -> cells.length == 6 && cells[1].matches("[0-9]+"))
                .map(cells -> new Line(Integer.parseInt(cells[1]), cells[2], cells[3], cells[4], cells[5]))
                .toList();
    }
}
