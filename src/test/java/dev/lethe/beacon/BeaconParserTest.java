package dev.lethe.beacon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The wire format as a table: what is taken, and which field is named when something is not. */
class BeaconParserTest {
    private static final Site SITE = new Site(
            new SiteId("example.com"),
            Set.of("https://example.com", "http://localhost:8080", "https://xn--bcher-kva.example"),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);

    private static final String ID = "\"id\":\"AAECAwQFBgcICQoLDA0ODw\"";
    private static final String URL = "\"url\":\"https://example.com/docs?x=1\"";
    private static final String TAKEN = "taken";

    /** {@code expected} is the field that the rejection names, or {@link #TAKEN}. */
    private record Row(String name, String body, String expected) {}

    private static String of(String type, String more) {
        return "{" + ID + ",\"type\":\"" + type + "\"," + URL + more + "}";
    }

    private static List<Row> rows() {
        String pageview = of("pageview", "");
        return List.of(
                new Row("a pageview", pageview, TAKEN),
                new Row(
                        "with everything",
                        of("pageview", ",\"referrer\":\"x\",\"screen\":\"lg\",\"language\":\"pt-BR\""),
                        TAKEN),
                new Row("the site repeated", of("pageview", ",\"site\":\"example.com\""), TAKEN),
                new Row("white space", " \r\n\t" + pageview.replace(",", " ,\n") + " \n", TAKEN),
                new Row("names in escapes", pageview.replace("\"type\"", "\"\\u0074ype\""), TAKEN),
                new Row("a named click", of("click", ",\"name\":\"buy\""), TAKEN),
                new Row("a click on a target", of("click", ",\"target\":\"https://x.test/\""), TAKEN),
                new Row("an engagement", of("engagement", ",\"seconds\":0,\"scroll\":100"), TAKEN),
                new Row("a long engagement", of("engagement", ",\"seconds\":3600,\"scroll\":0"), TAKEN),
                new Row("a vital", of("vital", ",\"metric\":\"LCP\",\"value\":1234.5"), TAKEN),
                new Row("a whole vital", of("vital", ",\"metric\":\"CLS\",\"value\":0"), TAKEN),
                new Row("a vital with an exponent", of("vital", ",\"metric\":\"INP\",\"value\":6e5"), TAKEN),
                new Row("a problem", of("problem", ",\"kind\":\"not_found\""), TAKEN),
                new Row("an array of one", "[" + pageview + "]", TAKEN),
                new Row("50 beacons", array(50), TAKEN),
                new Row("a port of the site", pageview.replace("https://example.com", "http://localhost:8080"), TAKEN),
                new Row("the scheme's own port", pageview.replace("example.com/", "example.com:443/"), TAKEN),
                new Row("capitals", pageview.replace("https://example.com", "HTTPS://Example.COM"), TAKEN),
                new Row("no path", pageview.replace("/docs?x=1", ""), TAKEN),
                new Row("an international host", pageview.replace("example.com", "bücher.example"), TAKEN),
                new Row("a lone surrogate in a referrer", of("pageview", ",\"referrer\":\"\\ud800\""), TAKEN),
                // No beacons at all.
                new Row("nothing", "", ""),
                new Row("white space only", "  ", ""),
                new Row("text", "hello", ""),
                new Row("a string", "\"pageview\"", ""),
                new Row("a number", "1", ""),
                new Row("null", "null", ""),
                new Row("an empty object", "{}", "type"),
                new Row("an empty array", "[]", ""),
                new Row("an array of numbers", "[1]", "[0]"),
                new Row("an array in an array", "[[" + pageview + "]]", "[0]"),
                new Row("51 beacons", array(51), "[50]"),
                new Row("a byte order mark", "\ufeff" + pageview, ""),
                new Row("two objects", pageview + pageview, ""),
                new Row("something after the end", pageview + "x", ""),
                new Row("a closing bracket too many", "[" + pageview + "]]", ""),
                new Row("a comma at the end", "[" + pageview + ",]", ""),
                new Row("not closed", pageview.substring(0, pageview.length() - 1), ""),
                new Row("single quotes", pageview.replace('"', '\''), ""),
                new Row("a comment", "/**/" + pageview, ""),
                new Row("a raw line feed in a text", pageview.replace("docs", "do\ncs"), ""),
                new Row("a raw NUL", pageview.replace("docs", "do\0cs"), ""),
                new Row("a broken escape", pageview.replace("docs", "\\ud8zz"), ""),
                new Row("too deep", of("pageview", ",\"referrer\":[[[[1]]]]"), "referrer"),
                new Row("depth alone", "[".repeat(10_000), "[0]"),
                new Row("a name too long", "{\"" + "n".repeat(200) + "\":1}", ""),
                new Row("a text too long", of("pageview", ",\"referrer\":\"" + "r".repeat(9_000) + "\""), ""),
                // Fields.
                new Row("an unknown field", of("pageview", ",\"email\":\"a@b.test\""), ""),
                new Row(
                        "an unknown field of the second",
                        "[" + pageview + "," + of("pageview", ",\"x\":1") + "]",
                        "[1]"),
                new Row("another's case", pageview.replace("\"type\"", "\"Type\""), ""),
                new Row("doubled", of("pageview", "," + URL), ""),
                new Row("doubled in disguise", of("pageview", ",\"\\u0075rl\":\"https://example.com/\""), ""),
                new Row("no id", pageview.replace(ID + ",", ""), "id"),
                new Row("no type", pageview.replace("\"type\":\"pageview\",", ""), "type"),
                new Row("no url", pageview.replace("," + URL, ""), "url"),
                new Row(
                        "no url in the second",
                        "[" + pageview + "," + pageview.replace("," + URL, "") + "]",
                        "[1].url"),
                new Row("an unknown type", of("purchase", ""), "type"),
                new Row("a type in capitals", of("Pageview", ""), "type"),
                new Row("a number as type", pageview.replace("\"pageview\"", "1"), "type"),
                new Row("null as url", pageview.replace(URL, "\"url\":null"), "url"),
                new Row("an object as url", pageview.replace(URL, "\"url\":{}"), "url"),
                new Row("another site", of("pageview", ",\"site\":\"other.com\""), "site"),
                // Ids.
                new Row("a short id", pageview.replace("DA0ODw", "DA0OD"), "id"),
                new Row("a long id", pageview.replace("DA0ODw", "DA0ODww"), "id"),
                new Row("a padded id", pageview.replace("DA0ODw", "DA0O=="), "id"),
                new Row("an id of the other alphabet", pageview.replace("AAEC", "++//"), "id"),
                new Row("an id with a blank", pageview.replace("AAEC", "AA C"), "id"),
                new Row("an id of other letters", pageview.replace("AAEC", "éàüñ"), "id"),
                // Addresses.
                new Row("a foreign page", pageview.replace("example.com", "evil.test"), "url"),
                new Row("another scheme", pageview.replace("https://", "http://"), "url"),
                new Row("another port", pageview.replace("example.com/", "example.com:8443/"), "url"),
                new Row(
                        "a user before the host",
                        pageview.replace("https://", "https://example.com@evil.test/"),
                        "url"),
                new Row("a user", pageview.replace("https://", "https://user:secret@"), "url"),
                new Row(
                        "a backslash",
                        pageview.replace("https://example.com", "https://evil.test\\\\@example.com"),
                        "url"),
                new Row("a host that begins like it", pageview.replace("example.com", "example.com.evil.test"), "url"),
                new Row("relative", pageview.replace("https://example.com", ""), "url"),
                new Row("without scheme", pageview.replace("https:", ""), "url"),
                new Row("javascript", pageview.replace("https://example.com", "javascript:"), "url"),
                new Row("a file", pageview.replace("https://", "file://"), "url"),
                new Row("an empty url", pageview.replace("https://example.com/docs?x=1", ""), "url"),
                new Row("a NUL in the host", pageview.replace("example.com", "example.com\\u0000"), "url"),
                new Row("a lone surrogate in the host", pageview.replace("example.com", "\\udc00example.com"), "url"),
                new Row("two dots in the host", pageview.replace("example.com", "é..example.com"), "url"),
                new Row("a host far too long", pageview.replace("example.com", "é" + "a".repeat(300) + ".com"), "url"),
                new Row("a bare prefix", pageview.replace("example.com/", "xn--/"), "url"),
                // Small values.
                new Row("an unknown screen", of("pageview", ",\"screen\":\"1920x1080\""), "screen"),
                new Row("a number as screen", of("pageview", ",\"screen\":1920"), "screen"),
                new Row("a long language", of("pageview", ",\"language\":\"" + "f".repeat(65) + "\""), "language"),
                new Row("a click on nothing", of("click", ""), "name"),
                new Row("a click on two things", of("click", ",\"name\":\"a\",\"target\":\"b\""), "name"),
                new Row("a pageview with a name", of("pageview", ",\"name\":\"a\""), "name"),
                new Row("a pageview with seconds", of("pageview", ",\"seconds\":1"), "seconds"),
                new Row("an engagement without scroll", of("engagement", ",\"seconds\":1"), "scroll"),
                new Row("an hour and a second", of("engagement", ",\"seconds\":3601,\"scroll\":0"), "seconds"),
                new Row("a negative time", of("engagement", ",\"seconds\":-1,\"scroll\":0"), "seconds"),
                new Row("half a second", of("engagement", ",\"seconds\":0.5,\"scroll\":0"), "seconds"),
                new Row("a time in letters", of("engagement", ",\"seconds\":\"5\",\"scroll\":0"), "seconds"),
                new Row("beyond an int", of("engagement", ",\"seconds\":99999999999,\"scroll\":0"), "seconds"),
                new Row(
                        "beyond a long",
                        of("engagement", ",\"seconds\":" + "9".repeat(30) + ",\"scroll\":0"),
                        "seconds"),
                new Row(
                        "beyond all measure",
                        of("engagement", ",\"seconds\":" + "9".repeat(500) + ",\"scroll\":0"),
                        ""),
                new Row("more than all", of("engagement", ",\"seconds\":1,\"scroll\":101"), "scroll"),
                new Row("an unknown metric", of("vital", ",\"metric\":\"FID\",\"value\":1"), "metric"),
                new Row("no value", of("vital", ",\"metric\":\"LCP\""), "value"),
                new Row("1e400", of("vital", ",\"metric\":\"LCP\",\"value\":1e400"), "value"),
                new Row("-1e400", of("vital", ",\"metric\":\"LCP\",\"value\":-1e400"), "value"),
                new Row(
                        "an exponent beyond an int",
                        of("vital", ",\"metric\":\"LCP\",\"value\":1e9999999999"),
                        "value"),
                new Row("a negative value", of("vital", ",\"metric\":\"LCP\",\"value\":-0.1"), "value"),
                new Row("too late", of("vital", ",\"metric\":\"LCP\",\"value\":600001"), "value"),
                new Row("NaN", of("vital", ",\"metric\":\"LCP\",\"value\":NaN"), ""),
                new Row("Infinity", of("vital", ",\"metric\":\"LCP\",\"value\":Infinity"), ""),
                new Row("an unknown problem", of("problem", ",\"kind\":\"crash\""), "kind"));
    }

    private static String array(int beacons) {
        return "[" + String.join(",", Collections.nCopies(beacons, of("pageview", ""))) + "]";
    }

    @TestFactory
    Stream<DynamicTest> namesTheFieldThatIsWrong() {
        return rows().stream()
                .map(row ->
                        DynamicTest.dynamicTest(row.name(), () -> assertEquals(row.expected(), outcome(row.body()))));
    }

    private static String outcome(String body) {
        return outcome(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String outcome(byte[] body) {
        return switch (BeaconParser.parse(body, SITE)) {
            case BeaconParser.Beacons beacons -> TAKEN;
            case Rejection rejection -> {
                assertTrue(rejection.detail().length() > 20, "a rejection says what would be right");
                yield rejection.field();
            }
        };
    }

    @Test
    void takesNothingThatIsNotUtf8() {
        byte[] pageview = of("pageview", ",\"referrer\":\"?\"").getBytes(StandardCharsets.US_ASCII);
        int at = new String(pageview, StandardCharsets.US_ASCII).lastIndexOf('?');
        List<byte[]> broken = List.of(
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0x80},
                new byte[] {(byte) 0xc3},
                // Overlong, a surrogate, and beyond the last character.
                new byte[] {(byte) 0xc0, (byte) 0xaf},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80});
        for (byte[] each : broken) {
            byte[] body = new byte[pageview.length - 1 + each.length];
            System.arraycopy(pageview, 0, body, 0, at);
            System.arraycopy(each, 0, body, at, each.length);
            System.arraycopy(pageview, at + 1, body, at + each.length, pageview.length - at - 1);
            assertEquals("", outcome(body));
        }
        assertEquals("", outcome(of("pageview", "").getBytes(StandardCharsets.UTF_16)));
    }

    @Test
    void readsWhatWasSent() {
        var result = assertInstanceOf(
                BeaconParser.Beacons.class,
                BeaconParser.parse(
                        of("engagement", ",\"seconds\":61,\"scroll\":40,\"screen\":\"xxl\",\"language\":\"fr-CA\"")
                                .getBytes(StandardCharsets.UTF_8),
                        SITE));
        var engagement =
                assertInstanceOf(Beacon.Engagement.class, result.beacons().getFirst());
        assertEquals(61, engagement.seconds());
        assertEquals(40, engagement.scroll());
        assertEquals(
                "00010203-0405-0607-0809-0a0b0c0d0e0f", engagement.page().id().toString());
        assertEquals("https://example.com/docs?x=1", engagement.page().url());
        assertEquals(Optional.of("fr-CA"), engagement.page().language());
        assertEquals("(page)", engagement.page().toString());
    }

    /** Whatever comes, the parser answers: it never throws, and a rejection never repeats what was sent. */
    @Test
    void answersEveryMutilation() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> genuine = new ArrayList<>();
        rows().forEach(row -> genuine.add(row.body().getBytes(StandardCharsets.UTF_8)));
        int taken = 0;
        int tries = 50_000;
        for (int i = 0; i < tries; i++) {
            byte[] body = genuine.get(random.nextInt(genuine.size())).clone();
            for (int change = random.nextInt(4); change >= 0 && body.length > 0; change--) {
                body[random.nextInt(body.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:0\\".charAt(random.nextInt(9)));
            }
            try {
                taken += outcome(body).equals(TAKEN) ? 1 : 0;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + new String(body, StandardCharsets.ISO_8859_1), e);
            }
        }
        System.out.printf("Mutilated beacons: %d, still valid %d, seed %d%n", tries, taken, seed);
        assertTrue(taken > 0 && taken < tries / 2);
    }
}
