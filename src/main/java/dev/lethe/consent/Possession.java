package dev.lethe.consent;

import dev.lethe.site.Site;

/**
 * Proof that whoever asks holds this visitor's genuine token or visitor code, whatever became of the consent. It gives rights over the
 * visitor's data (GDPR Art. 11(2)), not the right to collect any. Only {@link ConsentGate} and {@link VisitorCodes} make one.
 */
public final class Possession {
    private final Site site;
    private final VisitorId visitor;

    Possession(Site site, VisitorId visitor) {
        this.site = site;
        this.visitor = visitor;
    }

    public Site site() {
        return site;
    }

    public VisitorId visitor() {
        return visitor;
    }

    @Override
    public String toString() {
        return "possession on " + site.id();
    }
}
