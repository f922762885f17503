package dev.lethe.visitor;

import dev.lethe.config.MacKey;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Possession;
import dev.lethe.consent.VisitorId;
import dev.lethe.site.Site;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Turns visitor ids into pseudonyms: the first 16 bytes of HMAC-SHA-256(K[site, month], id). It takes a proof of consent or of
 * possession and nothing else. Thread-safe.
 */
public final class Pseudonymiser {
    private final KeyRing keys;

    public Pseudonymiser(KeyRing keys) {
        this.keys = keys;
    }

    /** The visitor's pseudonym in the site-local month of this instant; at once, but for the first beacon of a site's month. */
    public Future<Pseudonym> pseudonymise(Granted granted, Instant at) {
        Site site = granted.site();
        YearMonth month = site.monthOf(at);
        Optional<MacKey> loaded = keys.findLoaded(site, month);
        return loaded.isPresent()
                ? Future.succeededFuture(pseudonym(loaded.get(), granted.visitor()))
                : keys.obtain(site, month).map(key -> pseudonym(key, granted.visitor()));
    }

    /** The visitor's pseudonyms in all months whose key still exists, oldest month first. */
    public Future<Map<YearMonth, Pseudonym>> pseudonyms(Possession visitor) {
        return keys.months(visitor.site()).compose(months -> {
            List<Future<Optional<MacKey>>> found = new ArrayList<>();
            for (YearMonth month : months) {
                found.add(keys.find(visitor.site(), month));
            }
            return Future.all(found).map(all -> {
                Map<YearMonth, Pseudonym> pseudonyms = new LinkedHashMap<>();
                for (int i = 0; i < months.size(); i++) {
                    YearMonth month = months.get(i);
                    found.get(i).result().ifPresent(key -> pseudonyms.put(month, pseudonym(key, visitor.visitor())));
                }
                return pseudonyms;
            });
        });
    }

    private static Pseudonym pseudonym(MacKey key, VisitorId visitor) {
        ByteBuffer code = ByteBuffer.wrap(key.hmac(visitor.toBytes()));
        return new Pseudonym(new UUID(code.getLong(), code.getLong()));
    }
}
