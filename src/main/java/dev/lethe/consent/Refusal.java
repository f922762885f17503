package dev.lethe.consent;

import java.time.Period;
import java.util.Locale;
import java.util.Optional;

/** The value of the refusal cookie, a constant that identifies nobody. It wins over any token. */
public enum Refusal {
    /** Said no in the banner, or withdrew: asked again after six months (CNIL guidelines of 17 September 2020, § 40). */
    REFUSED(Period.ofMonths(6)),
    /** Objected (GDPR Art. 21): only the banner or the privacy page may change it. */
    OBJECTED(Period.ofMonths(13));

    private final Period life;

    Refusal(Period life) {
        this.life = life;
    }

    public Period life() {
        return life;
    }

    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the cookie; anything else than the two values counts as no cookie. */
    static Optional<Refusal> ofValue(String value) {
        for (Refusal refusal : values()) {
            if (refusal.value().equals(value)) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }
}
