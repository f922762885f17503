package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestLethe;
import dev.lethe.config.Settings;
import dev.lethe.database.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short notice: what must be said before somebody chooses, in both languages, and a fingerprint of exactly that. */
class NoticeTest {
    /** What the CNIL's recommendation of 17 September 2020 wants said first. */
    private static final List<String> FIVE_ITEMS =
            List.of("controller", "purpose", "how", "consequences", "withdrawal");

    @TempDir
    Path temp;

    private Notice notice(String... flags) {
        try (TestDatabase database = TestDatabase.fresh()) {
            Settings settings = TestLethe.settings(database, temp, temp.resolve("state"), flags);
            return Notice.from(settings);
        }
    }

    @Test
    void saysTheFiveItemsInBothLanguages() {
        Notice notice = notice("--controller.name=Rivière SARL", "--consent.validity=P5M");
        for (String language : List.of("fr", "en")) {
            for (String item : FIVE_ITEMS) {
                String sentence = notice.sentence(language, item);
                assertTrue(sentence.length() > 40, item + " " + sentence);
                assertFalse(sentence.contains("{"), sentence);
            }
            assertTrue(notice.sentence(language, "controller").contains("Rivière SARL"));
            assertTrue(notice.sentence(language, "how").contains("13"));
            assertTrue(notice.sentence(language, "withdrawal").contains("5"));
            // Refusing is as easy as accepting: neither word is longer than the other would bear on a button.
            assertTrue(notice.sentence(language, "accept").length() < 20);
            assertTrue(notice.sentence(language, "refuse").length() < 20);
        }
        for (String item : FIVE_ITEMS) {
            assertFalse(notice.sentence("fr", item).equals(notice.sentence("en", item)), item);
        }
    }

    @Test
    void theFingerprintIsOfTheTextThatIsShown() throws Exception {
        Notice notice = notice("--controller.name=Rivière SARL");
        assertArrayEquals(
                MessageDigest.getInstance("SHA-256").digest(notice.toJson().getBytes(StandardCharsets.UTF_8)),
                notice.sha256());
        JsonObject json = new JsonObject(notice.toJson());
        assertEquals(1, json.getInteger("version"));
        for (String language : List.of("fr", "en")) {
            for (String item : FIVE_ITEMS) {
                assertEquals(
                        notice.sentence(language, item),
                        json.getJsonObject(language).getString(item));
            }
        }
    }

    @Test
    void whateverIsSaidOtherwiseHasAnotherFingerprint() {
        Set<String> fingerprints = new HashSet<>();
        for (String[] flags : List.of(
                new String[] {"--controller.name=A"},
                new String[] {"--controller.name=B"},
                new String[] {"--controller.name=A", "--notice.version=2"},
                new String[] {"--controller.name=A", "--consent.validity=P3M"})) {
            assertTrue(fingerprints.add(HexFormat.of().formatHex(notice(flags).sha256())), String.join(" ", flags));
        }
        assertFalse(fingerprints.add(
                HexFormat.of().formatHex(notice("--controller.name=A").sha256())));
    }
}
