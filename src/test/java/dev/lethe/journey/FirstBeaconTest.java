package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The thin line from end to end: without consent nothing, with consent one row, after withdrawal nothing again. */
class FirstBeaconTest {
    @Test
    void storesOneRowOnceThereIsConsentAndNoneAfterwards() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor visitor = lethe.visitor();
            assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(visitor.view("/docs")));
            assertEquals(200, visitor.grant().statusCode());
            var answer = visitor.view("/docs?utm_source=letter&x=1");
            assertEquals(Optional.of("stored"), Visitor.outcome(answer), answer::body);
            assertEquals(
                    List.of("example.test|pageview|/docs|campaign|letter|Chrome|lg|fr"),
                    lethe.rows("select site, type, path, channel, utm_source, browser, screen, language from"
                            + " raw.event_named"));
            assertEquals(200, visitor.refuse().statusCode());
            assertEquals(0, lethe.count("select count(*) from raw.event"));
            assertEquals(Optional.of("dropped; reason=opted_out"), Visitor.outcome(visitor.view("/docs")));
        }
    }
}
