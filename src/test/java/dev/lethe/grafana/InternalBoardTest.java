package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.grafana.Boards.Panel;
import dev.lethe.grafana.Boards.Query;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the internal board asks of Prometheus, asked of a real one that scrapes a Lethe under a little load. */
class InternalBoardTest {
    private static final Duration EVERY = Duration.ofMillis(200);
    private static final String BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    private static TestLethe lethe;
    private static Prometheus prometheus;

    @BeforeAll
    static void load() {
        lethe = TestLethe.start(TestClock.now());
        prometheus = Prometheus.scraping(lethe.adminUrl(), EVERY);
        Visitor consenting = lethe.visitor();
        consenting.grant();
        Visitor silent = lethe.visitor();
        Visitor bot = lethe.visitor();
        bot.grant();
        bot.header("User-Agent", BOT);
        Instant until = Instant.now().plusSeconds(30);
        // Until the last second was scraped four times with all of this in it.
        do {
            consenting.view("/a");
            consenting.beacon("{\"nothing\":1}");
            silent.view("/a");
            bot.view("/a");
            assertTrue(Instant.now().isBefore(until), "Prometheus scraped nothing for 30 seconds");
        } while (prometheus
                        .at("rate(lethe_beacons_dropped_total[1s]) > 0", Instant.now())
                        .size()
                < 2);
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
        }
        lethe.close();
    }

    @Test
    void everyPanelShowsTheCollectorAtWork() {
        Instant now = Instant.now();
        List<String> faults = new ArrayList<>();
        int asked = 0;
        for (Panel panel : Boards.all().stream()
                .filter(board -> board.uid().equals("lethe-internal"))
                .findFirst()
                .orElseThrow()
                .panels()) {
            for (Query query : panel.queries()) {
                if (query.source().equals("lethe-metrics")) {
                    asked++;
                    List<JsonObject> series = prometheus.at(Macros.promQl(query.text(), Duration.ofSeconds(2)), now);
                    boolean numbers = series.stream().allMatch(each -> Double.isFinite(value(each)));
                    if (series.isEmpty() || !numbers) {
                        faults.add(query.where() + ": " + query.text() + " is " + series);
                    }
                }
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(asked >= 14, "questions to Prometheus: " + asked);
    }

    @Test
    void linesAreCalledByOutcomeAndReason() {
        assertEquals(
                Set.of("stored", "dropped", "rejected", "limited", "unavailable"),
                names("Beacons by outcome", "outcome"));
        assertTrue(names("Dropped, by reason", "reason").containsAll(Set.of("no_consent", "bot")));
    }

    /** The health check of compose.yaml, with its port. */
    @Test
    void theHealthCheckOfComposeKnowsAReadyLethe() throws IOException, InterruptedException {
        assertEquals(0, healthCheck(lethe.adminUrl()));
        assertTrue(healthCheck(lethe.publicUrl()) != 0, "the control: another listener has no such path");
    }

    private static int healthCheck(URI listener) throws IOException, InterruptedException {
        List<String> command = Boards.yaml(java.nio.file.Path.of("grafana/compose.yaml"))
                .getJsonObject("services")
                .getJsonObject("lethe")
                .getJsonObject("healthcheck")
                .getJsonArray("test")
                .stream()
                .skip(1)
                .map(word -> word.toString().replace("/8081", "/" + listener.getPort()))
                .toList();
        Process check = new ProcessBuilder(command).inheritIO().start();
        assertTrue(check.waitFor(10, TimeUnit.SECONDS));
        return check.exitValue();
    }

    private static Set<String> names(String title, String label) {
        Query query = Boards.all().stream()
                .flatMap(board -> board.panels().stream())
                .filter(panel -> panel.title().equals(title))
                .findFirst()
                .orElseThrow()
                .queries()
                .getFirst();
        assertEquals("{{" + label + "}}", query.target().getString("legendFormat"));
        Set<String> names = new HashSet<>();
        prometheus
                .at(Macros.promQl(query.text(), Duration.ofSeconds(2)), Instant.now())
                .forEach(each -> names.add(each.getJsonObject("metric").getString(label)));
        return names;
    }

    private static double value(JsonObject sample) {
        return Double.parseDouble(sample.getJsonArray("value").getString(1));
    }
}
