package dev.lethe.beacon;

import dev.lethe.classify.RoutePattern;
import dev.lethe.classify.UrlScrubber;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pages that operators registered ({@code registry.route}), held in memory and read again every {@link #REFRESH_MILLIS}.
 * Thread-safe; one a process.
 */
public final class Routes {
    /** How often {@link #refresh} is to be called, in milliseconds. */
    public static final long REFRESH_MILLIS = 5_000;

    private final Pool pool;
    private final UrlScrubber scrubber = new UrlScrubber();
    private volatile Map<SiteId, Registered> sites = Map.of();

    public Routes(Pool pool) {
        this.pool = pool;
    }

    /** A site's pages: those that are one address, and those that stand for many. */
    private record Registered(Set<String> pages, List<RoutePattern> patterns) {
        private static final Registered NOTHING = new Registered(Set.of(), List.of());
    }

    /**
     * What a page is called on a day: the registered route that matches; else its path, or, on a site of the preset {@link Preset#STRICT},
     * {@link UrlScrubber#OTHER_PAGE}, so that nothing but what the operator wrote is ever stored.
     */
    public String page(Site site, LocalDate day, String scrubbedPath) {
        Registered registered = sites.getOrDefault(site.id(), Registered.NOTHING);
        if (registered.pages().contains(scrubbedPath)) {
            return scrubbedPath;
        }
        String route = scrubber.strict(scrubbedPath, registered.patterns());
        boolean isKnown = !route.equals(UrlScrubber.OTHER_PAGE);
        return isKnown || site.presetOn(day) == Preset.STRICT ? route : scrubbedPath;
    }

    /** Reads all routes; what was known stays when that fails. */
    public Future<Void> refresh() {
        return pool.query("select site, pattern from registry.route order by site, pattern")
                .execute()
                .map(rows -> {
                    Map<SiteId, Registered> read = new HashMap<>();
                    rows.forEach(row -> {
                        RoutePattern route = RoutePattern.parse(row.getString("pattern"));
                        Registered registered = read.computeIfAbsent(
                                new SiteId(row.getString("site")),
                                site -> new Registered(new HashSet<>(), new ArrayList<>()));
                        if (route.placeholders() == 0) {
                            registered.pages().add(route.toString());
                        } else {
                            registered.patterns().add(route);
                        }
                    });
                    sites = read;
                    return null;
                });
    }
}
