package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.consent.DropReason;
import dev.lethe.grafana.Boards.Board;
import dev.lethe.grafana.Boards.Panel;
import dev.lethe.grafana.Boards.Query;
import dev.lethe.ops.Meters;
import dev.lethe.ops.RecentMinutes;
import dev.lethe.site.Preset;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Grafana would only show as a broken board: layout, words, links, names of sources and metrics. */
class BoardsTest {
    private static final Set<String> CORE_PANELS = Set.of("text", "stat", "table", "timeseries", "barchart");

    private static final Map<String, Board> BOARDS =
            Boards.all().stream().collect(Collectors.toMap(Board::uid, Function.identity()));

    static Stream<Board> boards() {
        return Boards.all().stream();
    }

    @Test
    void thereAreTheEightBoards() {
        assertEquals(
                List.of(
                        "lethe-acquisition",
                        "lethe-audience",
                        "lethe-clicks",
                        "lethe-content",
                        "lethe-internal",
                        "lethe-overview",
                        "lethe-performance",
                        "lethe-privacy"),
                BOARDS.keySet().stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("boards")
    void panelsLieSideBySideAndNotOnEachOther(Board board) {
        Set<Integer> ids = new HashSet<>();
        Set<String> taken = new HashSet<>();
        for (Panel panel : board.panels()) {
            JsonObject at = panel.json().getJsonObject("gridPos");
            assertTrue(ids.add(panel.json().getInteger("id")), panel.title());
            assertTrue(at.getInteger("x") >= 0 && at.getInteger("x") + at.getInteger("w") <= 24, panel.title());
            for (int x = at.getInteger("x"); x < at.getInteger("x") + at.getInteger("w"); x++) {
                for (int y = at.getInteger("y"); y < at.getInteger("y") + at.getInteger("h"); y++) {
                    assertTrue(taken.add(x + " " + y), panel.title() + " lies on another panel");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("boards")
    void everyPanelSaysWhatItShowsInWhichUnitAndWhatNothingMeans(Board board) {
        int schema = board.json().getInteger("schemaVersion");
        assertTrue(schema >= 39 && schema <= 42, "schemaVersion " + schema);
        assertFalse(board.json().getBoolean("editable"));
        for (Panel panel : board.panels()) {
            assertTrue(CORE_PANELS.contains(panel.type()), panel.type());
            assertFalse(panel.title().isBlank());
            assertFalse(panel.json().getString("description", "").isBlank(), panel.title());
            if (panel.type().equals("text")) {
                continue;
            }
            JsonObject defaults = panel.json().getJsonObject("fieldConfig").getJsonObject("defaults");
            assertFalse(defaults.getString("unit", "").isBlank(), panel.title());
            assertFalse(defaults.getString("noValue", "").isBlank(), panel.title());
            assertFalse(panel.queries().isEmpty(), panel.title());
        }
        String first = board.panels().getFirst().json().getJsonObject("options").getString("content");
        assertTrue(first.contains("?"), "a board begins with the questions it answers");
        assertTrue(
                board.uid().equals("lethe-internal")
                        ? first.contains("not anonymised")
                        : first.contains("$guess points"),
                "a board says what its numbers may tell");
    }

    @ParameterizedTest
    @MethodSource("boards")
    void everySourceIsProvisioned(Board board) {
        Set<String> provisioned =
                Boards.objects(Boards.yaml(Path.of("grafana/provisioning/datasources/lethe.yaml")), "datasources")
                        .stream()
                        .map(source -> source.getString("type") + " " + source.getString("uid"))
                        .collect(Collectors.toSet());
        List<JsonObject> sources = new ArrayList<>();
        for (Panel panel : board.panels()) {
            panel.queries().forEach(query -> sources.add(query.target().getJsonObject("datasource")));
            JsonObject own = panel.json().getJsonObject("datasource");
            panel.queries()
                    .forEach(query -> assertEquals(own, query.target().getJsonObject("datasource"), panel.title()));
        }
        board.annotations().forEach(query -> sources.add(query.target().getJsonObject("datasource")));
        for (JsonObject source : sources) {
            assertTrue(provisioned.contains(source.getString("type") + " " + source.getString("uid")), source::encode);
            assertEquals(
                    board.uid().equals("lethe-internal"),
                    !source.getString("uid").equals("lethe-dashboards"));
        }
    }

    @ParameterizedTest
    @MethodSource("boards")
    void linksLeadToBoardsThatKnowTheirVariables(Board board) {
        Set<String> linked = new TreeSet<>();
        Matcher link = Pattern.compile("/d/([a-z-]+)(\\?[^\"]*)?\"").matcher(Boards.text(board.file()));
        while (link.find()) {
            Board target = BOARDS.get(link.group(1));
            assertNotNull(target, link.group());
            linked.add(target.uid());
            if (link.group(2) != null) {
                assertTrue(link.group(2).contains("${__url_time_range}"), link.group());
                Matcher variable = Pattern.compile("var-(\\w+)=").matcher(link.group(2));
                Set<String> kept = new HashSet<>();
                while (variable.find()) {
                    assertTrue(
                            target.variables().stream()
                                    .anyMatch(each -> each.name().equals(variable.group(1))),
                            link.group());
                    kept.add(variable.group(1));
                }
                assertTrue(kept.contains("site"), link.group());
            }
        }
        Set<String> others = new TreeSet<>(BOARDS.keySet());
        others.remove(board.uid());
        linked.remove(board.uid());
        assertEquals(others, linked);
        for (JsonObject each : Boards.objects(board.json(), "links")) {
            assertTrue(each.getBoolean("keepTime") && each.getBoolean("includeVars"), each::encode);
        }
    }

    @Test
    void questionsToPrometheusNameOnlyWhatLetheMeasures() {
        Meters meters = new Meters(new RecentMinutes(Clock.systemUTC()));
        meters.countDrop(DropReason.BOT.label());
        Set<String> measured = Pattern.compile("^(lethe_\\w+)", Pattern.MULTILINE)
                .matcher(meters.scrape())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(HashSet::new));
        Pattern.compile("gauge\\(\\s*\"(lethe_\\w+)\"")
                .matcher(Boards.text(Path.of("src/main/java/dev/lethe/NodeGauges.java")))
                .results()
                .forEach(found -> measured.add(found.group(1)));
        List<Query> queries = new ArrayList<>(Boards.alerts());
        boards().forEach(board -> board.panels().forEach(panel -> queries.addAll(panel.queries())));
        int asked = 0;
        for (Query query : queries) {
            if (query.source().equals("lethe-metrics")) {
                Matcher name = Pattern.compile("lethe_\\w+").matcher(query.text());
                while (name.find()) {
                    assertTrue(measured.contains(name.group()), query.where() + ": " + name.group());
                    asked++;
                }
            }
        }
        assertTrue(asked > 12, "metrics asked for: " + asked);
    }

    @Test
    void everyAlertHasAConditionASummaryAndABoard() {
        int rules = 0;
        for (JsonObject group :
                Boards.objects(Boards.yaml(Path.of("grafana/provisioning/alerting/lethe.yaml")), "groups")) {
            for (JsonObject rule : Boards.objects(group, "rules")) {
                rules++;
                assertTrue(rule.getString("uid").matches("lethe-[a-z-]{1,30}"), rule.getString("uid"));
                JsonObject said = rule.getJsonObject("annotations");
                assertFalse(said.getString("summary").isBlank());
                Board board = BOARDS.get(said.getString("__dashboardUid__"));
                assertNotNull(board, rule.getString("uid"));
                // Grafana takes both or neither, and refuses the rule with the one alone.
                assertTrue(
                        board.panels().stream()
                                .anyMatch(panel ->
                                        panel.json().getInteger("id").toString().equals(said.getString("__panelId__"))),
                        rule.getString("uid"));
                List<String> steps = Boards.objects(rule, "data").stream()
                        .map(step -> step.getString("refId"))
                        .toList();
                assertEquals(List.of("A", "C"), steps);
                assertEquals("C", rule.getString("condition"));
            }
        }
        assertEquals(7, rules);
    }

    /** Compose cannot run here; what it hands to Grafana can be compared with what Grafana asks for. */
    @Test
    void composeGivesGrafanaEveryVariableAndEveryDirectory() {
        JsonObject services = Boards.yaml(Path.of("grafana/compose.yaml")).getJsonObject("services");
        assertEquals(Set.of("lethe", "postgres", "prometheus", "grafana"), services.fieldNames());
        JsonObject grafana = services.getJsonObject("grafana");
        Set<String> given = new HashSet<>(grafana.getJsonObject("environment").fieldNames());
        Pattern.compile("([A-Z_]+)=\"\\$\\$\\(cat /run/secrets/(\\w+)\\)\"")
                .matcher(grafana.getJsonArray("entrypoint").getString(2))
                .results()
                .forEach(read -> {
                    assertTrue(grafana.getJsonArray("secrets").contains(read.group(2)), read.group());
                    given.add(read.group(1));
                });
        for (String file : List.of("datasources", "dashboards", "alerting")) {
            String text = Boards.text(Boards.PROVISIONING.resolve(file).resolve("lethe.yaml"));
            assertEquals(
                    1,
                    Boards.yaml(Boards.PROVISIONING.resolve(file).resolve("lethe.yaml"))
                            .getInteger("apiVersion"));
            Pattern.compile("\\$([A-Z_]+)")
                    .matcher(text.replaceAll("(?m)^#.*", ""))
                    .results()
                    .forEach(variable -> assertTrue(given.contains(variable.group(1)), variable.group()));
        }
        String compose = Boards.text(Path.of("grafana/compose.yaml"));
        Pattern.compile("- (\\./[\\w./-]+):")
                .matcher(compose)
                .results()
                .forEach(mount -> assertTrue(Files.exists(Path.of("grafana").resolve(mount.group(1))), mount.group(1)));
        String example = Boards.text(Path.of("grafana/example.env"));
        Pattern.compile("\\$\\{([A-Z_]+):\\?")
                .matcher(compose)
                .results()
                .forEach(variable -> assertTrue(example.contains(variable.group(1) + "="), variable.group(1)));
        for (String setting :
                services.getJsonObject("lethe").getJsonObject("environment").fieldNames()) {
            assertTrue(
                    Boards.text(Path.of("docs/settings.md")).contains("`" + setting + "`"), setting + " is no setting");
        }
        assertEquals(
                "lethe",
                Boards.objects(Boards.yaml(Path.of("grafana/prometheus.yml")), "scrape_configs")
                        .getFirst()
                        .getString("job_name"));
    }

    /** What the schema cannot say: nothing listens beyond this machine, no password stands in the file, nobody is root. */
    @Test
    void composeExposesNothingAndKeepsSecretsInFiles() {
        JsonObject compose = Boards.yaml(Path.of("grafana/compose.yaml"));
        Set<String> secrets = compose.getJsonObject("secrets").fieldNames();
        String readme = Boards.text(Path.of("grafana/README.md"));
        secrets.forEach(secret -> assertTrue(readme.contains(secret), secret));
        for (Map.Entry<String, Object> each : compose.getJsonObject("services")) {
            String name = each.getKey();
            JsonObject service = (JsonObject) each.getValue();
            service.getJsonArray("ports", new JsonArray())
                    .forEach(port -> assertTrue(port.toString().startsWith("127.0.0.1:"), name + " " + port));
            assertTrue(service.containsKey("healthcheck"), name);
            assertEquals(new JsonArray().add("ALL"), service.getJsonArray("cap_drop"), name);
            assertEquals(new JsonArray().add("no-new-privileges:true"), service.getJsonArray("security_opt"), name);
            assertTrue(service.containsKey("user") || name.equals("lethe"), name + " says who runs it");
            service.getJsonArray("volumes", new JsonArray()).stream()
                    .map(Object::toString)
                    .filter(volume -> volume.startsWith("."))
                    .forEach(volume -> assertTrue(volume.endsWith(":ro"), name + " may change " + volume));
            for (Map.Entry<String, Object> variable : service.getJsonObject("environment", new JsonObject())) {
                boolean secret = variable.getKey().contains("PASSWORD")
                        || variable.getKey().startsWith("LETHE_DATABASE_URL");
                assertEquals(
                        secret,
                        variable.getValue().toString().startsWith("/run/secrets/"),
                        name + " " + variable.getKey());
            }
            service.getJsonArray("secrets", new JsonArray())
                    .forEach(secret -> assertTrue(secrets.contains(secret), name + " " + secret));
        }
        String image = Boards.text(Path.of("grafana/Dockerfile"));
        assertTrue(image.contains("\nUSER 10001:10001\n"));
        assertTrue(image.contains("COPY target/lethe.jar /lethe.jar"));
    }

    /** The names of countries and languages are those that the collector may publish. */
    @Test
    void everyCountryAndLanguageThatCanBePublishedHasAName() {
        JsonObject names = new JsonObject(Boards.text(Path.of("grafana/src/names.json")));
        for (String country : Locale.getISOCountries()) {
            String name = names.getJsonObject("countries").getString(country, "");
            assertTrue(!name.isBlank() && !name.equals(country), country);
        }
        for (String language : Locale.getISOLanguages()) {
            String name = names.getJsonObject("languages").getString(language, "");
            assertTrue(!name.isBlank() && !name.equals(language), language);
        }
        assertEquals("France", names.getJsonObject("countries").getString("FR"));
        assertEquals("French", names.getJsonObject("languages").getString("fr"));
        String audience = Boards.text(BOARDS.get("lethe-audience").file());
        assertTrue(audience.contains("\"text\": \"Türkiye\"") && audience.contains("\"text\": \"Breton\""));
    }

    /** Every word that a mark can be has its colour: a missing one would have Grafana's. */
    @Test
    void everyMarkHasAColour() {
        int judged = 0;
        for (Board board : BOARDS.values()) {
            for (Panel panel : board.panels()) {
                for (JsonObject override :
                        Boards.objects(panel.json().getJsonObject("fieldConfig", new JsonObject()), "overrides")) {
                    String sql = panel.queries().isEmpty()
                            ? ""
                            : panel.queries().getFirst().text();
                    if (!"The change is"
                                    .equals(override.getJsonObject("matcher").getValue("options"))
                            || !sql.contains("as \"The change is\"")) {
                        continue;
                    }
                    judged++;
                    Set<String> coloured = new HashSet<>();
                    for (JsonObject property : Boards.objects(override, "properties")) {
                        if (property.getString("id").equals("mappings")) {
                            property.getJsonArray("value")
                                    .getJsonObject(0)
                                    .getJsonObject("options")
                                    .forEach(option -> {
                                        assertNotNull(
                                                ((JsonObject) option.getValue()).getString("color"), option.getKey());
                                        coloured.add(option.getKey());
                                    });
                        }
                    }
                    String marks = sql.substring(0, sql.indexOf("as \"The change is\""));
                    Pattern.compile("(?:then|else) '([a-z ]+)'|, '([a-z ]+)'\\)(?: end)?\\s*$", Pattern.MULTILINE)
                            .matcher(marks.substring(marks.lastIndexOf("case")))
                            .results()
                            .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                            .forEach(mark -> assertTrue(coloured.contains(mark), panel.title() + ": " + mark));
                    assertTrue(coloured.containsAll(Set.of("real", "perhaps", "within noise")), panel.title());
                }
            }
        }
        assertTrue(judged >= 20, "tables that judge changes: " + judged);
    }

    /** The Privacy board's table is that of the code. */
    @Test
    void theGuaranteeInWordsIsThatOfTheBudget() {
        String text = Boards.text(BOARDS.get("lethe-privacy").file());
        for (Preset preset : Preset.values()) {
            Budget budget = Budget.of(preset, Bounds.DEFAULT);
            String row = "| " + preset.label();
            for (int days : new int[] {1, 5, 30}) {
                row += " | " + Math.round(100 * budget.guessAdvantage(days));
            }
            assertTrue(text.contains(row + " |"), row);
        }
    }

    @Test
    void theHostsOfAssistantsAreThoseOfTheCollector() {
        String list = Boards.text(Path.of("src/main/resources/dev/lethe/classify/channels.txt"));
        String board = Boards.text(BOARDS.get("lethe-acquisition").file());
        list.lines().filter(line -> line.startsWith("ai_assistant ")).forEach(line -> {
            String host = line.substring("ai_assistant ".length()).trim();
            assertTrue(board.contains("'" + host + "'"), host);
        });
    }
}
