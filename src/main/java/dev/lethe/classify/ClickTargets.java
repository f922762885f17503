package dev.lethe.classify;

import java.util.Optional;
import java.util.Set;

/** What is kept of a clicked link; immutable, safe for threads. */
public final class ClickTargets {

    /** An outbound host or a download; a link to anything else leaves no trace. */
    public sealed interface Target permits OutboundHost, Download {}

    /** The host of a link that leaves the site, treated as a referrer's. */
    public record OutboundHost(String host) implements Target {}

    /** The extension of a downloaded file, lower case and without the dot, of a closed list. */
    public record Download(String extension) implements Target {}

    /**
     * @param ownHosts hosts of the site's origins, lower case, without port
     */
    public Optional<Target> of(String url, Set<String> ownHosts) {
        return Optional.empty();
    }
}
