package dev.lethe.journey;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Something personal that was planted in a request and must be found nowhere afterwards, in none of the spellings that a program
 * might give it: plain, in hexadecimal, in base64 at each of the three alignments, and, of an address, its raw bytes. Immutable.
 */
record Canary(String place, Set<String> spellings) {
    /** A text, which should be so long and odd that it occurs nowhere by chance. */
    static Canary text(String place, String text) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(text.toLowerCase(Locale.ROOT));
        addBytes(spellings, text.getBytes(StandardCharsets.UTF_8));
        return new Canary(place, spellings);
    }

    /** Bytes such as those of a visitor's id, or of an address, sixteen or more. */
    static Canary bytes(String place, byte[] bytes) {
        Set<String> spellings = new LinkedHashSet<>();
        String hex = HexFormat.of().formatHex(bytes);
        spellings.add(new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
        if (bytes.length == 16) {
            spellings.add(hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"));
        }
        addBytes(spellings, bytes);
        return new Canary(place, spellings);
    }

    private static void addBytes(Set<String> spellings, byte[] bytes) {
        spellings.add(HexFormat.of().formatHex(bytes));
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[bytes.length + shift];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // The first and the last characters also hold neighbouring bits.
            String core = text.substring(shift == 0 ? 0 : shift + 1, text.length() - 1);
            spellings.add(core.toLowerCase(Locale.ROOT));
            spellings.add(core.replace('+', '-').replace('/', '_').toLowerCase(Locale.ROOT));
        }
    }

    /** The places of those canaries that occur in a text. */
    static List<String> found(List<Canary> canaries, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return canaries.stream()
                .filter(canary -> canary.spellings().stream().anyMatch(lower::contains))
                .map(Canary::place)
                .toList();
    }
}
