package dev.lethe.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** {@code openapi.yaml} tells the truth: valid by its own standard, complete, and what the listener really answers. */
class OpenApiTest {
    private static final Path SOURCE = Path.of("src/main/java/dev/lethe/routes/PublicRoutes.java");
    private static final JsonObject API = read();
    /** Answers that only a database which does not answer gives; the beacon's is seen below. */
    private static final String UNSEEN = "(GET|POST) /(privacy|api/consent).* 503";

    private static final List<String> RIGHTS = List.of("erase", "restrict", "release", "correct", "code", "data");

    private static final String CONSENT =
            "{\"site\":\"example.test\",\"choice\":\"granted\",\"notice\":1,\"method\":\"%s\"%s}";

    private final Set<String> seen = new TreeSet<>();

    private static JsonObject read() {
        try {
            String yaml = Files.readString(Path.of("src/main/resources/dev/lethe/routes/openapi.yaml"));
            Map<String, Object> tree = new Yaml().load(yaml);
            return new JsonObject(new JsonObject(tree).encode());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void isValidOpenApi() {
        Vertx vertx = Vertx.vertx();
        try {
            // Against the standard's own schema; the library's reader of contracts knows fewer media types than HTTP.
            JsonObject contract = API.copy();
            OutputUnit result = OpenAPIVersion.V3_1
                    .getRepository(vertx, "https://lethe.example/")
                    .compose(schemas -> OpenAPIVersion.V3_1.validateContract(vertx, schemas, contract))
                    .await();
            assertEquals(Boolean.TRUE, result.getValid(), () -> String.valueOf(result.getErrors()));
            assertEquals(23, operations().size(), () -> operations().toString());
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void namesEveryRouteAndNoOther() throws IOException {
        Set<String> routes = new TreeSet<>();
        Matcher matcher = Pattern.compile(
                        "(?<method>get|post|options)\\((?:router, )?\"(?<path>/[^\"]*)\"(?!.*redirect)")
                .matcher(Files.readString(SOURCE));
        while (matcher.find()) {
            routes.add(matcher.group("method").toUpperCase(Locale.ROOT) + " " + matcher.group("path"));
        }
        assertTrue(routes.size() >= 9, "the source is still read: " + routes);
        Set<String> documented = operations();
        documented.removeIf(operation -> operation.endsWith(".js"));
        assertEquals(routes, documented);
    }

    @Test
    void answersAsItSays() throws SQLException {
        try (TestLethe lethe = TestLethe.start(TestClock.now());
                TestLethe strict = lethe.another(
                        "--proxies=127.0.0.1",
                        "--limits.hold=500 ms",
                        "--limits.grants-per-network=1/min, 500/day",
                        "--limits.beacons-per-visitor=1/min")) {
            consent(lethe);
            beacons(lethe);
            privacy(lethe);
            files(lethe);
            limits(lethe, strict);
            methods(lethe);
        }
        Set<String> documented = new TreeSet<>();
        for (String operation : operations()) {
            operationOf(operation)
                    .getJsonObject("responses")
                    .fieldNames()
                    .forEach(status -> documented.add(operation + " " + status));
        }
        documented.removeIf(answer -> answer.matches(UNSEEN));
        assertEquals(documented, seen);
    }

    private void consent(TestLethe lethe) {
        Visitor visitor = lethe.visitor();
        check("GET /api/consent", visitor.lookUp());
        check("GET /api/consent", visitor.send("GET", "/api/consent?site=nobody", null, null));
        check("POST /api/consent", choose(visitor, CONSENT.formatted("banner", "")));
        check("GET /api/consent", visitor.lookUp());
        check("POST /api/consent", choose(visitor, CONSENT.formatted("banner", ",\"more\":1")));
        check(
                "POST /api/consent",
                choose(visitor, CONSENT.formatted("banner", "").replace("example", "other")));
        check(
                "POST /api/consent",
                choose(visitor, CONSENT.formatted("banner", "").replace(":1", ":2")));
        check("POST /api/consent", choose(visitor, " ".repeat(3_000)));
        check("POST /api/consent", visitor.refuse());
        check("GET /api/consent", visitor.lookUp());
        Visitor foreign = lethe.visitor().header("Origin", "https://elsewhere.example");
        check("GET /api/consent", foreign.lookUp());
        check("POST /api/consent", foreign.grant());
        check("OPTIONS /api/consent", visitor.send("OPTIONS", "/api/consent", null, null));
        check("OPTIONS /api/consent", foreign.send("OPTIONS", "/api/consent", null, null));
    }

    private static HttpResponse<String> choose(Visitor visitor, String body) {
        return visitor.send("POST", "/api/consent", body, "application/json");
    }

    private void beacons(TestLethe lethe) {
        Visitor visitor = lethe.visitor();
        check("POST /api/beacon", visitor.view("/"));
        visitor.grant();
        String start = "{\"id\":\"%s\",\"url\":\"https://www.example.test/\",\"type\":";
        for (String rest : List.of(
                "\"pageview\",\"screen\":\"lg\",\"language\":\"fr-CH\",\"referrer\":\"https://www.google.com/\"",
                "\"click\",\"name\":\"newsletter\"",
                "\"click\",\"target\":\"https://elsewhere.example/guide.pdf\"",
                "\"engagement\",\"seconds\":12,\"scroll\":80",
                "\"vital\",\"metric\":\"CLS\",\"value\":0.03",
                "\"problem\",\"kind\":\"not_found\"")) {
            String id = visitor.pageview("/").substring(7, 29);
            String beacon = start.formatted(id) + rest + "}";
            assertEquals(List.of(), errors("Beacons", new JsonObject(beacon)), beacon);
            assertEquals(Optional.of("stored"), Visitor.outcome(check("POST /api/beacon", visitor.beacon(beacon))));
            String wrong = beacon.replace("}", ",\"more\":1}");
            assertTrue(!errors("Beacons", new JsonObject(wrong)).isEmpty(), "the control: " + wrong);
            assertEquals(400, check("POST /api/beacon", visitor.beacon(wrong)).statusCode());
        }
        check("POST /api/beacon", visitor.beacon("[" + visitor.pageview("/a") + "," + visitor.pageview("/b") + "]"));
        check("POST /api/beacon", visitor.beacon(" ".repeat(20_000)));
        check("POST /api/beacon", visitor.send("POST", "/api/beacon", visitor.pageview("/"), "text/html"));
        check("OPTIONS /api/beacon", visitor.send("OPTIONS", "/api/beacon", null, null));
    }

    private void privacy(TestLethe lethe) {
        Visitor visitor = lethe.visitor();
        for (String page : List.of("/privacy", "/privacy/notice")) {
            check("GET " + page, visitor.send("GET", page + "?site=example.test&lang=fr", null, null));
            check("GET " + page, visitor.send("GET", page + "?site=nobody", null, null));
        }
        for (String path : List.of("/privacy/opt-out", "/privacy/withdraw")) {
            check("POST " + path, visitor.form(path, "site=example.test"));
            check("POST " + path, visitor.form(path, "site=nobody"));
            check("POST " + path, visitor.form(path, "x".repeat(5_000)));
            check("POST " + path, visitor.send("POST", path, "site", "text/plain"));
            check(
                    "POST " + path,
                    lethe.visitor()
                            .header("Origin", "https://elsewhere.example")
                            .form(path, "site=example.test"));
            check(
                    "POST " + path,
                    lethe.visitor().header("Accept", "application/json").form(path, "site=example.test&erase=false"));
        }
        rights(lethe);
        HttpResponse<String> objected = check("POST /api/consent", choose(visitor, CONSENT.formatted("cmp", "")));
        assertEquals(409, objected.statusCode());
    }

    private void rights(TestLethe lethe) {
        for (String site : List.of("example.test", "nobody")) {
            check("GET /privacy/facts.json", lethe.send("GET", "/privacy/facts.json?site=" + site, null));
            check("GET /privacy/data", lethe.send("GET", "/privacy/data?site=" + site, null));
        }
        check("GET /privacy/data", lethe.send("GET", "/privacy/data?site=example.test&format=csv", null));
        check("GET /privacy/data", lethe.send("GET", "/privacy/data?site=example.test&format=xml", null));
        check(
                "GET /privacy/data",
                lethe.send("GET", "/privacy/data?site=example.test", null, "Sec-Fetch-Dest", "empty"));
        for (String right : RIGHTS) {
            String path = "/privacy/" + right;
            Visitor visitor = lethe.visitor();
            visitor.grant();
            String view = visitor.pageview("/");
            visitor.beacon(view);
            String form = "site=example.test&id=" + view.substring(7, 29);
            check("POST " + path, lethe.visitor().form(path, form));
            check("POST " + path, visitor.header("Accept", "application/json").form(path, form));
            check("POST " + path, visitor.form(path, "site=nobody"));
            check("POST " + path, visitor.form(path, "x".repeat(5_000)));
            check("POST " + path, visitor.send("POST", path, "site", "text/plain"));
            check(
                    "POST " + path,
                    lethe.visitor()
                            .header("Origin", "https://elsewhere.example")
                            .form(path, form));
        }
    }

    private void files(TestLethe lethe) {
        for (String path :
                List.of("/lethe.js", "/lethe-banner.js", "/lethe-vitals.js", "/openapi.yaml", "/privacy/page.css")) {
            HttpResponse<String> whole = check("GET " + path, lethe.send("GET", path, null));
            String etag = whole.headers().firstValue("etag").orElseThrow();
            check("GET " + path, lethe.send("GET", path, null, "If-None-Match", etag));
        }
        String pinned = "GET /{script}.{hash}.js";
        String tag = lethe.send("GET", "/lethe.js", null)
                .headers()
                .firstValue("etag")
                .orElseThrow();
        // The entity tag is the first 32 digits of the same SHA-256 that the name holds 16 of.
        String path = "/lethe." + tag.substring(1, 17) + ".js";
        check(pinned, lethe.send("GET", path, null));
        check(pinned, lethe.send("GET", path, null, "If-None-Match", tag));
        check(pinned, lethe.send("GET", "/lethe.0123456789abcdef.js", null));
    }

    private void limits(TestLethe lethe, TestLethe strict) throws SQLException {
        Visitor many = strict.visitor().header("X-Forwarded-For", "192.0.2.2");
        for (int i = 0; i < 60; i++) {
            many.form("/privacy/erase", "site=example.test");
        }
        for (String right : RIGHTS) {
            assertEquals(
                    429,
                    check(
                                    "POST /privacy/" + right,
                                    many.form("/privacy/" + right, "site=example.test&id=" + "A".repeat(22)))
                            .statusCode());
        }
        check("GET /privacy/data", many.send("GET", "/privacy/data?site=example.test", null, null));
        Visitor visitor = strict.visitor().header("X-Forwarded-For", "192.0.2.1");
        visitor.grant();
        assertEquals(429, check("POST /api/consent", visitor.grant()).statusCode());
        try (Connection connection = lethe.database().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table raw.event in access exclusive mode");
            assertEquals(503, check("POST /api/beacon", visitor.view("/")).statusCode());
            connection.rollback();
        }
        assertEquals(429, check("POST /api/beacon", visitor.view("/")).statusCode());
    }

    /** What is not documented is not allowed, and {@code Allow} says what is. */
    private void methods(TestLethe lethe) {
        for (String path : API.getJsonObject("paths").fieldNames()) {
            if (path.endsWith(".js")) {
                continue;
            }
            Set<String> documented = new TreeSet<>();
            for (String operation : operations()) {
                if (operation.endsWith(" " + path)) {
                    documented.add(operation.split(" ")[0]);
                }
            }
            if (documented.contains("GET")) {
                documented.add("HEAD");
            }
            HttpResponse<String> refused = lethe.send("DELETE", path, null);
            assertEquals(405, refused.statusCode(), path);
            assertEquals(List.of(), errors("Problem", new JsonObject(refused.body())), path);
            assertEquals(
                    documented,
                    new TreeSet<>(List.of(
                            refused.headers().firstValue("allow").orElse("").split(", "))),
                    path);
        }
    }

    private static Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        JsonObject paths = API.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : paths.getJsonObject(path).fieldNames()) {
                operations.add(method.toUpperCase(Locale.ROOT) + " " + path);
            }
        }
        return operations;
    }

    private static JsonObject operationOf(String operation) {
        String[] words = operation.split(" ");
        return API.getJsonObject("paths").getJsonObject(words[1]).getJsonObject(words[0].toLowerCase(Locale.ROOT));
    }

    /** Notes an answer, and fails unless it is documented: status, headers, type and body. */
    private HttpResponse<String> check(String operation, HttpResponse<String> answer) {
        String status = Integer.toString(answer.statusCode());
        JsonObject responses = operationOf(operation).getJsonObject("responses");
        if (!responses.containsKey(status)) {
            fail(operation + " answered " + status + ", which is not documented: " + answer.body());
        }
        JsonObject documented = resolved(responses.getJsonObject(status));
        JsonObject headers = documented.getJsonObject("headers", new JsonObject());
        for (String name : headers.fieldNames()) {
            JsonObject header = resolved(headers.getJsonObject(name));
            Optional<String> value = answer.headers().firstValue(name);
            if (header.getBoolean("required", false)) {
                assertTrue(value.isPresent(), operation + " " + status + " without " + name);
            }
            value.ifPresent(text -> assertEquals(
                    List.of(), errors(header.getJsonObject("schema"), text), operation + " " + status + " " + name));
        }
        JsonObject content = documented.getJsonObject("content", new JsonObject());
        if (content.isEmpty()) {
            assertEquals("", answer.body(), operation + " " + status);
        } else {
            String type =
                    answer.headers().firstValue("content-type").orElse("none").split(";")[0];
            assertTrue(content.containsKey(type), operation + " " + status + " is " + type);
            Object body = type.endsWith("json") ? new JsonObject(answer.body()) : answer.body();
            assertEquals(
                    List.of(),
                    errors(content.getJsonObject(type).getJsonObject("schema"), body),
                    () -> operation + " " + status + ": " + answer.body());
        }
        seen.add(operation + " " + status);
        return answer;
    }

    private static JsonObject resolved(JsonObject object) {
        String reference = object.getString("$ref");
        if (reference == null) {
            return object;
        }
        JsonObject found = API;
        for (String step : reference.substring(2).split("/")) {
            found = found.getJsonObject(step);
        }
        return found;
    }

    private static List<String> errors(String schema, Object value) {
        return errors(new JsonObject().put("$ref", "#/components/schemas/" + schema), value);
    }

    private static List<String> errors(JsonObject schema, Object value) {
        // A copy: the validator notes absolute addresses in what it is given.
        JsonObject whole =
                schema.copy().put("components", API.getJsonObject("components").copy());
        OutputUnit result = Validator.create(
                        JsonSchema.of(whole),
                        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://lethe.example/"))
                .validate(value);
        if (Boolean.TRUE.equals(result.getValid())) {
            return List.of();
        }
        List<OutputUnit> errors = result.getErrors() == null ? new ArrayList<>() : result.getErrors();
        return errors.isEmpty()
                ? List.of("not valid")
                : errors.stream()
                        .map(error -> error.getInstanceLocation() + ": " + error.getError())
                        .collect(Collectors.toList());
    }

    @Test
    void examplesOfTheDocumentationAreValid() throws IOException {
        Matcher example = Pattern.compile("(?s)```json\\n(.*?)```").matcher(Files.readString(Path.of("docs/api.md")));
        Set<String> kinds = new TreeSet<>();
        while (example.find()) {
            JsonObject json = new JsonObject(example.group(1));
            String kind = json.containsKey("type")
                    ? "Beacon"
                    : json.containsKey("method")
                            ? "ConsentRequest"
                            : json.containsKey("decided_on") ? "Decision" : "Choice";
            assertEquals(List.of(), errors(kind, json), example.group(1));
            kinds.add(kind);
        }
        assertEquals(Set.of("Beacon", "Choice", "ConsentRequest", "Decision"), kinds);
    }

    @Test
    void refersOnlyToWhatIsThere() {
        Set<String> missing = new TreeSet<>();
        collect(API, missing);
        assertEquals(Set.of(), missing);
    }

    private static void collect(Object node, Set<String> missing) {
        if (node instanceof JsonObject object) {
            String reference = object.getValue("$ref") instanceof String text ? text : null;
            if (reference != null && resolved(object) == null) {
                missing.add(reference);
            }
            object.forEach(entry -> collect(entry.getValue(), missing));
        } else if (node instanceof JsonArray array) {
            array.forEach(entry -> collect(entry, missing));
        }
    }
}
