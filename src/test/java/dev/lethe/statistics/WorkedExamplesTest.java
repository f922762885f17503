package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Channel;
import dev.lethe.event.Metric;
import dev.lethe.event.ProblemKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the examples of docs/statistics.md: what happened goes in as raw events, and exactly what they say is counted. */
class WorkedExamplesTest {
    private static final Pattern DEFINITION =
            Pattern.compile("\\*\\*([^*]+?)[.]?\\*\\*|```example\n(.*?)---\n(.*?)```", Pattern.DOTALL);
    private static final LocalDate MONDAY = LocalDate.of(2026, 6, 15);
    private static final Instant JULY = Instant.parse("2026-07-02T06:00:00Z");

    /** One example of the document. */
    private record Example(String definition, List<String> happened, List<String> counted) {}

    @TestFactory
    Stream<DynamicTest> theExamplesOfTheDocumentAreCounted() throws IOException {
        List<Example> examples = examples();
        assertTrue(examples.size() >= 13, "only " + examples.size() + " examples were found");
        // One database for all: each example is a site of its own.
        StatisticsDatabase database = new StatisticsDatabase(20, "UTC", MONDAY);
        for (int number = 0; number < examples.size(); number++) {
            happen(database, "example-" + number + ".test", examples.get(number));
        }
        database.publish(StatisticsDatabase.NO_NOISE, JULY);
        List<DynamicTest> tests = new ArrayList<>();
        for (int number = 0; number < examples.size(); number++) {
            String site = "example-" + number + ".test";
            for (String line : examples.get(number).counted()) {
                tests.add(DynamicTest.dynamicTest(
                        examples.get(number).definition() + ": " + line, () -> check(database, site, line)));
            }
        }
        return tests.stream().onClose(database::close);
    }

    private static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        String definition = "";
        Matcher found = DEFINITION.matcher(Files.readString(Path.of("docs/statistics.md")));
        while (found.find()) {
            if (found.group(1) != null) {
                definition = found.group(1);
            } else {
                examples.add(new Example(
                        definition,
                        found.group(2).lines().toList(),
                        found.group(3).lines().toList()));
            }
        }
        return examples;
    }

    private static void happen(StatisticsDatabase database, String site, Example example) {
        database.addSite(site, "UTC", MONDAY);
        Map<String, UUID> visitors = new HashMap<>();
        Map<String, String> pages = new HashMap<>();
        for (String line : example.happened()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "route" ->
                    database.server().execute("insert into registry.route values ('" + site + "', '" + words[1] + "')");
                case "click" ->
                    database.server().execute("insert into registry.click values ('" + site + "', '" + words[1] + "')");
                case "goal" ->
                    database.server()
                            .execute("insert into registry.goal values ('" + site + "', '" + words[1] + "', '"
                                    + words[2] + "', '" + words[3] + "')");
                default -> {
                    UUID visitor = visitors.computeIfAbsent(words[2], name -> database.uuid());
                    StatisticsDatabase.Event event = database.event(visitor, day(words[0]) + "T" + words[1])
                            .on(site);
                    if (words[3].equals("view")) {
                        pages.put(words[2], words[4]);
                    }
                    event.page(pages.getOrDefault(words[2], "/a"));
                    what(event, Arrays.asList(words).subList(3, words.length));
                    event.store();
                }
            }
        }
    }

    private static void what(StatisticsDatabase.Event event, List<String> words) {
        switch (words.getFirst()) {
            case "view" -> view(event, words.subList(2, words.size()));
            case "click" -> event.click(words.get(1));
            case "outbound" -> event.outbound(words.get(1));
            case "download" -> event.download(words.get(1));
            case "engaged" -> event.engaged(Integer.parseInt(words.get(1)));
            case "vital" -> event.vital(Metric.valueOf(words.get(1)), Double.parseDouble(words.get(2)));
            case "problem" -> event.problem(ProblemKind.valueOf(words.get(1).toUpperCase(Locale.ROOT)));
            default -> throw new IllegalArgumentException("an example says " + words);
        }
    }

    private static void view(StatisticsDatabase.Event event, List<String> words) {
        int word = 0;
        while (word < words.size()) {
            switch (words.get(word)) {
                case "from" -> event.from(Channel.valueOf(words.get(++word).toUpperCase(Locale.ROOT)));
                case "after" -> event.after(Integer.parseInt(words.get(++word)));
                case "first" -> {}
                default -> throw new IllegalArgumentException("an example says " + words);
            }
            word++;
        }
    }

    /** {@code day Mon page /a = 1}, {@code week landing /a email = 1}, {@code day Mon visitors = 2}. */
    private static void check(StatisticsDatabase database, String site, String line) {
        String[] sides = line.split(" = ");
        List<String> words = new ArrayList<>(List.of(sides[0].split(" ")));
        Grain grain = Grain.ofLabel(words.removeFirst());
        LocalDate period = grain == Grain.DAY ? day(words.removeFirst()) : grain.period(MONDAY);
        String name = words.getFirst();
        String key = words.size() > 1 ? words.get(1) : "";
        String key2 = words.size() > 2 ? words.get(2) : "";
        String where = " where site = '" + site + "' and period = '" + period + "' and ";
        String query;
        if (name.equals("reach")) {
            query = "select noisy from stats.reach" + where + "gap = " + key;
        } else if (key.isEmpty()) {
            query = "select noisy from stats.total" + where + "grain = '" + grain.label() + "' and measure = '" + name
                    + "'";
        } else {
            query = "select noisy from stats.breakdown" + where + "grain = '" + grain.label() + "' and dimension = '"
                    + name + "' and key = '" + key + "' and key2 = '" + key2 + "'";
        }
        assertEquals(List.of(sides[1]), database.rows(query), line);
    }

    private static LocalDate day(String name) {
        DayOfWeek wanted = Set.of(DayOfWeek.values()).stream()
                .filter(day -> day.name().startsWith(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow();
        return MONDAY.with(TemporalAdjusters.nextOrSame(wanted));
    }
}
