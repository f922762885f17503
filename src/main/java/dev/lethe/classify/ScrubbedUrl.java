package dev.lethe.classify;

/** What is kept of a page's address, immutable: a path that starts with a slash and holds nothing personal, and the campaign. */
public record ScrubbedUrl(String path, Campaign campaign) {

    public ScrubbedUrl {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path starts with a slash");
        }
    }
}
