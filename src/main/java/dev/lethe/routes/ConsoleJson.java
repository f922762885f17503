package dev.lethe.routes;

import dev.lethe.routes.ConsoleData.Minute;
import dev.lethe.routes.ConsoleData.NodeFacts;
import dev.lethe.routes.ConsoleData.RetentionFacts;
import dev.lethe.routes.ConsoleData.SetUp;
import dev.lethe.routes.ConsoleData.SiteView;
import dev.lethe.routes.ConsoleData.StoredEvent;
import dev.lethe.routes.ConsoleData.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The console's data as JSON, in the column names of {@code raw.event_named}. Stateless. */
final class ConsoleJson {
    private ConsoleJson() {}

    static JsonObject state(
            Instant now,
            NodeFacts node,
            List<Minute> minutes,
            RetentionFacts retention,
            List<SiteView> sites,
            List<SetUp> notYetSetUp,
            boolean french) {
        return new JsonObject()
                .put("now", now.toString())
                .put("node", node(node))
                .put("minutes", array(minutes, ConsoleJson::minute))
                .put("retention", retention(retention))
                .put("sites", array(sites, ConsoleJson::site))
                .put("not_yet_set_up", array(notYetSetUp, item -> setUp(item, french)));
    }

    static JsonObject event(StoredEvent event) {
        JsonObject json = new JsonObject()
                .put("received_at", event.receivedAt().toString())
                .put("site", event.site())
                .put("type", event.type())
                .put("path", event.path());
        putIfThere(json, "referrer_host", event.referrerHost());
        putIfThere(json, "channel", event.channel());
        putIfThere(json, "utm_source", event.utmSource());
        putIfThere(json, "utm_medium", event.utmMedium());
        putIfThere(json, "utm_campaign", event.utmCampaign());
        putIfThere(json, "browser", event.browser());
        putIfThere(json, "browser_major", event.browserMajor());
        putIfThere(json, "system", event.system());
        putIfThere(json, "device", event.device());
        putIfThere(json, "screen", event.screen());
        putIfThere(json, "country", event.country());
        putIfThere(json, "language", event.language());
        putIfThere(json, "click", event.click());
        putIfThere(json, "target_host", event.targetHost());
        putIfThere(json, "download", event.download());
        putIfThere(json, "seconds", event.seconds());
        putIfThere(json, "scroll", event.scroll());
        putIfThere(json, "metric", event.metric());
        putIfThere(json, "value", event.value());
        putIfThere(json, "problem", event.problem());
        putIfThere(json, "gap_days", event.gapDays());
        return json;
    }

    private static JsonObject node(NodeFacts node) {
        return new JsonObject()
                .put("version", node.version())
                .put("started_at", node.startedAt().toString())
                .put("ready", node.ready())
                .put("reasons", new JsonArray(node.reasons()))
                .put("public_url", node.publicUrl().toString().replaceAll("/+$", ""))
                .put("state_dir", node.stateDir())
                .put("database", node.database())
                .put("demo", node.demo().map(Object::toString).orElse(null));
    }

    private static JsonObject minute(Minute minute) {
        JsonObject dropped = new JsonObject();
        minute.droppedByReason().forEach(dropped::put);
        return new JsonObject()
                .put("start", minute.start().toString())
                .put("stored", minute.stored())
                .put("rejected", minute.rejected())
                .put("limited", minute.limited())
                .put("unavailable", minute.unavailable())
                .put("dropped", dropped);
    }

    private static JsonObject retention(RetentionFacts facts) {
        return new JsonObject()
                .put("oldest_day", facts.oldestDay().map(Object::toString).orElse(null))
                .put(
                        "next_day",
                        facts.nextDrop().map(drop -> drop.day().toString()).orElse(null))
                .put(
                        "next_at",
                        facts.nextDrop().map(drop -> drop.at().toString()).orElse(null))
                .put("overdue", facts.overdue());
    }

    private static JsonObject site(SiteView site) {
        return new JsonObject()
                .put("name", site.name())
                .put("origins", new JsonArray(site.origins()))
                .put("time_zone", site.timeZone())
                .put("synthetic", site.synthetic())
                .put("preset", site.preset())
                .put("notice", site.noticeVersion());
    }

    private static JsonObject setUp(SetUp item, boolean french) {
        return new JsonObject()
                .put("what", text(item.what(), french))
                .put("why", text(item.why(), french))
                .put("how", text(item.how(), french));
    }

    private static String text(Text text, boolean french) {
        return french ? text.french() : text.english();
    }

    private static void putIfThere(JsonObject json, String field, @Nullable Object value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static <T> JsonArray array(List<T> items, Function<T, JsonObject> one) {
        JsonArray array = new JsonArray();
        items.forEach(item -> array.add(one.apply(item)));
        return array;
    }
}
