package dev.lethe.attack;

import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/** Puts one hostile text wherever somebody outside can put one. For one thread. */
final class Hostile {
    private final TestLethe lethe;
    private final Random random;

    Hostile(TestLethe lethe, Random random) {
        this.lethe = lethe;
        this.random = random;
    }

    /** A consenting browser, whose cookies the fields need to be looked at at all. */
    Visitor consenting() {
        Visitor visitor = lethe.visitor();
        if (visitor.grant().statusCode() != 200) {
            throw new IllegalStateException("no consent");
        }
        return visitor;
    }

    /**
     * Sends {@code text}, as JSON escapes where that is the only way, in every field of every request; {@code answered} gets the name of
     * the place and the answer.
     */
    void everywhere(Visitor visitor, String text, BiConsumer<String, HttpResponse<String>> answered) {
        String json = json(text);
        String id = TestLethe.id(random);
        String page = "\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s/x\"".formatted(id, TestLethe.ORIGIN);
        String click = page.replace("pageview", "click").replace(id, TestLethe.id(random));
        List<String> beacons = new ArrayList<>(List.of(
                "{" + page.replace("/x\"", "/x/" + json + "\"") + "}",
                "{" + page.replace("/x\"", "/x?utm_source=" + json + "&utm_campaign=" + json + "#" + json + "\"") + "}",
                "{" + page.replace(id, json) + "}",
                "{" + page.replace("\"pageview\"", "\"" + json + "\"") + "}",
                "{" + page.replace("https://", "https://" + json + "@") + "}",
                "{" + page + ",\"" + json + "\":1}",
                "{" + click + "}",
                "[{" + page + "},\"" + json + "\"]",
                "\"" + json + "\"",
                json));
        for (String field : List.of("site", "referrer", "screen", "language", "title")) {
            beacons.add("{" + page.replace(id, TestLethe.id(random)) + ",\"" + field + "\":\"" + json + "\"}");
        }
        beacons.add("{" + page.replace(id, TestLethe.id(random)) + ",\"referrer\":\"https://" + json + ".example/\"}");
        for (String field : List.of("name", "target")) {
            beacons.add("{" + click.replaceFirst("\"id\":\"[^\"]*\"", "\"id\":\"" + TestLethe.id(random) + "\"") + ",\""
                    + field + "\":\"" + json + "\"}");
        }
        beacons.add("{" + click + ",\"target\":\"https://files.example/" + json + ".pdf\"}");
        for (String field : List.of("metric", "value", "kind", "seconds", "scroll")) {
            beacons.add("{" + page.replace("pageview", "vital") + ",\"" + field + "\":\"" + json + "\"}");
        }
        for (int i = 0; i < beacons.size(); i++) {
            answered.accept("beacon " + i, visitor.beacon(beacons.get(i)));
        }
        for (String field : List.of("site", "choice", "notice", "method", "at", "script", "erase", json)) {
            answered.accept(
                    "consent " + field,
                    visitor.send("POST", "/api/consent", "{\"" + field + "\":\"" + json + "\"}", "application/json"));
            answered.accept("consent and " + field, visitor.choose("granted", ",\"" + field + "\":\"" + json + "\""));
        }
        // A longer line is refused as such, before anybody looks at it.
        String query = java.net.URLEncoder.encode(
                text.substring(0, Math.min(text.length(), 200)), java.nio.charset.StandardCharsets.UTF_8);
        for (String place : List.of(
                "/api/consent?site=",
                "/privacy?lang=",
                "/privacy?site=" + TestLethe.SITE + "&lang=",
                "/privacy?done=",
                "/privacy/notice?site=",
                "/privacy/",
                "/lethe.",
                "/demo/",
                "/")) {
            answered.accept(place, visitor.send("GET", place + query, null, null));
        }
        answered.accept("beacon's site", visitor.send("POST", "/api/beacon?site=" + query, "{}", "text/plain"));
        for (String path : List.of("/privacy/opt-out", "/privacy/withdraw")) {
            Visitor stranger = lethe.visitor();
            for (String form :
                    List.of("site=" + query, query + "=" + query, "site=" + TestLethe.SITE + "&lang=" + query)) {
                answered.accept(path + " form", stranger.form(path, form));
            }
            answered.accept(
                    path + " JSON",
                    stranger.send(
                            "POST", path, "{\"site\":\"" + json + "\",\"x\":\"" + json + "\"}", "application/json"));
        }
    }

    /** Every character that JSON does not take as it is, and every one outside ASCII, as an escape. */
    static String json(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append((char) c);
            } else if (c < 0x20 || c > 0x7e) {
                escaped.append(String.format("\\u%04x", c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
