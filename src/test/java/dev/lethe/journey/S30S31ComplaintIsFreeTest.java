package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S30 and S31: page, notice and copy name the authority and its address, and say that nothing costs anything. */
@Timeout(60)
class S30S31ComplaintIsFreeTest {
    @Test
    void theAuthorityAndThePriceAreNamedEverywhere() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Visitor reader = OwnData.reader(lethe, "/a");
            Map<String, String> free = Map.of("en", "ree of charge", "fr", "gratuit");
            for (String language : List.of("en", "fr")) {
                for (String path : List.of("/privacy?", "/privacy/notice?", "/privacy/data?format=json&")) {
                    String answer = reader.send("GET", path + OwnData.SITE + "&lang=" + language, null, null)
                            .body();
                    for (String told : List.of("CNIL", "3 place de Fontenoy", "cnil.fr", free.get(language))) {
                        assertTrue(answer.contains(told), language + " " + path + " " + told);
                    }
                }
            }
        }
    }
}
