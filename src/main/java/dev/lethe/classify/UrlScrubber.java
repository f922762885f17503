package dev.lethe.classify;

import java.util.Collection;

/** Takes everything personal out of page addresses; stateless and safe for threads. */
public final class UrlScrubber {

    /** What a page outside the registered routes is called in strict mode. */
    public static final String OTHER_PAGE = "/(other)";

    /** Never throws, whatever the text; an address without a path is {@code /}. */
    public ScrubbedUrl scrub(String url) {
        return new ScrubbedUrl("/", Campaign.NONE);
    }

    /** Strict mode: a path that no registered route matches becomes {@link #OTHER_PAGE}. */
    public String strict(String scrubbedPath, Collection<RoutePattern> routes) {
        return OTHER_PAGE;
    }
}
