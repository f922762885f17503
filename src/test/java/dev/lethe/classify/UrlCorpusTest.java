package dev.lethe.classify;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Recall on addresses with personal data, and how many ordinary addresses are altered; both are printed. */
class UrlCorpusTest {

    private final UrlScrubber scrubber = new UrlScrubber();

    @Test
    void personalValuesVanishFromAddresses() {
        List<String> missed = new ArrayList<>();
        List<String> lines = Lines.of("personal-urls.txt");
        for (String line : lines) {
            String[] fields = line.split("\t", 3);
            ScrubbedUrl scrubbed = scrubber.scrub(fields[2]);
            String kept = (scrubbed.path() + " " + scrubbed.campaign()).toLowerCase(Locale.ROOT);
            if (kept.contains(fields[1].toLowerCase(Locale.ROOT)) || remains(kept, fields[1])) {
                missed.add(line + " -> " + scrubbed.path());
            }
        }
        double recall = 1 - (double) missed.size() / lines.size();
        System.out.printf(Locale.ROOT, "personal addresses: %d, recall %.4f%n", lines.size(), recall);
        missed.forEach(System.out::println);
        assertTrue(lines.size() >= 300, "a corpus of at least 300 addresses");
        assertTrue(recall >= 0.995, () -> "missed: " + String.join("\n", missed));
    }

    @Test
    void ordinaryAddressesStayAsTheyAre() {
        List<String> altered = new ArrayList<>();
        List<String> lines = Lines.of("clean-urls.txt");
        for (String line : lines) {
            String expected = URLDecoder.decode(line.replace("+", "%2B"), StandardCharsets.UTF_8);
            String path = scrubber.scrub("https://www.example.com" + line + "?page=2#top")
                    .path();
            if (!path.equals(expected)) {
                altered.add(line + " -> " + path);
            }
        }
        double share = (double) altered.size() / lines.size();
        System.out.printf(Locale.ROOT, "ordinary addresses: %d, altered %.4f%n", lines.size(), share);
        altered.forEach(System.out::println);
        assertTrue(lines.size() >= 200, "a corpus of at least 200 addresses");
        assertTrue(share <= 0.01, () -> "altered: " + String.join("\n", altered));
    }

    /** Whether the letters and digits of the value are still there, however they are separated; six are enough to find somebody. */
    private static boolean remains(String kept, String value) {
        String bare = bare(value);
        return bare.length() >= 6 && bare(kept).contains(bare);
    }

    private static String bare(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
