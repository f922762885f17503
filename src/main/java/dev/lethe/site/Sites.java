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
            select
                site, origins, time_zone, next_time_zone, next_time_zone_from, preset, next_preset, next_preset_from,
                weakest_preset, synthetic
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
        Preset preset = Preset.ofLabel(row.getString("preset"));
        return new Site(
                new SiteId(row.getString("site")),
                Set.of(row.getArrayOfStrings("origins")),
                ZoneId.of(row.getString("time_zone")),
                change,
                preset,
                presetChange(row),
                weakestPreset(row).orElse(preset),
                row.getBoolean("synthetic"));
    }

    private static Optional<Site.PresetChange> presetChange(Row row) {
        return Optional.ofNullable(row.getString("next_preset"))
                .map(next -> new Site.PresetChange(Preset.ofLabel(next), row.getLocalDate("next_preset_from")));
    }

    private static Optional<Preset> weakestPreset(Row row) {
        return Optional.ofNullable(row.getString("weakest_preset")).map(Preset::ofLabel);
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
     * Registers a site, or changes the origins, preset and zone of a registered one; a change of zone and a weaker preset wait for the
     * next month, a stronger one holds for everything that is not yet published. Needs the owner's connection: collectors may only read.
     *
     * @return whether the site is new
     * @throws IllegalStateException in the future, when a real site would become synthetic or the other way round
     */
    public static Future<Boolean> register(Pool owner, Wanted wanted, LocalDate today) {
        String[] origins = wanted.origins().stream().sorted().toArray(String[]::new);
        return owner.withTransaction(connection -> connection
                .preparedQuery("""
                    select
                        synthetic, first_day, preset, next_preset, next_preset_from, weakest_preset, time_zone, next_time_zone,
                        next_time_zone_from
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
                    Presets presets = Presets.of(row, today).wanting(wanted.preset(), row, today);
                    LocalDate changed = row.getLocalDate("next_time_zone_from");
                    boolean hasChanged = changed != null && !changed.isAfter(today);
                    String zone = row.getString(hasChanged ? "next_time_zone" : "time_zone");
                    if (wanted.zone().isEmpty()) {
                        return connection
                                .preparedQuery("""
                                    update registry.site
                                    set origins = $2, preset = $3, next_preset = $4, next_preset_from = $5, weakest_preset = $6
                                    where site = $1
                                    """)
                                .execute(presets.addTo(
                                        Tuple.of(wanted.id().value()).addValue(origins)))
                                .map(false);
                    }
                    String wantedZone = wanted.zone().get().getId();
                    boolean zoneChanges = !zone.equals(wantedZone);
                    return connection
                            .preparedQuery("""
                                update registry.site
                                set origins = $2, preset = $3, next_preset = $4, next_preset_from = $5, weakest_preset = $6,
                                    time_zone = $7, next_time_zone = $8, next_time_zone_from = $9
                                where site = $1
                                """)
                            .execute(presets.addTo(Tuple.of(wanted.id().value()).addValue(origins))
                                    .addValue(zone)
                                    .addValue(zoneChanges ? wantedZone : null)
                                    .addValue(zoneChanges ? nextMonth(today) : null))
                            .map(false);
                }));
    }

    private static LocalDate nextMonth(LocalDate today) {
        return today.plusMonths(1).withDayOfMonth(1);
    }

    /** The presets of a registered site: the one in force, a weaker one to come, the weakest that ever was in force before. */
    private record Presets(Preset now, Optional<Site.PresetChange> next, Optional<Preset> weakest) {
        private static Presets of(Row row, LocalDate today) {
            Preset registered = Preset.ofLabel(row.getString("preset"));
            Optional<Site.PresetChange> change = presetChange(row);
            Optional<Preset> begun =
                    change.filter(next -> !next.from().isAfter(today)).map(Site.PresetChange::preset);
            return new Presets(
                    begun.orElse(registered), begun.isPresent() ? Optional.empty() : change, weakestPreset(row));
        }

        private Presets wanting(Optional<Preset> said, Row row, LocalDate today) {
            if (said.isEmpty()) {
                return this;
            }
            Preset wanted = said.get();
            boolean isMeasured = row.getLocalDate("first_day").isBefore(today);
            if (!isMeasured) {
                return new Presets(wanted, Optional.empty(), weakest);
            }
            boolean isWeaker = wanted.compareTo(now) > 0;
            return isWeaker
                    ? new Presets(now, Optional.of(new Site.PresetChange(wanted, nextMonth(today))), weakest)
                    : new Presets(
                            wanted,
                            Optional.empty(),
                            Optional.of(weakest.map(known -> Preset.weaker(known, now))
                                    .orElse(now)));
        }

        private Tuple addTo(Tuple parameters) {
            return parameters
                    .addValue(now.label())
                    .addValue(next.map(change -> change.preset().label()).orElse(null))
                    .addValue(next.map(Site.PresetChange::from).orElse(null))
                    .addValue(weakest.map(Preset::label).orElse(null));
        }
    }
}
