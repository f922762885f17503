package dev.lethe.consent;

import dev.lethe.site.Site;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Optional;
import java.util.UUID;

/**
 * The content of the visitor cookie. It is the consent: no consent, no token. Immutable.
 *
 * @param issued the site-local day the visitor id was made; the cookie ends a fixed time after it, whatever happens since
 * @param lastSeen the site-local day of the last committed pageview; empty until the first
 * @param noticeVersion the notice that was shown when consent was given
 * @param consented the site-local day consent was given
 * @param receipt the number of the proof of consent, which stands nowhere else
 * @param despiteSignal whether consent was given while the browser sent Global Privacy Control or Do Not Track
 */
public record VisitorToken(
        VisitorId id,
        LocalDate issued,
        Optional<LocalDate> lastSeen,
        int noticeVersion,
        LocalDate consented,
        UUID receipt,
        boolean despiteSignal) {

    /** The instant the cookie ends: {@code lifetime} after the start of the day it was issued, never prolonged. */
    public Instant endsAt(Site site, Period lifetime) {
        return site.startOf(issued.plus(lifetime));
    }

    /** The first day on which the consent is no longer valid. */
    public LocalDate expiresOn(Period validity, Period lifetime) {
        LocalDate consentEnds = consented.plus(validity);
        LocalDate cookieEnds = issued.plus(lifetime);
        return consentEnds.isBefore(cookieEnds) ? consentEnds : cookieEnds;
    }

    public VisitorToken seenOn(LocalDate day) {
        return new VisitorToken(id, issued, Optional.of(day), noticeVersion, consented, receipt, despiteSignal);
    }
}
