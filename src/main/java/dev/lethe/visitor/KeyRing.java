package dev.lethe.visitor;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.KeyEncryptionKey;
import dev.lethe.config.MacKey;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The month keys: 32 random bytes for each site and month, never derived from anything, because a derived key cannot be destroyed. In
 * the database they lie wrapped (AES key wrap, RFC 3394) by the month's key-encryption key, a file in {@code keys.dir}; whoever has
 * only one of the two has nothing. Thread-safe; one a process.
 */
public final class KeyRing {
    private final Vertx vertx;
    private final Pool pool;
    private final KeyDirectory directory;
    private final SecureRandom random;
    private final Cache<SiteMonth, MacKey> unwrapped = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterAccess(Duration.ofHours(2))
            .build();

    private final Predicate<YearMonth> isOver;

    private record SiteMonth(SiteId site, YearMonth month) {}

    /** A month key as {@code lethe keys list} shows it: that it exists, never what it is. */
    public record Listed(String site, YearMonth month, boolean usable) {}

    /** Without a limit, for commands: their process ends at once. */
    public KeyRing(Vertx vertx, Pool pool, KeyDirectory directory, SecureRandom random) {
        this(vertx, pool, directory, random, month -> false);
    }

    /**
     * @param isOver whether a month's days are all due by now: another node may have destroyed its keys, so that this one keeps none
     *     of them in memory, and looks where they lie
     */
    public KeyRing(Vertx vertx, Pool pool, KeyDirectory directory, SecureRandom random, Predicate<YearMonth> isOver) {
        this.isOver = isOver;
        this.vertx = vertx;
        this.pool = pool;
        this.directory = directory;
        this.random = random;
    }

    /** The key if it is in memory: all that an event loop asks, but for the first beacon of a site's month. */
    Optional<MacKey> findLoaded(Site site, YearMonth month) {
        SiteMonth key = new SiteMonth(site.id(), month);
        if (isOver.test(month)) {
            unwrapped.invalidate(key);
            return Optional.empty();
        }
        return Optional.ofNullable(unwrapped.getIfPresent(key));
    }

    /** The key of this site and month, made now if it was never made. */
    public Future<MacKey> obtain(Site site, YearMonth month) {
        return findLoaded(site, month)
                .map(Future::succeededFuture)
                .orElseGet(() -> load(site, month)
                        .compose(stored ->
                                stored.isPresent() ? Future.succeededFuture(stored.get()) : make(site, month)));
    }

    /** The key of this site and month if there is one, and it was not destroyed; never makes one. */
    public Future<Optional<MacKey>> find(Site site, YearMonth month) {
        return findLoaded(site, month)
                .map(key -> Future.succeededFuture(Optional.of(key)))
                .orElseGet(() -> load(site, month));
    }

    /** The months of which this site still has a key, oldest first. */
    public Future<List<YearMonth>> months(Site site) {
        return pool.preparedQuery("select month from keys.month where site = $1 order by month")
                .execute(Tuple.of(site.id().value()))
                .map(rows -> {
                    List<YearMonth> months = new ArrayList<>();
                    rows.forEach(row -> months.add(YearMonth.from(row.getLocalDate("month"))));
                    return months;
                });
    }

    /** Makes this month's and the next month's keys ahead, so that the turn of a month waits for nothing; forgets what is over. */
    public Future<Void> makeAhead(Site site, YearMonth now) {
        unwrapped.asMap().keySet().removeIf(key -> isOver.test(key.month()));
        return obtain(site, now).compose(key -> obtain(site, now.plusMonths(1))).mapEmpty();
    }

    /** Every key of the database, and whether {@code keys.dir} unwraps it. */
    public Future<List<Listed>> list() {
        return pool.query("select site, month, wrapped from keys.month order by month, site")
                .execute()
                .compose(rows -> vertx.executeBlocking(() -> {
                    List<Listed> keys = new ArrayList<>();
                    for (Row row : rows) {
                        YearMonth month = YearMonth.from(row.getLocalDate("month"));
                        byte[] wrapped = row.getBuffer("wrapped").getBytes();
                        boolean usable = KeyEncryptionKey.find(directory, month)
                                .filter(kek -> kek.unwraps(wrapped))
                                .isPresent();
                        keys.add(new Listed(row.getString("site"), month, usable));
                    }
                    return keys;
                }));
    }

    /** Keeps no key of a month in memory any more. */
    public void forget(YearMonth month) {
        unwrapped.asMap().keySet().removeIf(key -> key.month().equals(month));
    }

    private Future<Optional<MacKey>> load(Site site, YearMonth month) {
        return pool.preparedQuery("select wrapped from keys.month where site = $1 and month = $2")
                .execute(Tuple.of(site.id().value(), month.atDay(1)))
                .compose(rows ->
                        rows.size() == 0 ? Future.succeededFuture(Optional.empty()) : unwrap(site, month, rows));
    }

    /** Two nodes may make the same key at once: whichever row is committed first counts for both. */
    private Future<MacKey> make(Site site, YearMonth month) {
        return anyKeyOf(month)
                .compose(isKnown -> vertx.executeBlocking(() -> {
                    byte[] key = new byte[KeyDirectory.KEY_BYTES];
                    random.nextBytes(key);
                    // With keys of this month in the database its file exists, or is lost: a second one would hide
                    // that.
                    KeyEncryptionKey kek = isKnown
                            ? KeyEncryptionKey.find(directory, month).orElseThrow(() -> missing(month))
                            : KeyEncryptionKey.findOrMake(directory, month);
                    return kek.wrap(key);
                }))
                .compose(wrapped -> pool.preparedQuery("""
                    insert into keys.month (site, month, wrapped)
                    values ($1, $2, $3)
                    on conflict do nothing
                    """)
                        .execute(Tuple.of(site.id().value(), month.atDay(1), Buffer.buffer(wrapped))))
                .compose(inserted -> load(site, month))
                .map(key -> key.orElseThrow(() -> new IllegalStateException("a month key vanished while it was made")));
    }

    private Future<Boolean> anyKeyOf(YearMonth month) {
        return pool.preparedQuery("select from keys.month where month = $1 limit 1")
                .execute(Tuple.of(month.atDay(1)))
                .map(rows -> rows.size() > 0);
    }

    private IllegalStateException missing(YearMonth month) {
        return new IllegalStateException(directory.path().resolve(KeyEncryptionKey.fileName(month))
                + " is missing; docs/operations.md says what follows");
    }

    /** Empty when the month is over and its file was destroyed. */
    private Future<Optional<MacKey>> unwrap(Site site, YearMonth month, RowSet<Row> rows) {
        byte[] wrapped = rows.iterator().next().getBuffer("wrapped").getBytes();
        return vertx.executeBlocking(() -> {
            Optional<KeyEncryptionKey> kek = KeyEncryptionKey.find(directory, month);
            boolean over = isOver.test(month);
            if (kek.isEmpty() && over) {
                return Optional.empty();
            }
            MacKey key = new MacKey(kek.orElseThrow(() -> missing(month)).unwrap(wrapped));
            if (!over) {
                unwrapped.put(new SiteMonth(site.id(), month), key);
            }
            return Optional.of(key);
        });
    }
}
