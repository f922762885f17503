package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.attack.address.Address;
import dev.lethe.attack.address.AddressCorpus;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.ScrubbedUrl;
import dev.lethe.classify.UrlScrubber;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** P6: at least 99.5 % of the addresses with something personal lose it, at most 1 % of the others are altered. */
class P6PersonalAddressesTest {

    private static final double RECALL = 0.995;
    private static final double ALTERED = 0.01;

    private final UrlScrubber scrubber = new UrlScrubber();

    private record Score(int kept, int of) {

        Score and(boolean oneMore) {
            return new Score(kept + (oneMore ? 1 : 0), of + 1);
        }

        double share() {
            return (double) kept / of;
        }

        static Score sum(Stream<Score> scores) {
            return scores.reduce(new Score(0, 0), (a, b) -> new Score(a.kept + b.kept, a.of + b.of));
        }
    }

    @Test
    void takesEverythingPersonalOutOfAddresses() {
        Map<String, Score> known = lost(AddressCorpus.PERSONAL);
        Map<String, Score> heldOut = lost(AddressCorpus.PERSONAL_HELD_OUT);
        System.out.printf(Locale.ROOT, "%-42s %14s %14s%n", "P6, what is personal", "taken out", "held-out part");
        known.forEach((kind, score) -> print(kind, score, heldOut.get(kind)));
        Score ofKnown = Score.sum(known.values().stream());
        Score ofHeldOut = Score.sum(heldOut.values().stream());
        print("all", ofKnown, ofHeldOut);
        assertTrue(ofKnown.share() >= RECALL, () -> "recall " + ofKnown.share());
        assertTrue(ofHeldOut.share() >= RECALL, () -> "recall of what was held out " + ofHeldOut.share());
    }

    @Test
    void leavesOrdinaryAddressesAlone() {
        for (AddressCorpus corpus : List.of(AddressCorpus.CLEAN, AddressCorpus.CLEAN_HELD_OUT)) {
            List<String> altered = new ArrayList<>();
            for (Address address : corpus.addresses()) {
                ScrubbedUrl scrubbed = scrubber.scrub(address.url());
                if (!scrubbed.equals(untouched(address.url()))) {
                    altered.add(address.url() + " -> " + scrubbed);
                }
            }
            int all = corpus.addresses().size();
            double share = (double) altered.size() / all;
            System.out.printf(
                    Locale.ROOT, "P6, %s: %d of %d altered (%.2f %%)%n", corpus, altered.size(), all, 100 * share);
            show(corpus, altered);
            assertTrue(share <= ALTERED, () -> corpus + ": " + share + " altered");
        }
    }

    @Test
    void keepsItsBoundsAndItsResultHoweverOftenAndHoweverEncodedItIsGiven() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        System.out.println("P6 seed " + seed + " (again with -Dlethe.seed)");
        Random random = new Random(seed);
        List<Address> all = Stream.of(AddressCorpus.values())
                .flatMap(corpus -> corpus.addresses().stream())
                .toList();
        for (int i = 0; i < 10_000; i++) {
            String url = spliced(
                    all.get(random.nextInt(all.size())).url(),
                    all.get(random.nextInt(all.size())).url(),
                    random);
            String path = scrubber.scrub(url).path();
            Supplier<String> message = () -> "seed " + seed + ": " + url + " -> " + path;
            assertEquals(path, scrubber.scrub(path).path(), message);
            assertTrue(path.getBytes(StandardCharsets.UTF_8).length <= UrlScrubber.MAX_BYTES, message);
            assertTrue(path.chars().filter(c -> c == '/').count() <= UrlScrubber.MAX_SEGMENTS, message);
            assertEquals(-1, path.indexOf('@'), message);
            String plain = "/"
                    + decodedTwice(url.replaceFirst("https?://[^/?#]*/?", "")).replaceAll("[%?#;&@\\\\\ufffd]", "");
            String result = scrubber.scrub(plain).path();
            assertEquals(result, scrubber.scrub(encoded(plain)).path(), message);
            assertEquals(result, scrubber.scrub(encoded(encoded(plain))).path(), message);
        }
    }

    /** The beginning of one address and the end of another. */
    private static String spliced(String one, String other, Random random) {
        return one.substring(0, one.length() - random.nextInt(one.length() - 20))
                + other.substring(random.nextInt(other.length()));
    }

    private static String decodedTwice(String text) {
        String decoded = text;
        for (int i = 0; i < 2; i++) {
            decoded = URLDecoder.decode(
                    decoded.replaceAll("%(?![0-9A-Fa-f]{2})", "%25").replace("+", "%2B"), StandardCharsets.UTF_8);
        }
        return decoded;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    private Map<String, Score> lost(AddressCorpus corpus) {
        Map<String, Score> scores = new TreeMap<>();
        List<String> missed = new ArrayList<>();
        for (Address address : corpus.addresses()) {
            ScrubbedUrl scrubbed = scrubber.scrub(address.url());
            boolean lost = address.personal().stream().noneMatch(personal -> remains(personal, scrubbed));
            scores.merge(address.kind(), new Score(0, 0).and(lost), (a, b) -> a.and(lost));
            if (!lost) {
                missed.add(address.kind() + ": " + address.url() + " -> " + scrubbed);
            }
        }
        show(corpus, missed);
        return scores;
    }

    /** What is held out stays unseen unless asked for, or it would not be held out for long. */
    private static void show(AddressCorpus corpus, List<String> failures) {
        boolean heldOut = corpus == AddressCorpus.PERSONAL_HELD_OUT || corpus == AddressCorpus.CLEAN_HELD_OUT;
        if (!heldOut || Boolean.getBoolean("lethe.held-out")) {
            failures.forEach(System.out::println);
        }
    }

    private static void print(String kind, Score known, Score heldOut) {
        System.out.printf(
                Locale.ROOT,
                "%-42s %4d/%4d %5.1f%% %4d/%4d %5.1f%%%n",
                kind,
                known.kept,
                known.of,
                100 * known.share(),
                heldOut.kept,
                heldOut.of,
                100 * heldOut.share());
    }

    /** Whether half of it, four signs at least, can still be read in a row, however it is encoded or cut. */
    private static boolean remains(String personal, ScrubbedUrl scrubbed) {
        String kept = bare(scrubbed.path()) + " "
                + Stream.of(
                                scrubbed.campaign().source(),
                                scrubbed.campaign().medium(),
                                scrubbed.campaign().name())
                        .flatMap(Optional::stream)
                        .map(P6PersonalAddressesTest::bare)
                        .reduce("", (a, b) -> a + " " + b);
        String sought = bare(personal);
        int enough = Math.min(sought.length(), Math.max(4, (sought.length() + 1) / 2));
        for (int i = 0; i + enough <= sought.length(); i++) {
            if (kept.contains(sought.substring(i, i + enough))) {
                return true;
            }
        }
        return false;
    }

    private static String bare(String text) {
        String decoded = text;
        for (int i = 0; i < 3 && decoded.indexOf('%') >= 0; i++) {
            decoded = URLDecoder.decode(decoded.replaceAll("%(?![0-9A-Fa-f]{2})", "%25"), StandardCharsets.UTF_8);
        }
        StringBuilder bare = new StringBuilder();
        Normalizer.normalize(decoded.replace(":x", "·"), Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .forEach(c -> {
                    if (Character.isDigit(c)) {
                        bare.append(Character.digit(c, 10));
                    } else if (Character.isLetter(c) || c == '·') {
                        bare.appendCodePoint(c);
                    }
                });
        return bare.toString();
    }

    /** What has nothing personal in it comes out as its decoded path and its campaign. */
    private static ScrubbedUrl untouched(String url) {
        String address = url.replaceFirst("https://[^/]+", "").replaceFirst("#.*", "");
        int query = address.indexOf('?');
        String path = URLDecoder.decode(query < 0 ? address : address.substring(0, query), StandardCharsets.UTF_8);
        String withoutSlash = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        String parameters = query < 0 ? "" : address.substring(query + 1);
        return new ScrubbedUrl(
                withoutSlash,
                new Campaign(
                        value(parameters, "utm_source"),
                        value(parameters, "utm_medium"),
                        value(parameters, "utm_campaign")));
    }

    private static Optional<String> value(String parameters, String name) {
        return Stream.of(parameters.split("&"))
                .filter(parameter -> parameter.startsWith(name + "="))
                .map(parameter -> parameter.substring(name.length() + 1))
                .findFirst();
    }

    @Test
    void countsAsLostOnlyWhatCannotBeReadAnyMore() {
        ScrubbedUrl kept = new ScrubbedUrl("/tel/06-39-98-:x", Campaign.NONE);
        assertTrue(remains("0639981234", kept), "six of ten digits");
        assertFalse(remains("0639981234", new ScrubbedUrl("/tel/06/:x", Campaign.NONE)), "two of ten");
    }
}
