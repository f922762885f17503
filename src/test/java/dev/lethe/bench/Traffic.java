package dev.lethe.bench;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The requests of consenting visitors as a browser sends them, headers included: visits of four pages, with engagement on two of them,
 * a vital and a click that leaves the site. The same for every run.
 */
final class Traffic {
    static final String SITE = "bench.example";
    static final String ORIGIN = "https://www.bench.example";

    static final String AGENT =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
                    + " Safari/537.36";

    private static final List<String> AGENTS = List.of(
            AGENT,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4"
                    + " Safari/605.1.15",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " Version/18.4 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"
                    + " Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0");

    static final int BEACONS_OF_A_VISIT = 8;
    static final int BEACONS_OF_A_BATCH = 50;

    private final List<String> cookies;

    Traffic(List<String> cookies) {
        this.cookies = List.copyOf(cookies);
    }

    /** One beacon a request. */
    List<Template> singles(InetSocketAddress to) {
        List<Template> templates = new ArrayList<>();
        Random random = new Random(1);
        for (int visitor = 0; visitor < cookies.size(); visitor++) {
            for (int number = 0; number < BEACONS_OF_A_VISIT; number++) {
                templates.add(request(to, visitor, beacon(number, random)));
            }
        }
        return templates;
    }

    /** Fifty beacons a request, all of one visitor, as a tracker sends what it could not send before. */
    List<Template> batches(InetSocketAddress to) {
        List<Template> templates = new ArrayList<>();
        Random random = new Random(2);
        for (int visitor = 0; visitor < cookies.size(); visitor += 5) {
            List<String> beacons = new ArrayList<>();
            for (int number = 0; number < BEACONS_OF_A_BATCH; number++) {
                beacons.add(beacon(number % BEACONS_OF_A_VISIT, random));
            }
            templates.add(request(to, visitor, "[" + String.join(",", beacons) + "]"));
        }
        return templates;
    }

    private Template request(InetSocketAddress to, int visitor, String body) {
        return new Template("""
            POST /api/beacon?site=%s HTTP/1.1\r
            Host: %s:%d\r
            Connection: keep-alive\r
            Content-Length: %d\r
            User-Agent: %s\r
            Content-Type: text/plain;charset=UTF-8\r
            Accept: */*\r
            Origin: %s\r
            Sec-Fetch-Site: same-site\r
            Sec-Fetch-Mode: cors\r
            Sec-Fetch-Dest: empty\r
            Referer: %s/\r
            Accept-Encoding: gzip, deflate, br\r
            Accept-Language: fr-FR,fr;q=0.9,en;q=0.8\r
            Cookie: %s\r
            \r
            %s\
            """.formatted(
                        SITE,
                        to.getHostString(),
                        to.getPort(),
                        body.getBytes(StandardCharsets.US_ASCII).length,
                        AGENTS.get(visitor % AGENTS.size()),
                        ORIGIN,
                        ORIGIN,
                        cookies.get(visitor),
                        body));
    }

    private static String beacon(int number, Random random) {
        String url = ORIGIN + page(random);
        return switch (number) {
            case 0 ->
                beacon(
                        "pageview",
                        url
                                + (random.nextInt(5) == 0
                                        ? "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn"
                                        : ""),
                        ",\"referrer\":\"https://www.google.com/\"");
            case 2, 4, 6 -> beacon("pageview", url, ",\"referrer\":\"" + ORIGIN + page(random) + "\"");
            case 5 -> beacon("vital", url, ",\"metric\":\"LCP\",\"value\":" + (400 + random.nextInt(4_000)));
            case 7 -> beacon("click", url, ",\"target\":\"https://github.com/\"");
            default ->
                beacon("engagement", url, ",\"seconds\":" + random.nextInt(300) + ",\"scroll\":" + random.nextInt(101));
        };
    }

    private static String page(Random random) {
        return "/docs/section-" + random.nextInt(40) + "/page-" + random.nextInt(100);
    }

    private static String beacon(String type, String url, String more) {
        return "{\"id\":\"" + Template.ID + "\",\"type\":\"" + type + "\",\"url\":\"" + url
                + "\",\"screen\":\"lg\",\"language\":\"fr-FR\"" + more + "}";
    }
}
