package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.SettingKey;
import dev.lethe.config.Surroundings;
import dev.lethe.consent.DropReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README and {@code docs/} say can be typed, set, followed and found. */
class ReadmeTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern COMMAND = Pattern.compile("(?:sudo -u lethe )?(lethe( [a-z-].*)?)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern DOTTED = Pattern.compile("[a-z]+(-[a-z]+)*(\\.[a-z]+(-[a-z]+)*)+");
    private static final Pattern VARIABLE = Pattern.compile("LETHE_[A-Z_]+");
    /** Files of the state directory whose names look like settings. */
    private static final Set<String> FILES = Set.of("database.port", "database.lock", "rights.key", "roles.key");

    @TempDir
    private Path directory;

    @Test
    void everyCommandIsUnderstood() throws IOException {
        Files.writeString(directory.resolve("lethe.yaml"), yamlBlocks().getFirst());
        Set<String> commands = new TreeSet<>();
        for (Path page : pages()) {
            Stream.concat(blocks(page, "sh").stream().flatMap(String::lines), spans(page).stream())
                    .map(text -> COMMAND.matcher(text.strip()))
                    .filter(Matcher::matches)
                    .forEach(command -> commands.add(command.group(1)));
        }
        assertTrue(commands.size() >= 12, "commands are still found: " + commands);
        assertAll(commands.stream().map(command -> () -> assertNotEquals(2, run(command), command)));
        assertEquals(2, run("lethe sites"), "the control");
    }

    /** The exit code of a command whose work is left undone: 2 when it was not understood. */
    private int run(String command) {
        Operations nothing = (Operations) Proxy.newProxyInstance(
                Operations.class.getClassLoader(), new Class<?>[] {Operations.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == int.class) {
                        return 0;
                    }
                    throw new OperationFailed("understood");
                });
        List<String> words = Arrays.stream(command.split("\\s+"))
                .skip(1)
                .map(word -> switch (word) {
                    case "NAME" -> "example.com";
                    case "URL" -> "https://www.example.com";
                    case "/etc/lethe.yaml" -> directory.resolve("lethe.yaml").toString();
                    default -> word;
                })
                .toList();
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        Surroundings surroundings = new Surroundings(Map.of(), directory, directory, false);
        return Main.run(nothing, surroundings, CLOCK, new Terminal(nowhere, nowhere), words);
    }

    @Test
    void everySettingExists() {
        Set<String> begins = Arrays.stream(SettingKey.values())
                .map(key -> key.key().split("\\.")[0])
                .collect(Collectors.toSet());
        Set<String> variables = Arrays.stream(SettingKey.values())
                .flatMap(key -> Stream.concat(Stream.of(key.environmentName()), key.environmentFileName().stream()))
                .collect(Collectors.toCollection(HashSet::new));
        variables.add("LETHE_CHROMIUM");
        Set<String> unknown = new TreeSet<>();
        int known = 0;
        for (Path page : pages()) {
            for (String span : spans(page)) {
                boolean isSetting = DOTTED.matcher(span).matches()
                        && begins.contains(span.split("\\.")[0])
                        && !FILES.contains(span)
                        && !tables().containsKey(span);
                if (isSetting && SettingKey.find(span).isEmpty()) {
                    unknown.add(page + ": " + span);
                }
                known += isSetting ? 1 : 0;
            }
            Matcher variable = VARIABLE.matcher(text(page));
            while (variable.find()) {
                if (!variables.contains(variable.group())) {
                    unknown.add(page + ": " + variable.group());
                }
            }
        }
        assertTrue(known >= 30, "settings are still found: " + known);
        assertEquals(Set.of(), unknown);
    }

    @Test
    void everyExampleOfSettingsLoads() throws IOException {
        List<String> examples = yamlBlocks();
        assertTrue(examples.size() >= 4, examples::toString);
        for (String example : examples) {
            Files.writeString(directory.resolve("lethe.yaml"), example);
            assertEquals(0, run("lethe config"), example);
        }
        Files.writeString(directory.resolve("lethe.yaml"), "public:\n  ulr: https://www.example.com/lethe\n");
        assertEquals(2, run("lethe config"), "the control");
    }

    @Test
    void everyLinkLeadsSomewhere() {
        Set<String> broken = new TreeSet<>();
        int links = 0;
        for (Path page : pages()) {
            Matcher link = LINK.matcher(text(page));
            while (link.find()) {
                String target = link.group(1);
                if (target.startsWith("https://")) {
                    continue;
                }
                links++;
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty()
                        ? page
                        : page.resolveSibling(parts[0]).normalize();
                boolean found = Files.exists(file)
                        && (parts.length == 1 || anchors(file).contains(parts[1]));
                // Pictures are made by the browser tests and committed together, all or none.
                boolean notMadeYet = file.startsWith("docs/images") && !Files.exists(Path.of("docs/images"));
                if (!found && !notMadeYet) {
                    broken.add(page + ": " + target);
                }
            }
        }
        assertTrue(links >= 30, "links are still found: " + links);
        assertEquals(Set.of(), broken);
    }

    /** Headings as web pages name them. */
    private static Set<String> anchors(Path page) {
        return text(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void theInventoryHasEveryTableAndColumn() {
        Set<String> spans = new HashSet<>(spans(Path.of("docs/privacy.md")));
        Set<String> missing = new TreeSet<>();
        tables().forEach((table, columns) -> {
            if (!spans.contains(table)) {
                missing.add(table);
            }
            columns.stream()
                    .filter(column -> !spans.contains(column))
                    .forEach(column -> missing.add(table + "." + column));
        });
        assertTrue(tables().size() >= 9, "tables are still found: " + tables().keySet());
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyDropReasonIsTold() {
        List<String> reasons =
                Arrays.stream(DropReason.values()).map(DropReason::label).toList();
        for (String page : List.of("docs/privacy.md", "docs/api.md")) {
            List<String> told = spans(Path.of(page)).stream()
                    .filter(reasons::contains)
                    .distinct()
                    .toList();
            assertTrue(told.containsAll(reasons), page + " tells only " + told);
        }
        List<String> inOrder = text(Path.of("docs/privacy.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`")[1])
                .filter(reasons::contains)
                .toList();
        assertEquals(reasons, inOrder, "in the order of precedence");
    }

    @Test
    void mavenDoesWhatTheReadmeSays() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        List<String> commands = blocks(Path.of("README.md"), "sh").stream()
                .flatMap(String::lines)
                .map(String::strip)
                .toList();
        assertAll(
                () -> assertTrue(commands.contains("mvn"), commands::toString),
                () -> assertTrue(commands.contains("mvn verify"), commands::toString),
                () -> assertTrue(commands.contains("java -jar target/lethe.jar serve"), commands::toString),
                () -> assertTrue(pom.contains("<defaultGoal>compile exec:exec</defaultGoal>"), "mvn starts it"),
                () -> assertTrue(pom.contains("<finalName>lethe</finalName>"), "the jar's name"),
                () -> assertTrue(pom.contains("<version>[21,)</version>"), "which JDK"));
    }

    @Test
    void everyRuntimeDependencyHasItsReason() throws IOException {
        String decisions = text(Path.of("docs/decisions.md"));
        Matcher dependency = Pattern.compile(
                        "(?s)<dependency>\\s*<groupId>[^<]+</groupId>\\s*<artifactId>([^<]+)</artifactId>(.*?)</dependency>")
                .matcher(Files.readString(Path.of("pom.xml"))
                        .replaceAll("(?s)<dependencyManagement>.*?</dependencyManagement>", "")
                        .replaceAll("(?s)<build>.*", ""));
        Set<String> missing = new TreeSet<>();
        int found = 0;
        while (dependency.find()) {
            if (dependency.group(2).contains("<scope>test</scope>")) {
                continue;
            }
            found++;
            String name = dependency.group(1).replace("-${postgres.platform}", "");
            if (!decisions.contains("`" + name + "`")) {
                missing.add(name);
            }
        }
        assertTrue(found >= 15, "dependencies are still found: " + found);
        assertEquals(Set.of(), missing);
    }

    /** Tables of the migrations with their columns. */
    private static Map<String, List<String>> tables() {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            return files.map(ReadmeTest::text)
                    .flatMap(sql -> Pattern.compile("(?ms)^create table ([a-z.]+) \\((.*?)^\\)")
                            .matcher(sql)
                            .results())
                    .collect(Collectors.toMap(
                            table -> table.group(1),
                            table -> table.group(2)
                                    .lines()
                                    .filter(line -> line.matches(" {4}[a-z].*"))
                                    .map(line -> line.strip().split(" ")[0])
                                    .filter(word -> !Set.of("check", "foreign", "primary")
                                            .contains(word))
                                    .toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> yamlBlocks() {
        return pages().stream().flatMap(page -> blocks(page, "yaml").stream()).toList();
    }

    /** README and handbook, but for what is generated from the code anyway. */
    private static List<Path> pages() {
        try (Stream<Path> files = Stream.concat(Files.list(Path.of("")), Files.list(Path.of("docs")))) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Code blocks of one language, without the indent they have in a list. */
    private static List<String> blocks(Path page, String language) {
        List<String> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text(page));
        while (block.find()) {
            if (block.group(1).equals(language)) {
                blocks.add(block.group(2).stripIndent());
            }
        }
        return blocks;
    }

    /** What stands in backquotes outside of blocks, on one line. */
    private static List<String> spans(Path page) {
        return SPAN.matcher(BLOCK.matcher(text(page)).replaceAll(""))
                .results()
                .map(span -> span.group(1).replaceAll("\\s+", " "))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
