package dev.lethe;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A browser as the server sees it: keeps the cookies it is given, sends them back, and may send refusal signals. Not thread-safe. */
public final class Visitor {
    private final String site;
    private final String origin;
    private final Random random = new Random();
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private TestLethe node;

    Visitor(TestLethe node, String site, String origin) {
        this.node = node;
        this.site = site;
        this.origin = origin;
        headers.put("Origin", origin);
        headers.put("User-Agent", TestLethe.AGENT);
    }

    /** From now on through another node. */
    public Visitor through(TestLethe other) {
        node = other;
        return this;
    }

    /** Sends this header with everything from now on; null ends it. */
    public Visitor header(String name, String value) {
        if (value == null) {
            headers.remove(name);
        } else {
            headers.put(name, value);
        }
        return this;
    }

    public Map<String, String> cookies() {
        return cookies;
    }

    public HttpResponse<String> grant() {
        return choose("granted", "");
    }

    public HttpResponse<String> refuse() {
        return choose("refused", "");
    }

    /** {@code more} is further JSON such as {@code ,"at":"…"}. */
    public HttpResponse<String> choose(String choice, String more) {
        return send(
                "POST",
                "/api/consent",
                "{\"site\":\"%s\",\"choice\":\"%s\",\"notice\":1,\"method\":\"banner\"%s}"
                        .formatted(site, choice, more),
                "application/json");
    }

    public HttpResponse<String> lookUp() {
        return send("GET", "/api/consent?site=" + site, null, null);
    }

    public HttpResponse<String> view(String path) {
        return beacon(pageview(path));
    }

    public String pageview(String path) {
        return "{\"id\":\"%s\",\"type\":\"pageview\",\"url\":\"%s%s\",\"screen\":\"lg\",\"language\":\"fr\"}"
                .formatted(TestLethe.id(random), origin, path);
    }

    public HttpResponse<String> beacon(String json) {
        return send("POST", "/api/beacon?site=" + site, json, "text/plain");
    }

    public HttpResponse<String> form(String path, String form) {
        return send("POST", path, form, "application/x-www-form-urlencoded");
    }

    public HttpResponse<String> send(String method, String path, String body, String contentType) {
        List<String> sent = new ArrayList<>();
        headers.forEach((name, value) -> sent.addAll(List.of(name, value)));
        if (contentType != null) {
            sent.addAll(List.of("Content-Type", contentType));
        }
        if (!cookies.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            cookies.forEach((name, value) -> pairs.add(name + "=" + value));
            sent.addAll(List.of("Cookie", String.join("; ", pairs)));
        }
        HttpResponse<String> answer = node.send(method, path, body, sent.toArray(String[]::new));
        answer.headers().allValues("set-cookie").forEach(this::keep);
        return answer;
    }

    private void keep(String setCookie) {
        String[] pair = setCookie.split(";", 2)[0].split("=", 2);
        if (setCookie.contains("Max-Age=0")) {
            cookies.remove(pair[0]);
        } else {
            cookies.put(pair[0], pair[1]);
        }
    }

    /** {@code stored}, or {@code dropped; reason=…}. */
    public static Optional<String> outcome(HttpResponse<String> answer) {
        return answer.headers().firstValue("Lethe-Outcome");
    }
}
