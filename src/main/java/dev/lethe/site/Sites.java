package dev.lethe.site;

import dev.lethe.database.Patience;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;

/**
 * The registered sites, held in memory and read again every second, so that a site added anywhere is known everywhere at once.
 * Thread-safe; one a process.
 */
public final class Sites {
    /** How often {@link #refresh} is to be called, in milliseconds. */
    public static final long REFRESH_MILLIS = 1_000;

    /** A database that is silent for this long does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Pool pool;
    private final AtomicReference<Future<Void>> underWay = new AtomicReference<>(Future.succeededFuture());
    private volatile Snapshot snapshot = new Snapshot(List.of());

    public Sites(Pool pool) {
        this.pool = pool;
    }

    /** Everything known at one moment. */
    private record Snapshot(Map<SiteId, Site> byId, Map<String, Optional<Site>> soleByOrigin) {
        Snapshot(Collection<Site> sites) {
            this(new HashMap<>(), new HashMap<>());
            for (Site site : sites) {
                byId.put(site.id(), site);
                for (String origin : site.origins()) {
                    soleByOrigin.merge(origin, Optional.of(site), (one, other) -> Optional.empty());
                }
            }
        }
    }

    /** The site of that name, as of the last refresh. */
    public Optional<Site> find(SiteId id) {
        return Optional.ofNullable(snapshot.byId().get(id));
    }

    /**
     * The site of that name; when it is unknown, after a reading that begins now: it may have been added this very second. Strangers
     * who guess names cost one short query at a time, however many they are.
     */
    public Future<Optional<Site>> findFresh(SiteId id) {
        Optional<Site> known = find(id);
        if (known.isPresent()) {
            return Future.succeededFuture(known);
        }
        Future<Void> current = Objects.requireNonNull(underWay.get());
        // A reading that is under way may have begun before the site was added; whatever follows it has not.
        Future<Void> read =
                current.isComplete() ? refresh() : onCallersContext(current).transform(ended -> refresh());
        return Patience.within(PATIENCE, read).map(done -> find(id));
    }

    /** The one site that this origin speaks for; empty when there is none, or more than one. */
    public Optional<Site> findSoleSiteOf(String origin) {
        return snapshot.soleByOrigin().getOrDefault(origin, Optional.empty());
    }

    /** Whether any site has this origin: all that a preflight request, which names no site, can be asked. */
    public boolean isAnyonesOrigin(String origin) {
        return snapshot.soleByOrigin().containsKey(origin);
    }

    public List<Site> list() {
        return snapshot.byId().values().stream()
                .sorted(Comparator.comparing(site -> site.id().value()))
                .toList();
    }

    /** Reads all sites. Calls that come while a reading is under way share it, so that strangers' guesses cost one query at a time. */
    public Future<Void> refresh() {
        while (true) {
            Future<Void> current = Objects.requireNonNull(underWay.get());
            if (!current.isComplete()) {
                return onCallersContext(current);
            }
            Promise<Void> mine = Promise.promise();
            if (underWay.compareAndSet(current, mine.future())) {
                read(pool)
                        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        .onSuccess(sites -> snapshot = new Snapshot(sites))
                        .<Void>mapEmpty()
                        .onComplete(mine);
                return onCallersContext(mine.future());
            }
        }
    }

    /** A shared reading ends on the event loop of whoever began it; each caller's request goes on on its own. */
    private static Future<Void> onCallersContext(Future<Void> shared) {
        Context caller = Vertx.currentContext();
        if (caller == null || shared.isComplete()) {
            return shared;
        }
        Promise<Void> there = Promise.promise();
        shared.onComplete(read -> caller.runOnContext(back -> there.complete(read.result(), read.cause())));
        return there.future();
    }

    private static Future<List<Site>> read(Pool pool) {
        return pool.query("""
            select site, origins, time_zone, next_time_zone, next_time_zone_from, preset, synthetic
            from registry.site
            order by site
            """)
                .execute()
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Sites::site)
                        .toList());
    }

    private static Site site(Row row) {
        Optional<Site.ZoneChange> change = Optional.ofNullable(row.getString("next_time_zone"))
                .map(zone -> new Site.ZoneChange(ZoneId.of(zone), row.getLocalDate("next_time_zone_from")));
        return new Site(
                new SiteId(row.getString("site")),
                Set.of(row.getArrayOfStrings("origins")),
                ZoneId.of(row.getString("time_zone")),
                change,
                Preset.ofLabel(row.getString("preset")),
                row.getBoolean("synthetic"));
    }

    /**
     * What an operator says of a site.
     *
     * @param zone empty: what it was, at first UTC
     * @param preset empty: what it was, at first balanced
     */
    public record Wanted(
            SiteId id, Set<String> origins, Optional<ZoneId> zone, Optional<Preset> preset, boolean synthetic) {}

    /** Registers a site as it is given. */
    public static Future<Boolean> register(Pool owner, Site site, LocalDate today) {
        return register(
                owner,
                new Wanted(
                        site.id(),
                        site.origins(),
                        Optional.of(site.zone()),
                        Optional.of(site.preset()),
                        site.synthetic()),
                today);
    }

    /**
     * Registers a site, or changes the origins, preset and zone of a registered one; a change of zone waits for the next month.
     * Needs the owner's connection: collectors may only read.
     *
     * @return whether the site is new
     * @throws IllegalStateException in the future, when a real site would become synthetic or the other way round
     */
    public static Future<Boolean> register(Pool owner, Wanted wanted, LocalDate today) {
        String[] origins = wanted.origins().stream().sorted().toArray(String[]::new);
        return owner.withTransaction(connection -> connection
                .preparedQuery("""
                    select synthetic, preset, time_zone, next_time_zone, next_time_zone_from
                    from registry.site
                    where site = $1
                    for update
                    """)
                .execute(Tuple.of(wanted.id().value()))
                .compose(existing -> {
                    if (existing.size() == 0) {
                        return connection
                                .preparedQuery("""
                                    insert into registry.site (site, origins, time_zone, preset, synthetic, first_day)
                                    values ($1, $2, $3, $4, $5, $6)
                                    """)
                                .execute(Tuple.of(
                                        wanted.id().value(),
                                        origins,
                                        wanted.zone().orElse(ZoneOffset.UTC).getId(),
                                        wanted.preset().orElse(Preset.BALANCED).label(),
                                        wanted.synthetic(),
                                        today))
                                .map(true);
                    }
                    Row row = existing.iterator().next();
                    if (row.getBoolean("synthetic") != wanted.synthetic()) {
                        return Future.failedFuture(new IllegalStateException("Site " + wanted.id()
                                + " exists and is " + (wanted.synthetic() ? "not " : "")
                                + "synthetic; that never changes. Choose another name."));
                    }
                    String preset = wanted.preset().map(Preset::label).orElseGet(() -> row.getString("preset"));
                    LocalDate changed = row.getLocalDate("next_time_zone_from");
                    boolean hasChanged = changed != null && !changed.isAfter(today);
                    String zone = row.getString(hasChanged ? "next_time_zone" : "time_zone");
                    if (wanted.zone().isEmpty()) {
                        return connection
                                .preparedQuery("update registry.site set origins = $2, preset = $3 where site = $1")
                                .execute(Tuple.of(wanted.id().value(), origins, preset))
                                .map(false);
                    }
                    String wantedZone = wanted.zone().get().getId();
                    boolean zoneChanges = !zone.equals(wantedZone);
                    return connection
                            .preparedQuery("""
                                update registry.site
                                set origins = $2, preset = $3, time_zone = $4, next_time_zone = $5, next_time_zone_from = $6
                                where site = $1
                                """)
                            .execute(Tuple.of(
                                    wanted.id().value(),
                                    origins,
                                    preset,
                                    zone,
                                    zoneChanges ? wantedZone : null,
                                    zoneChanges ? today.plusMonths(1).withDayOfMonth(1) : null))
                            .map(false);
                }));
    }
}
