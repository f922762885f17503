package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The body of a choice: which field is named when one is wrong. */
class ConsentRequestTest {
    private static final String GOOD =
            "{\"site\":\"example.com\",\"choice\":\"granted\",\"notice\":1,\"method\":\"cmp\"}";
    private static final byte[] HASH = HexFormat.of().parseHex("00ff".repeat(16));

    private record Row(String name, String body, String field) {}

    private static String with(String more) {
        return GOOD.replace("}", "," + more + "}");
    }

    private static final List<Row> ROWS = List.of(
            new Row("nothing", "", ""),
            new Row("text", "granted", ""),
            new Row("an array", "[" + GOOD + "]", ""),
            new Row("something after it", GOOD + "1", ""),
            new Row("not closed", GOOD.substring(0, GOOD.length() - 1), ""),
            new Row("an unknown field", with("\"visitor\":\"me\""), ""),
            new Row("a doubled field", with("\"notice\":1"), ""),
            new Row("no site", GOOD.replace("\"site\":\"example.com\",", ""), "site"),
            new Row("a site in capitals", GOOD.replace("example", "Example"), "site"),
            new Row("a site that is none", GOOD.replace("example.com", "../etc"), "site"),
            new Row("a number as site", GOOD.replace("\"example.com\"", "1"), "site"),
            new Row("no choice", GOOD.replace("\"choice\":\"granted\",", ""), "choice"),
            new Row("another choice", GOOD.replace("granted", "maybe"), "choice"),
            new Row("true as choice", GOOD.replace("\"granted\"", "true"), "choice"),
            new Row("no notice", GOOD.replace("\"notice\":1,", ""), "notice"),
            new Row("a notice in letters", GOOD.replace(":1", ":\"1\""), "notice"),
            new Row("half a notice", GOOD.replace(":1", ":1.5"), "notice"),
            new Row("a huge notice", GOOD.replace(":1", ":99999999999"), "notice"),
            new Row("no method", GOOD.replace(",\"method\":\"cmp\"", ""), "method"),
            new Row("another method", GOOD.replace("cmp", "letter"), "method"),
            new Row("the page's method", GOOD.replace("cmp", "page"), "method"),
            new Row("no time", with("\"at\":\"yesterday\""), "at"),
            new Row("a day only", with("\"at\":\"2026-11-23\""), "at"),
            new Row("a number as time", with("\"at\":1763892930"), "at"),
            new Row("no hash", with("\"script\":\"abc\""), "script"),
            new Row("another hash", with("\"script\":\"" + "0".repeat(40) + "\""), "script"),
            new Row("letters in a hash", with("\"script\":\"" + "g".repeat(64) + "\""), "script"),
            new Row("erase in letters", with("\"erase\":\"false\""), "erase"),
            new Row("a list for a field", with("\"at\":[]"), "at"),
            new Row("a deep list", with("\"at\":[[[[]]]]"), "at"));

    @TestFactory
    Stream<DynamicTest> namesTheFieldThatIsWrong() {
        return ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    var problem = assertThrows(ConsentRequest.Invalid.class, () -> parse(row.body()))
                            .problem();
                    assertEquals(400, problem.status());
                    assertEquals(Optional.of(row.field()), problem.field());
                }));
    }

    @Test
    void readsAChoice() throws ConsentRequest.Invalid {
        ConsentRequest least = parse(GOOD);
        assertEquals("example.com", least.site().value());
        assertTrue(least.granted());
        assertEquals(1, least.notice());
        assertEquals(Receipts.Method.CMP, least.method());
        assertEquals(Optional.empty(), least.at());
        assertTrue(least.scriptSha256().isEmpty());
        assertTrue(least.erase(), "a withdrawal erases unless it says otherwise");
        ConsentRequest most = parse(with("\"at\":\"2026-11-23T10:15:30.5Z\",\"erase\":false"));
        assertEquals(Optional.of(Instant.parse("2026-11-23T10:15:30.5Z")), most.at());
        assertFalse(most.erase());
    }

    @Test
    void takesTheScriptsHashInThreeSpellings() throws ConsentRequest.Invalid {
        String base64 = Base64.getEncoder().encodeToString(HASH);
        for (String spelling : List.of(HexFormat.of().formatHex(HASH), base64, "sha256-" + base64)) {
            assertArrayEquals(
                    HASH,
                    parse(with("\"script\":\"" + spelling + "\""))
                            .scriptSha256()
                            .orElseThrow());
        }
    }

    private static ConsentRequest parse(String body) throws ConsentRequest.Invalid {
        return ConsentRequest.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
