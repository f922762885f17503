package dev.lethe.site;

import java.util.Optional;
import java.util.regex.Pattern;

/** The name of a measured website, such as {@code example.com}: lower-case letters, digits, dots and hyphens, at most 63. It is part of cookie names. */
public record SiteId(String value) {
    private static final Pattern VALID = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    public SiteId {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a site's name has 1 to 63 lower-case letters, digits, dots and hyphens, such as example.com");
        }
    }

    public static Optional<SiteId> tryParse(String value) {
        return VALID.matcher(value).matches() ? Optional.of(new SiteId(value)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
