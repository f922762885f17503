package dev.lethe.attack;

import dev.lethe.config.KeyDirectory;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorId;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The codec of visitor tokens with keys of its own, as one installation has them. */
final class Tokens {
    static final Period LIFETIME = Period.ofMonths(13);

    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    static VisitorTokens of(Path keysDir, Clock clock) {
        TokenKeys keys = new TokenKeys(KeyDirectory.open(keysDir, RANDOM), clock, LIFETIME);
        keys.refresh();
        return new VisitorTokens(keys, LIFETIME);
    }

    static Site site(String name) {
        return new Site(
                new SiteId(name), Set.of("https://" + name), ZoneOffset.UTC, Optional.empty(), Preset.BALANCED, false);
    }

    /** A new visitor who consented to notice 1 this very day. */
    static VisitorToken granted(Site site, Instant now) {
        return new VisitorToken(
                VisitorId.random(RANDOM),
                site.dayOf(now),
                Optional.empty(),
                1,
                site.dayOf(now),
                new UUID(RANDOM.nextLong(), RANDOM.nextLong()),
                false);
    }
}
