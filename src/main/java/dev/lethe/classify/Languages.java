package dev.lethe.classify;

import java.util.Locale;
import java.util.Optional;

/** Languages as browsers name them; stateless. */
public final class Languages {

    private Languages() {}

    /**
     * The primary subtag of a BCP 47 tag: two or three letters, lower case; region, script and variants are cut off because their
     * combination can be rare enough to single a person out.
     */
    public static Optional<String> primarySubtag(String tag) {
        int end = 0;
        while (end < tag.length() && end < 4 && isLetter(tag.charAt(end))) {
            end++;
        }
        boolean ended = end == tag.length() || tag.charAt(end) == '-' || tag.charAt(end) == '_';
        return ended && (end == 2 || end == 3)
                ? Optional.of(tag.substring(0, end).toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
