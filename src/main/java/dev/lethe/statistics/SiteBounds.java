package dev.lethe.statistics;

import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.util.Map;

/** The bounds of a site in the registry. A change counts for the periods that are published from then on. */
public final class SiteBounds {
    private SiteBounds() {}

    /**
     * Looks whether bounds can be set.
     *
     * @param wanted by their labels
     * @throws IllegalArgumentException naming the bound and what is wrong with it
     */
    public static void check(Map<String, Integer> wanted) {
        applied(Bounds.DEFAULT, wanted);
    }

    /**
     * Sets the named bounds of a registered site; the others stay as they are.
     *
     * @param owner logs in as the owner
     */
    public static Future<Void> set(Pool owner, SiteId site, Map<String, Integer> wanted) {
        return owner.withTransaction(connection -> connection
                .preparedQuery("select bounds from registry.site where site = $1 for update")
                .execute(Tuple.of(site.value()))
                .compose(rows -> {
                    Bounds before = Bounds.parse(
                            rows.iterator().next().getJsonObject("bounds").encode());
                    return connection
                            .preparedQuery("update registry.site set bounds = $2 where site = $1")
                            .execute(Tuple.of(
                                    site.value(),
                                    new JsonObject(applied(before, wanted).toJson())));
                })
                .mapEmpty());
    }

    private static Bounds applied(Bounds before, Map<String, Integer> wanted) {
        Bounds bounds = before;
        for (Map.Entry<String, Integer> each : wanted.entrySet()) {
            bounds = bounds.with(Bounds.Bound.ofLabel(each.getKey()), each.getValue());
        }
        return bounds;
    }
}
