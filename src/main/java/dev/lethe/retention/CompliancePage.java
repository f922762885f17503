package dev.lethe.retention;

import static dev.lethe.http.Html.escape;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report as one HTML page for reading and printing, which carries the signed document itself. Used once, by one thread. */
public final class CompliancePage {
    private static final String STYLE = """
        :root { color-scheme: light; }
        body { font: 15px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; margin-bottom: .2rem; }
        h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid #1c1c1c; }
        table { border-collapse: collapse; width: 100%; table-layout: fixed; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid #c9c9c9; overflow-wrap: anywhere; }
        th { font-weight: 600; }
        table.numbered th:first-child, table.numbered td:first-child { width: 3.5rem; }
        table.named th:first-child, table.named td:first-child { width: 26%; }
        td:first-child { font-weight: 600; }
        code { font: .86em ui-monospace, monospace; }
        .small { color: #4a4a4a; font-size: .9rem; overflow-wrap: anywhere; }
        @media screen and (max-width: 40rem) {
          /* Columns of a telephone's width hold one word: one cell below the other. */
          table, tbody, tr, td { display: block; }
          table.numbered td:first-child, table.named td:first-child { width: auto; }
          thead { display: none; }
          tr { border-bottom: 1px solid #c9c9c9; padding: .4rem 0; }
          td { border: 0; padding: .1rem 0; }
        }
        @media print {
          body { font-size: 9.5pt; margin: 0; max-width: none; padding: 0; }
          h2 { break-after: avoid; }
          tr { break-inside: avoid; }
          thead { display: table-header-group; }
          @page { size: A4; margin: 16mm; }
        }
        """;

    private final ComplianceReport report;
    private final JsonObject document;
    private final String language;
    private final ComplianceTexts texts;
    private final StringBuilder html = new StringBuilder();

    private CompliancePage(ComplianceReport report, String language) {
        this.report = report;
        this.document = report.document();
        this.language = language;
        this.texts = new ComplianceTexts(language);
    }

    /** The same report in the same language gives the same page, so that a page can be compared with what it carries. */
    public static String of(ComplianceReport report, String language) {
        return new CompliancePage(report, language).build();
    }

    private String build() {
        Map<String, String> made =
                Map.of("at", document.getString("at", ""), "version", document.getString("version", ""));
        html.append("<!doctype html>\n<html lang=\"")
                .append(language)
                .append("\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escape(texts.text("title")))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append(escape(texts.text("title")))
                .append("</h1>\n<p>")
                .append(escape(texts.text("made", made)))
                .append("</p>\n<p class=\"small\">")
                .append(escape(texts.text("signature")))
                .append(" <code>")
                .append(escape(report.publicKey()))
                .append("</code>. ")
                .append(escape(texts.text("verify")))
                .append("</p>\n");
        promises();
        rows("processing", "processing");
        rows("assessment", "impact_assessment");
        table(
                "consents",
                List.of("site", "version", "hash", "choice", "number"),
                List.of("site", "version", "sha256", "choice", "number"));
        table("scripts", List.of("hash", "first", "last"), List.of("sha256", "from", "to"));
        statistics();
        table("requests", List.of("kind", "choice", "number"), List.of("kind", "status", "number"));
        table("roles", List.of("role", "rights"), List.of("role", "may"));
        table("settings", List.of("value", "from"), List.of("key", "value", "from"));
        ledger();
        return html.append("</main>\n")
                .append(report.embedded())
                .append("\n</body>\n</html>\n")
                .toString();
    }

    private void promises() {
        section("promises", "numbered");
        head(List.of("#", texts.text("column.promise"), texts.text("column.evidence"), texts.text("column.proof")));
        for (JsonObject promise : objects(document.getJsonArray("promises", new JsonArray()))) {
            row(List.of(
                    promise.getString("number", ""),
                    texts.text("promise." + promise.getString("number", "")),
                    promise.getJsonObject("evidence", new JsonObject()).getString(language, ""),
                    words(promise.getJsonArray("proved_by", new JsonArray()))));
        }
        html.append("</tbody>\n</table>\n");
    }

    /** Named paragraphs in the page's language. */
    private void rows(String name, String field) {
        section(name, "named");
        html.append("<tbody>\n");
        for (JsonObject each :
                objects(document.getJsonObject(field, new JsonObject()).getJsonArray(language, new JsonArray()))) {
            row(List.of(each.getString("name", ""), each.getString("text", "")));
        }
        html.append("</tbody>\n</table>\n");
    }

    private void table(String name, List<String> columns, List<String> fields) {
        section(name, "named");
        List<String> heads = new ArrayList<>();
        if (columns.size() < fields.size()) {
            heads.add("");
        }
        columns.forEach(column -> heads.add(texts.text("column." + column)));
        head(heads);
        for (JsonObject each : objects(document.getJsonArray(name, new JsonArray()))) {
            row(fields.stream().map(field -> text(each.getValue(field))).toList());
        }
        html.append("</tbody>\n</table>\n");
    }

    private void statistics() {
        section("statistics", "named");
        head(List.of(texts.text("column.site"), texts.text("column.value")));
        for (JsonObject each : objects(document.getJsonArray("statistics", new JsonArray()))) {
            List<String> values = new ArrayList<>();
            each.forEach(value -> {
                if (!value.getKey().equals("site")) {
                    values.add(value.getKey() + " " + text(value.getValue()));
                }
            });
            row(List.of(each.getString("site", ""), String.join(" · ", values)));
        }
        html.append("</tbody>\n</table>\n");
    }

    private void ledger() {
        section("ledger", "numbered");
        head(List.of("#", texts.text("column.day"), texts.text("column.kind"), texts.text("column.hash")));
        for (JsonObject entry :
                objects(document.getJsonObject("ledger", new JsonObject()).getJsonArray("entries", new JsonArray()))) {
            row(List.of(
                    text(entry.getValue("seq")),
                    entry.getString("at", ""),
                    entry.getString("kind", "") + " " + entry.getString("detail", ""),
                    entry.getString("hash", "")));
        }
        html.append("</tbody>\n</table>\n");
    }

    /** @param kind the class of the table: whether its rows begin with a number or with words */
    private void section(String name, String kind) {
        html.append("<h2>")
                .append(escape(texts.text("section." + name)))
                .append("</h2>\n<table class=\"")
                .append(kind)
                .append("\">\n");
    }

    private void head(List<String> cells) {
        html.append("<thead><tr>");
        cells.forEach(
                cell -> html.append("<th scope=\"col\">").append(escape(cell)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
    }

    private void row(List<String> cells) {
        html.append("<tr>");
        cells.forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
        html.append("</tr>\n");
    }

    private static List<JsonObject> objects(JsonArray array) {
        List<JsonObject> objects = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            objects.add(array.getJsonObject(i));
        }
        return objects;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case JsonArray array -> words(array);
            default -> value.toString();
        };
    }

    private static String words(JsonArray array) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(String.valueOf(word)));
        return String.join(", ", words);
    }
}
