package dev.lethe.classify;

import java.util.List;

/** A registered page such as {@code /docs/:page}, immutable: a segment that starts with a colon stands for any one segment. */
public record RoutePattern(List<String> segments) {

    public RoutePattern {
        segments = List.copyOf(segments);
    }

    /**
     * @throws IllegalArgumentException when the text does not start with a slash, has an empty segment, a query or a fragment, or
     *     more segments than a scrubbed path may have
     */
    public static RoutePattern parse(String text) {
        return new RoutePattern(List.of(text));
    }

    /** Whether a scrubbed path belongs to this route. */
    public boolean matches(String scrubbedPath) {
        return segments.contains(scrubbedPath);
    }
}
