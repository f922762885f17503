package dev.lethe.classify;

import java.util.Optional;

/**
 * The three campaign parameters that are kept, immutable: lower case, {@code [a-z0-9._-]{1,40}}, and nothing that looks like it
 * names a person. {@link UrlScrubber} makes them; a value that breaks the rules cannot be held.
 */
public record Campaign(Optional<String> source, Optional<String> medium, Optional<String> name) {

    public static final Campaign NONE = new Campaign(Optional.empty(), Optional.empty(), Optional.empty());

    public Campaign {
        source.ifPresent(Campaign::check);
        medium.ifPresent(Campaign::check);
        name.ifPresent(Campaign::check);
    }

    private static void check(String value) {
        if (!isWellFormed(value)) {
            throw new IllegalArgumentException("a campaign value is 1 to 40 of a-z, 0-9, dot, underscore and hyphen");
        }
    }

    static boolean isWellFormed(String value) {
        if (value.isEmpty() || value.length() > 40) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) {
                return false;
            }
        }
        return true;
    }
}
