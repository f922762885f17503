package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P4: of 100,000 altered, respelled, transplanted and re-signed tokens none is taken. */
class P4ForgedTokensTest {
    /** All of them, always: it takes a second. */
    private static final int FORGERIES = 100_000;

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Site SITE = Tokens.site("example.test");
    private static final Site OTHER = Tokens.site("other.test");
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** One way to alter a genuine token; gives back the same text where it does not apply. */
    private interface Forgery {
        String forge(String token, Random random);
    }

    @Test
    void takesNoForgery(@TempDir Path keys, @TempDir Path strangersKeys) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        VisitorTokens tokens = Tokens.of(keys.resolve("keys"), CLOCK);
        VisitorTokens strangers = Tokens.of(strangersKeys.resolve("keys"), CLOCK);
        Map<String, Forgery> forgeries = forgeries(tokens, strangers);
        Map<String, Integer> tried = new TreeMap<>();
        List<String> taken = new ArrayList<>();
        List<String> names = List.copyOf(forgeries.keySet());
        for (int i = 0; tried.values().stream().mapToInt(Integer::intValue).sum() < FORGERIES; i++) {
            String genuine = tokens.write(SITE, Tokens.granted(SITE, NOW));
            String name = names.get(i % names.size());
            String forged = forgeries.get(name).forge(genuine, random);
            if (forged.equals(genuine)) {
                continue;
            }
            tried.merge(name, 1, Integer::sum);
            if (tokens.read(SITE, forged, NOW).isPresent()) {
                taken.add(name + ": " + forged);
            }
            if (i % 100 == 0) {
                // The control: what was altered had been good.
                assertTrue(tokens.read(SITE, genuine, NOW).isPresent());
            }
        }
        System.out.printf("P4: %d forgeries, seed %d, %s%n", FORGERIES, seed, tried);
        assertEquals(List.of(), taken);
    }

    private static Map<String, Forgery> forgeries(VisitorTokens tokens, VisitorTokens strangers) {
        Map<String, Forgery> all = new TreeMap<>();
        all.put(
                "a bit flipped",
                (token, random) -> decoded(token, bytes -> {
                    int bit = random.nextInt(bytes.length * 8);
                    bytes[bit / 8] ^= (byte) (1 << (bit % 8));
                }));
        all.put(
                "a byte replaced",
                (token, random) -> decoded(token, bytes -> {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }));
        all.put(
                "fields swapped",
                (token, random) -> decoded(token, bytes -> {
                    // Issued, last seen, notice and consent day are four bytes each, from the 16th on.
                    int one = 16 + 4 * random.nextInt(4);
                    int other = 16 + 4 * random.nextInt(4);
                    for (int i = 0; i < 4; i++) {
                        byte kept = bytes[one + i];
                        bytes[one + i] = bytes[other + i];
                        bytes[other + i] = kept;
                    }
                }));
        all.put(
                "a key of another number",
                (token, random) -> decoded(token, bytes -> {
                    bytes[bytes.length - 33] = (byte) random.nextInt(256);
                }));
        all.put(
                "no code",
                (token, random) -> decoded(token, bytes -> {
                    java.util.Arrays.fill(bytes, bytes.length - 32, bytes.length, (byte) 0);
                }));
        all.put("a letter replaced", (token, random) -> {
            StringBuilder text = new StringBuilder(token);
            text.setCharAt(random.nextInt(text.length()), ALPHABET.charAt(random.nextInt(64)));
            return text.toString();
        });
        all.put("two letters swapped", (token, random) -> {
            StringBuilder text = new StringBuilder(token);
            int at = random.nextInt(text.length() - 1);
            char kept = text.charAt(at);
            text.setCharAt(at, text.charAt(at + 1));
            text.setCharAt(at + 1, kept);
            return text.toString();
        });
        all.put("cut short", (token, random) -> token.substring(0, random.nextInt(token.length())));
        all.put("cut at the front", (token, random) -> token.substring(1 + random.nextInt(token.length() - 1)));
        all.put("prolonged", (token, random) -> token + ALPHABET.charAt(random.nextInt(64)));
        all.put("padded", (token, random) -> token + "=".repeat(1 + random.nextInt(2)));
        all.put("the unused bits of a last letter", (token, random) -> {
            String[] parts = token.split("\\.");
            int part = 1 + random.nextInt(2);
            int last = parts[part].length() - 1;
            // 32 bytes leave two unused bits in the last letter, 51 bytes none.
            int letter = ALPHABET.indexOf(parts[part].charAt(last)) ^ (1 + random.nextInt(3));
            parts[part] = parts[part].substring(0, last) + ALPHABET.charAt(letter);
            return String.join(".", parts);
        });
        all.put("another alphabet", (token, random) -> token.replace('-', '+').replace('_', '/'));
        all.put("blanks", (token, random) -> {
            int at = random.nextInt(token.length() + 1);
            return token.substring(0, at) + " \t\r\n".charAt(random.nextInt(4)) + token.substring(at);
        });
        all.put("other letters that look alike", (token, random) -> {
            StringBuilder text = new StringBuilder(token);
            int at = random.nextInt(text.length());
            // The same low byte, as a careless conversion of characters to bytes would read it.
            text.setCharAt(at, (char) (text.charAt(at) | 0x100));
            return text.toString();
        });
        all.put("another version", (token, random) -> "v" + (2 + random.nextInt(8)) + token.substring(2));
        all.put("upper case", (token, random) -> token.toUpperCase(java.util.Locale.ROOT));
        all.put("another site's", (token, random) -> tokens.write(OTHER, Tokens.granted(OTHER, NOW)));
        all.put(
                "the same visitor of another site",
                (token, random) ->
                        tokens.write(OTHER, tokens.read(SITE, token, NOW).orElseThrow()));
        all.put("signed with another key", (token, random) -> strangers.write(SITE, Tokens.granted(SITE, NOW)));
        all.put("another's code", (token, random) -> {
            String other = tokens.write(SITE, Tokens.granted(SITE, NOW));
            return token.substring(0, token.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
        });
        all.put("issued before thirteen months", (token, random) -> {
            VisitorToken old = Tokens.granted(SITE, NOW.minusSeconds((400 + random.nextInt(400)) * 86_400L));
            return tokens.write(SITE, old);
        });
        return all;
    }

    private interface Change {
        void apply(byte[] contentAndCode);
    }

    /** Alters the bytes and spells them again as the collector would. */
    private static String decoded(String token, Change change) {
        String[] parts = token.split("\\.");
        byte[] content = Base64.getUrlDecoder().decode(parts[1]);
        byte[] code = Base64.getUrlDecoder().decode(parts[2]);
        byte[] both = java.util.Arrays.copyOf(content, content.length + code.length);
        System.arraycopy(code, 0, both, content.length, code.length);
        change.apply(both);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return "v1."
                + encoder.encodeToString(java.util.Arrays.copyOf(both, content.length))
                + "."
                + encoder.encodeToString(java.util.Arrays.copyOfRange(both, content.length, both.length));
    }

    @Test
    void controlTheGenuineOnesAreTakenAsTheyWereWritten(@TempDir Path keys) {
        VisitorTokens tokens = Tokens.of(keys.resolve("keys"), CLOCK);
        for (int i = 0; i < 1_000; i++) {
            VisitorToken written = Tokens.granted(SITE, NOW);
            Optional<VisitorToken> read = tokens.read(SITE, tokens.write(SITE, written), NOW);
            assertEquals(Optional.of(written), read);
            assertArrayEquals(written.id().toBytes(), read.get().id().toBytes());
        }
    }
}
