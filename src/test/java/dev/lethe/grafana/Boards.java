package dev.lethe.grafana;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The committed boards and alert rules, as Grafana would read them. */
final class Boards {
    static final Path DIRECTORY = Path.of("grafana", "dashboards");
    static final Path PROVISIONING = Path.of("grafana", "provisioning");

    private Boards() {}

    /** One panel; rows do not occur. */
    record Panel(JsonObject json) {
        String title() {
            return json.getString("title", "");
        }

        String type() {
            return json.getString("type");
        }

        List<Query> queries() {
            return objects(json, "targets").stream()
                    .map(target -> new Query(title(), type(), target))
                    .toList();
        }
    }

    /** One question to a data source; {@code where} says whose it is. */
    record Query(String where, String kind, JsonObject target) {
        String source() {
            return target.getJsonObject("datasource").getString("uid");
        }

        boolean isSql() {
            return target.containsKey("rawSql");
        }

        String text() {
            return isSql() ? target.getString("rawSql") : target.getString("expr", "");
        }
    }

    /** One variable that asks the database. */
    record Variable(String name, String query, String source) {}

    /** One board. */
    record Board(Path file, JsonObject json) {
        String uid() {
            return json.getString("uid");
        }

        List<Panel> panels() {
            return objects(json, "panels").stream().map(Panel::new).toList();
        }

        List<Variable> variables() {
            return objects(json.getJsonObject("templating"), "list").stream()
                    .map(variable -> new Variable(
                            variable.getString("name"),
                            variable.getString("query"),
                            variable.getJsonObject("datasource").getString("uid")))
                    .toList();
        }

        List<Query> annotations() {
            return objects(json.getJsonObject("annotations"), "list").stream()
                    .filter(annotation -> annotation.getJsonObject("target").containsKey("rawSql"))
                    .map(annotation ->
                            new Query(annotation.getString("name"), "annotation", annotation.getJsonObject("target")))
                    .toList();
        }

        @Override
        public String toString() {
            return uid();
        }
    }

    static List<Board> all() {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> new Board(file, new JsonObject(text(file))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The questions of the alert rules: those to data sources, not the expressions that judge the answers. */
    static List<Query> alerts() {
        List<Query> queries = new ArrayList<>();
        for (JsonObject group : objects(yaml(PROVISIONING.resolve("alerting").resolve("lethe.yaml")), "groups")) {
            for (JsonObject rule : objects(group, "rules")) {
                for (JsonObject step : objects(rule, "data")) {
                    if (!step.getString("datasourceUid").equals("__expr__")) {
                        JsonObject model = step.getJsonObject("model")
                                .copy()
                                .put("datasource", new JsonObject().put("uid", step.getString("datasourceUid")));
                        queries.add(new Query(rule.getString("title"), "alert", model));
                    }
                }
            }
        }
        return queries;
    }

    static JsonObject yaml(Path file) {
        Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(text(file));
        return new JsonObject(io.vertx.core.json.Json.encode(loaded));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonObject> objects(JsonObject parent, String field) {
        return parent.getJsonArray(field, new io.vertx.core.json.JsonArray()).stream()
                .map(JsonObject.class::cast)
                .toList();
    }
}
