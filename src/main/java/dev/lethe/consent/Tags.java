package dev.lethe.consent;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.database.Patience;
import dev.lethe.site.Site;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who objected or asked for restriction, under a key of its own that outlives the months' keys (GDPR Art. 18 and 21). A tag exists
 * only for visitors who asked; it names nobody who did not bring the cookie. Held in memory and read again every few seconds; the
 * writer asks the table itself, so that a tag binds it at once. Thread-safe; one a process.
 */
public final class Tags {
    /** How often {@link #refresh} is to be called, in milliseconds: tags bind every node within 10 s. */
    public static final long REFRESH_MILLIS = 5_000;

    static final String KEY = "rights.key";
    /** Rows become visible in the order of their commits, not of their times: look back this far each time. */
    private static final Duration OVERLAP = Duration.ofMinutes(2);

    private final Pool pool;
    private final MacKey key;
    private final Map<UUID, Standing> standings = new ConcurrentHashMap<>();
    private volatile OffsetDateTime newest = OffsetDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    public Tags(Pool pool, KeyDirectory keys) {
        this.pool = pool;
        this.key = new MacKey(keys.findOrMake(KEY));
    }

    /** What a visitor asked for. */
    public enum Standing {
        FREE,
        OBJECTED,
        RESTRICTED
    }

    /** The visitor's tag on this site: the first 16 bytes of HMAC-SHA-256(K_rights, site and visitor id). */
    public UUID tag(Site site, VisitorId visitor) {
        ByteBuffer code =
                ByteBuffer.wrap(key.sign(site.id().value().getBytes(StandardCharsets.US_ASCII), visitor.toBytes()));
        return new UUID(code.getLong(), code.getLong());
    }

    /** What this visitor asked for, as this node knows it. */
    public Standing standing(Site site, VisitorId visitor) {
        return standings.isEmpty() ? Standing.FREE : standings.getOrDefault(tag(site, visitor), Standing.FREE);
    }

    /** Asks the table itself whether this visitor objected or withdrew: for the rare moments when seconds matter. */
    public Future<Boolean> hasObjected(Site site, VisitorId visitor) {
        return pool.preparedQuery("select from rights.tag where site = $1 and tag = $2 and kind = 'objected'")
                .execute(Tuple.of(site.id().value(), tag(site, visitor)))
                .map(rows -> rows.size() > 0);
    }

    /** Reads the tags that changed since the last time. */
    public Future<Void> refresh() {
        return Patience.within(Patience.OF_A_VISITOR, read());
    }

    private Future<Void> read() {
        return pool.preparedQuery("""
            select tag, kind, changed_at
            from rights.tag
            where changed_at > $1
            order by changed_at
            """)
                .execute(Tuple.of(newest.minus(OVERLAP)))
                .onSuccess(rows -> {
                    for (Row row : rows) {
                        UUID tag = row.getUUID("tag");
                        switch (row.getString("kind")) {
                            case "objected" -> standings.put(tag, Standing.OBJECTED);
                            case "restricted" -> standings.put(tag, Standing.RESTRICTED);
                            default -> standings.remove(tag);
                        }
                        OffsetDateTime changed = row.getOffsetDateTime("changed_at");
                        if (changed.isAfter(newest)) {
                            newest = changed;
                        }
                    }
                })
                .mapEmpty();
    }
}
