package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.site.Preset;
import java.io.IOException;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.numbers.fraction.BigFraction;
import org.junit.jupiter.api.Test;

/** The tables of the budget in {@code docs/statistics.md} are made of {@link Statistic} and {@link Budget}. */
class StatisticsDocumentTest {
    private static final Path DOCUMENT = Path.of("docs/statistics.md");
    private static final String BEGIN = "<!-- budget:begin -->\n";
    private static final String END = "<!-- budget:end -->\n";

    @Test
    void documentIsCurrent() throws IOException {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(BEGIN) + BEGIN.length();
        int end = document.indexOf(END);
        String current = document.substring(0, begin) + tables() + document.substring(end);
        if (Boolean.getBoolean("lethe.write-docs")) {
            Files.writeString(DOCUMENT, current);
        }
        assertEquals(
                current,
                Files.readString(DOCUMENT),
                "run 'mvn -q test -Dtest=StatisticsDocumentTest -Dlethe.write-docs=true'");
    }

    private static String tables() {
        Budget balanced = Budget.of(Preset.BALANCED, Bounds.DEFAULT);
        return """

                Made from `Statistic` and `Budget`: change them there, then run
                `mvn -q test -Dtest=StatisticsDocumentTest -Dlethe.write-docs=true`. The figures are those of the preset `balanced`
                and the default bounds.

                | Grain | What | Per visitor-day | Δ2 | ρ | σ | Discovered from |
                |---|---|---|---|---|---|---|
                """
                + Arrays.stream(Statistic.values())
                        .map(statistic -> row(balanced, statistic))
                        .collect(Collectors.joining())
                + """

                The presets scale every share. A guess is about whether one browser came on so many days:

                | Preset | Sum of ρ | σ | A guess gains at most: 1 day | 5 days | 30 days |
                |---|---|---|---|---|---|
                """
                + Stream.of(Preset.STRICT, Preset.BALANCED, Preset.LIGHT)
                        .map(preset -> row(Budget.of(preset, Bounds.DEFAULT), balanced))
                        .collect(Collectors.joining())
                + "\n";
    }

    private static String row(Budget budget, Statistic statistic) {
        return "| " + statistic.grain().label() + " | " + statistic.label() + " | "
                + statistic.perVisitorDay(Bounds.DEFAULT) + " | " + root(statistic.squaredSensitivity(Bounds.DEFAULT))
                + " | " + plain(budget.share(statistic)) + " | " + figure(budget.sigma(statistic)) + " | "
                + (statistic.discoversKeys()
                        ? statistic.names().stream()
                                        .filter(statistic.discovered()::contains)
                                        .collect(Collectors.joining("`, `", "`", "`"))
                                + ": " + budget.discoveryThreshold(statistic)
                        : "")
                + " |\n";
    }

    private static String row(Budget budget, Budget balanced) {
        return "| `" + budget.preset() + "` | " + plain(budget.total()) + " | × "
                + String.format(
                        Locale.ROOT,
                        "%.2f",
                        budget.sigma(Statistic.DAY_VISITORS) / balanced.sigma(Statistic.DAY_VISITORS))
                + IntStream.of(1, 5, 30)
                        .mapToObj(days -> " | " + Math.round(100 * budget.guessAdvantage(days)) + " points")
                        .collect(Collectors.joining())
                + " |\n";
    }

    private static String root(long square) {
        long root = Math.round(Math.sqrt(square));
        return root * root == square ? Long.toString(root) : "√" + square;
    }

    private static String plain(BigFraction fraction) {
        return fraction.bigDecimalValue(10, RoundingMode.UNNECESSARY)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String figure(double sigma) {
        return String.format(Locale.ROOT, sigma < 100 ? "%.1f" : "%.0f", sigma);
    }
}
