package dev.lethe.classify;

import java.util.Optional;
import java.util.regex.Pattern;

/** Names that a page's author gave to clickable elements, such as {@code newsletter} or {@code Basket: pay}; stateless. */
public final class ClickNames {
    private static final Pattern VALID = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._:/+-]{0,63}");

    private ClickNames() {}

    /**
     * The name, with whatever looks personal in it replaced by {@code :x}, because pages fill attributes from data; empty when it is
     * not 1 to 64 letters, digits, spaces and {@code . _ : / + -}.
     */
    public static Optional<String> of(String text) {
        return VALID.matcher(text).matches() ? Optional.of(PersonalData.redact(text)) : Optional.empty();
    }
}
