package dev.lethe.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.http.StaticFile;
import dev.lethe.routes.ConsoleData.SiteStatistics;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SitePageTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @Test
    void isTheSameForEveryoneWhoLooksAtOnce() {
        SitePage page =
                new SitePage("<!--main-->", new JsonObject(StaticFile.textOf(SitePage.class, "console/texts.en.json")));
        SiteStatistics statistics = new SampleConsoleData(Clock.fixed(NOW, ZoneOffset.UTC), false)
                .statistics("demo", 90)
                .await()
                .orElseThrow();
        String alone = page.render(statistics, 90, NOW);
        Set<String> together = IntStream.range(0, 400)
                .parallel()
                .mapToObj(reader -> page.render(statistics, 90, NOW))
                .collect(Collectors.toSet());
        assertEquals(Set.of(alone), together);
    }
}
