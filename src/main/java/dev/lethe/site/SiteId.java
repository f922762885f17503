package dev.lethe.site;

import java.util.Optional;

/** The name of a measured website, such as {@code example.com}: lower-case letters, digits, dots and hyphens, at most 63. It is part of cookie names. */
public record SiteId(String value) {
    private static final int LONGEST = 63;

    public SiteId {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "a site's name has 1 to 63 lower-case letters, digits, dots and hyphens, such as example.com");
        }
    }

    public static Optional<SiteId> tryParse(String value) {
        return isValid(value) ? Optional.of(new SiteId(value)) : Optional.empty();
    }

    /** Asked for each beacon, where a regular expression is dear. */
    private static boolean isValid(String value) {
        int last = value.length() - 1;
        if (last < 0 || last >= LONGEST || !isLetterOrDigit(value.charAt(0)) || !isLetterOrDigit(value.charAt(last))) {
            return false;
        }
        for (int i = 1; i < last; i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return value;
    }
}
