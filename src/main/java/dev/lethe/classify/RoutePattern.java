package dev.lethe.classify;

import java.util.ArrayList;
import java.util.List;

/** A registered page such as {@code /docs/:page}, immutable: a segment that starts with a colon stands for any one segment. */
public record RoutePattern(List<String> segments) {

    public RoutePattern {
        segments = List.copyOf(segments);
        if (segments.size() > UrlScrubber.MAX_SEGMENTS) {
            throw new IllegalArgumentException("a route has at most " + UrlScrubber.MAX_SEGMENTS + " segments");
        }
        for (String segment : segments) {
            if (segment.isBlank() || segment.equals(":") || segment.indexOf('?') >= 0 || segment.indexOf('#') >= 0) {
                throw new IllegalArgumentException(
                        "a route is written like /docs/:page, without query, fragment or empty segments");
            }
        }
    }

    /**
     * @throws IllegalArgumentException when the text does not start with a slash, has an empty segment, a query or a fragment, or
     *     more segments than a scrubbed path may have; a trailing slash is no segment
     */
    public static RoutePattern parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("the route '" + text + "' does not start with a slash");
        }
        return new RoutePattern(split(text));
    }

    /** Whether a scrubbed path belongs to this route. */
    public boolean matches(String scrubbedPath) {
        List<String> given = split(scrubbedPath);
        if (given.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < given.size(); i++) {
            if (!segments.get(i).startsWith(":") && !segments.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** How many segments stand for any. */
    public int placeholders() {
        int count = 0;
        for (String segment : segments) {
            count += segment.startsWith(":") ? 1 : 0;
        }
        return count;
    }

    /** The text that {@link #parse(String)} understands. */
    @Override
    public String toString() {
        return "/" + String.join("/", segments);
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (start < path.length()) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            segments.add(path.substring(start, end));
            start = end + 1;
        }
        return segments;
    }
}
