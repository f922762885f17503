package dev.lethe.rights;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/** The number of a request, random and short enough for a letter: {@code k7x2-m9qd}. Immutable; says nothing about who asked. */
public record RequestId(String value) {
    /** Without characters that a reader takes for another. */
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final Pattern FORM = Pattern.compile("[" + ALPHABET + "]{4}-[" + ALPHABET + "]{4}");

    public RequestId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("a request has a number such as k7x2-m9qd");
        }
    }

    static RequestId random(SecureRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            text.append(i == 4 ? "-" : "").append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new RequestId(text.toString());
    }

    /** Reads what somebody typed. */
    public static Optional<RequestId> tryParse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new RequestId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
