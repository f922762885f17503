package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.event.EventType;
import dev.lethe.retention.Ledger;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.statistics.Budget;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The notice for machines: what is measured, kept and guaranteed, from the settings in force and from what the database really holds.
 * Thread-safe.
 */
final class Facts {
    /** Anybody may ask; the database is asked once a minute, by one of them. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Settings settings;
    private final Notice notice;
    private final VisitorCookies cookies;
    private final Texts texts;
    private final Pool rights;
    private final Ledger ledger;
    private final String reportKey;
    private final Clock clock;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Optional<Looked> last = Optional.empty();

    /** What the database said, and when. */
    private record Looked(Instant at, Optional<LocalDate> oldestDay, Optional<Ledger.Head> head) {}

    Facts(
            Settings settings,
            Notice notice,
            VisitorCookies cookies,
            Texts texts,
            Pool rights,
            String reportKey,
            Clock clock) {
        this.settings = settings;
        this.notice = notice;
        this.cookies = cookies;
        this.texts = texts;
        this.rights = rights;
        this.ledger = new Ledger(rights);
        this.reportKey = reportKey;
        this.clock = clock;
    }

    Future<JsonObject> of(Site site) {
        return look().map(looked -> facts(site, looked));
    }

    private Future<Looked> look() {
        Instant now = clock.instant();
        Optional<Looked> known = last;
        boolean isFresh = known.filter(looked ->
                        !now.isBefore(looked.at()) && now.isBefore(looked.at().plus(FRESH)))
                .isPresent();
        if (known.isPresent() && (isFresh || !looking.compareAndSet(false, true))) {
            return Future.succeededFuture(known.get());
        }
        // The head as of last midnight: one that moved with each entry would tell everybody when somebody used a right.
        return oldestDay()
                .compose(day -> ledger.head(now.truncatedTo(ChronoUnit.DAYS)).map(head -> new Looked(now, day, head)))
                .onSuccess(looked -> last = Optional.of(looked))
                .onComplete(ended -> looking.set(false));
    }

    /** The day of the oldest raw event: of the first partition that has one. */
    private Future<Optional<LocalDate>> oldestDay() {
        return rights.query("select day from raw.day order by day").execute().compose(rows -> oldest(rows.iterator()));
    }

    private Future<Optional<LocalDate>> oldest(Iterator<Row> days) {
        if (!days.hasNext()) {
            return Future.succeededFuture(Optional.empty());
        }
        LocalDate day = days.next().getLocalDate("day");
        return rights.preparedQuery("select exists (select from raw.event where day = $1) as found")
                .execute(Tuple.of(day))
                .compose(rows -> rows.iterator().next().getBoolean("found")
                        ? Future.succeededFuture(Optional.of(day))
                        : oldest(days));
    }

    private JsonObject facts(Site site, Looked looked) {
        Preset promised = site.promisedPreset(clock.instant());
        JsonArray measures = new JsonArray();
        for (EventType type : EventType.values()) {
            measures.add(type.name().toLowerCase(Locale.ROOT));
        }
        JsonArray fields = new JsonArray();
        Fields.describe(texts, "en")
                .forEach((field, meaning) ->
                        fields.add(new JsonObject().put("field", field).put("meaning", meaning)));
        return new JsonObject()
                .put("site", site.id().value())
                .put(
                        "controller",
                        new JsonObject()
                                .put("name", settings.controllerName().orElse(null))
                                .put("contact", settings.controllerContact().orElse(null))
                                .put("address", settings.controllerAddress().orElse(null)))
                .put("hosting_place", settings.hostingPlace().orElse(null))
                .put("legal_basis", "consent")
                .put("measures", measures)
                .put("fields", fields)
                .put("cookies", cookies(site))
                .put("periods", periods())
                .put(
                        "oldest_raw_day",
                        looked.oldestDay().map(LocalDate::toString).orElse(null))
                .put(
                        "guarantee",
                        new JsonObject()
                                .put("preset", promised.label())
                                .put("unit", "one browser on one day")
                                .put("points", Guarantee.points(promised, 1))
                                .put("points_5_days", Guarantee.points(promised, 5))
                                .put("points_30_days", Guarantee.points(promised, 30))
                                .put("delta", Budget.DELTA.doubleValue()))
                .put(
                        "notice",
                        new JsonObject()
                                .put("version", notice.version())
                                .put("sha256", HexFormat.of().formatHex(notice.sha256()))
                                .put("languages", new JsonArray(Notice.LANGUAGES)))
                .put("authority", new JsonObject().put("name", "CNIL").put("url", "https://www.cnil.fr/fr/plaintes"))
                .put("report_key", reportKey)
                .put(
                        "ledger",
                        looked.head()
                                .map(head -> new JsonObject()
                                        .put("seq", head.seq())
                                        .put("at", head.at().toString())
                                        .put("sha256", head.hash()))
                                .orElse(null));
    }

    private JsonArray cookies(Site site) {
        return new JsonArray(List.of(
                new JsonObject()
                        .put("name", cookies.tokenName(site))
                        .put("purpose", texts.sentence("en", "cookie.token"))
                        .put("life", settings.visitorLifetime().toString()),
                new JsonObject()
                        .put("name", cookies.refusalName(site))
                        .put("purpose", texts.sentence("en", "cookie.refusal"))
                        .put("life", Refusal.OBJECTED.life().toString())));
    }

    private JsonObject periods() {
        return new JsonObject()
                .put("raw_events", settings.retention().raw().toString())
                .put("backup_days", settings.retention().backupDays())
                .put("consent", settings.consentValidity().toString())
                .put("cookie", settings.visitorLifetime().toString())
                .put("refusal", Refusal.REFUSED.life().toString())
                .put("objection", Refusal.OBJECTED.life().toString())
                .put("visitor_code", VisitorCodes.LIFE.toString());
    }
}
