package dev.lethe.consent;

import dev.lethe.site.Site;

/**
 * Proof that this visitor consents on this site right now. Only {@link ConsentGate} makes one, so that code which collects without
 * consent does not compile. Lives as long as one request.
 */
public final class Granted implements ConsentGate.Verdict {
    private final Site site;
    private final VisitorToken token;

    Granted(Site site, VisitorToken token) {
        this.site = site;
        this.token = token;
    }

    public Site site() {
        return site;
    }

    public VisitorId visitor() {
        return token.id();
    }

    public VisitorToken token() {
        return token;
    }

    @Override
    public String toString() {
        return "granted on " + site.id();
    }
}
