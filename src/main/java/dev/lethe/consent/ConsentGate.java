package dev.lethe.consent;

import dev.lethe.site.Site;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.Optional;

/**
 * Decides whether a visitor consents, from headers alone, before a body is read. The order of the questions is the order of
 * {@link DropReason}. Thread-safe; no I/O.
 */
public final class ConsentGate {
    private final VisitorTokens tokens;
    private final Tags tags;
    private final int noticeVersion;
    private final Period validity;

    public ConsentGate(VisitorTokens tokens, Tags tags, int noticeVersion, Period consentValidity) {
        this.tokens = tokens;
        this.tags = tags;
        this.noticeVersion = noticeVersion;
        this.validity = consentValidity;
    }

    /** Yes with its proof, or no with its reason. */
    public sealed interface Verdict permits Granted, Dropped {}

    /** Policy says no: nothing of the request may be read further, kept or logged. */
    public record Dropped(DropReason reason) implements Verdict {}

    public Verdict decide(Site site, Signals signals, Instant now) {
        if (signals.refusal().isPresent()) {
            return new Dropped(DropReason.OPTED_OUT);
        }
        Optional<VisitorToken> token = signals.token().flatMap(written -> tokens.read(site, written, now));
        Tags.Standing standing =
                token.map(held -> tags.standing(site, held.id())).orElse(Tags.Standing.FREE);
        if (standing == Tags.Standing.OBJECTED) {
            return new Dropped(DropReason.OPTED_OUT);
        }
        if (signals.refusesTracking() && !token.map(VisitorToken::despiteSignal).orElse(false)) {
            return new Dropped(DropReason.GPC);
        }
        if (token.isEmpty()) {
            return new Dropped(DropReason.NO_CONSENT);
        }
        LocalDate today = site.dayOf(now);
        if (!today.isBefore(token.get().consented().plus(validity))) {
            return new Dropped(DropReason.CONSENT_EXPIRED);
        }
        if (token.get().noticeVersion() != noticeVersion) {
            return new Dropped(DropReason.NOTICE_OUTDATED);
        }
        if (standing == Tags.Standing.RESTRICTED) {
            return new Dropped(DropReason.RESTRICTED);
        }
        return new Granted(site, token.get());
    }

    /** Whether the request carries a genuine, living token, whatever the consent: enough to exercise rights. */
    public Optional<Possession> possession(Site site, Signals signals, Instant now) {
        return token(site, signals, now).map(token -> new Possession(site, token.id()));
    }

    /**
     * For whoever proved nothing: the possession of an id that nobody has. It finds nothing, and takes the same way to it as a visitor
     * of whom nothing is held, so that neither the answer nor its time tells the two apart.
     */
    public static Possession possessionOfNothing(Site site, SecureRandom random) {
        return new Possession(site, VisitorId.random(random));
    }

    Optional<VisitorToken> token(Site site, Signals signals, Instant now) {
        return signals.token().flatMap(written -> tokens.read(site, written, now));
    }
}
