package dev.lethe;

import dev.lethe.config.EffectiveValue;
import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.consent.SpokenPeriod;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.retention.ComplianceTexts;
import dev.lethe.retention.Deed;
import dev.lethe.retention.Promises;
import dev.lethe.retention.Promises.Promise;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.rights.Magnitude;
import dev.lethe.site.Preset;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Gathers what the compliance report says: from the settings in force, and from what the database really holds at this moment. Numbers
 * of persons' acts are bands, never counts. Used once, by one thread; changes nothing.
 */
final class Compliance {
    private static final int FORMAT = 1;
    private static final String MISSING = "%missing";
    private static final String REQUESTS = "select count(*) from rights.request where ";

    private final Settings settings;
    private final List<EffectiveValue> values;
    private final Database database;
    private final Connection owner;
    private final long overdueRequests;
    private final Instant now;
    private final Map<String, String> figures = new TreeMap<>();
    private final Map<String, ComplianceTexts> texts = ComplianceTexts.LANGUAGES.stream()
            .collect(Collectors.toMap(
                    language -> language, ComplianceTexts::new, (one, other) -> one, LinkedHashMap::new));

    private Compliance(
            Settings settings,
            List<EffectiveValue> values,
            Database database,
            Connection owner,
            long overdueRequests,
            Instant now) {
        this.settings = settings;
        this.values = values;
        this.database = database;
        this.owner = owner;
        this.overdueRequests = overdueRequests;
        this.now = now;
    }

    /**
     * Reads everything in one snapshot.
     *
     * @param brokenAt the first entry at which the ledger's chain is broken
     * @param overdueRequests how many requests by letter have not been answered by their day
     */
    static JsonObject gather(
            Settings settings,
            List<EffectiveValue> values,
            Database database,
            Optional<Long> brokenAt,
            long overdueRequests,
            Instant now)
            throws SQLException {
        try (Connection owner = database.connectAsOwner()) {
            owner.setAutoCommit(false);
            owner.setReadOnly(true);
            owner.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            JsonObject document =
                    new Compliance(settings, values, database, owner, overdueRequests, now).document(brokenAt);
            owner.rollback();
            return document;
        }
    }

    private JsonObject document(Optional<Long> brokenAt) throws SQLException {
        JsonArray statistics = statistics();
        settingFigures();
        retentionFigures();
        consentFigures();
        rightsFigures();
        figures.put("ledger_state", brokenAt.isPresent() ? "%broken" : "%whole");
        figures.put("broken", brokenAt.map(Object::toString).orElse(MISSING));
        JsonArray roles = roles();
        return new JsonObject()
                .put("report", "lethe compliance")
                .put("format", FORMAT)
                .put("at", now.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("version", Main.version())
                .put("promises", promises())
                .put("figures", figures())
                .put("consents", consents())
                .put("scripts", scripts())
                .put("statistics", statistics)
                .put("requests", requests())
                .put("roles", roles)
                .put("settings", settings())
                .put(
                        "ledger",
                        new JsonObject().put("is_whole", brokenAt.isEmpty()).put("entries", ledger()))
                .put("processing", paragraphs("record", ComplianceTexts.RECORD))
                .put("impact_assessment", paragraphs("assessment", ComplianceTexts.ASSESSMENT));
    }

    // Figures
    // ---------------------------------------------------------------------------------------------------------------

    private void settingFigures() throws SQLException {
        Notice notice = Notice.from(settings);
        figures.put("version", Main.version());
        figures.put("raw", settings.retention().raw().toString());
        figures.put("backup_days", Integer.toString(settings.retention().backupDays()));
        figures.put("cookie", settings.visitorLifetime().toString());
        figures.put("consent_validity", settings.consentValidity().toString());
        figures.put("controller", settings.controllerName().orElse(MISSING));
        figures.put("address", settings.controllerAddress().orElse(MISSING));
        figures.put("contact", settings.controllerContact().orElse(MISSING));
        figures.put("hosting", settings.hostingPlace().orElse(MISSING));
        figures.put("notice_version", Integer.toString(notice.version()));
        figures.put("notice_sha256", HexFormat.of().formatHex(notice.sha256()));
        figures.put("database", database.place());
        figures.put("server", "PostgreSQL " + text("show server_version"));
        figures.put("raw_columns", text("""
            select string_agg(attname, ', ' order by attnum)
            from pg_attribute
            where attrelid = 'raw.event'::regclass and attnum > 0 and not attisdropped
            """));
        figures.put("raw_readers", duties("has_table_privilege(r.oid, 'raw.event', 'select')"));
        figures.put("roles", duties("true"));
    }

    private String duties(String condition) throws SQLException {
        return text("select coalesce(string_agg(r.rolname, ', ' order by r.rolname), '%none') from pg_roles r where "
                + condition + " and r.rolname in (" + dutyNames() + ")");
    }

    private String dutyNames() {
        return Arrays.stream(DutyRole.values())
                .map(duty -> "'" + duty.name(settings.database().rolePrefix()) + "'")
                .collect(Collectors.joining(", "));
    }

    private void retentionFigures() throws SQLException {
        RetentionPolicy policy = RetentionPolicy.of(settings);
        JsonArray days = rows("select day::text as day from raw.day where not detaching order by day");
        int overdue = 0;
        Optional<String> oldest = Optional.empty();
        for (int i = 0; i < days.size(); i++) {
            String day = days.getJsonObject(i).getString("day");
            overdue += policy.isOverdue(LocalDate.parse(day), now) ? 1 : 0;
            if (oldest.isEmpty() && isTrue("select exists (select from raw.event where day = '" + day + "')")) {
                oldest = Optional.of(day);
            }
        }
        figures.put("oldest", oldest.orElse("%none"));
        figures.put("overdue", Integer.toString(overdue));
        figures.put("days_held", Integer.toString(days.size()));
        figures.put("retention_success", text("""
            select coalesce(to_char(last_success at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '%never')
            from registry.job
            where job = 'retention'
            """));
        figures.put("dropped", text("select count(*) from registry.ledger where kind = 'day_dropped'"));
        figures.put(
                "months_destroyed",
                text("select count(distinct detail) from registry.ledger where kind = 'keys_destroyed'"));
        figures.put("months_held", text("select count(distinct month) from keys.month"));
        figures.put("ledger_seq", text("select coalesce(max(seq), 0) from registry.ledger"));
    }

    private void consentFigures() throws SQLException {
        figures.put("notices", text("select count(*) from consent.notice"));
        figures.put(
                "notice_versions",
                text("select coalesce(string_agg(distinct version::text, ', '), '%none') from consent.notice"));
        figures.put("withdrawn", band("select count(*) from consent.receipt where choice = 'withdrawn'"));
        figures.put("objected", band("select count(*) from consent.receipt where choice = 'objected'"));
    }

    private void rightsFigures() throws SQLException {
        figures.put("rights_exercised", band("select count(*) from registry.ledger where kind = 'right_exercised'"));
        figures.put("withheld", band("select count(*) from rights.withheld"));
        figures.put("requests_open", band(REQUESTS + "status in ('open', 'suspended')"));
        figures.put("requests_refused", band(REQUESTS + "status = 'refused'"));
        figures.put("requests_overdue", Long.toString(overdueRequests));
        figures.put(
                "requests_longest",
                text("select coalesce(max(coalesce(closed, date '" + LocalDate.ofInstant(now, ZoneOffset.UTC)
                        + "') - received), 0) from rights.request"));
    }

    /** As people read them: periods in words. */
    private Map<String, String> figures(String language) {
        Map<String, String> spoken = new TreeMap<>(figures);
        spoken.put("raw", SpokenPeriod.of(settings.retention().raw(), language));
        spoken.put("cookie", SpokenPeriod.of(settings.visitorLifetime(), language));
        spoken.put("consent_validity", SpokenPeriod.of(settings.consentValidity(), language));
        return spoken;
    }

    private JsonObject figures() {
        JsonObject json = new JsonObject();
        figures.forEach((name, value) -> json.put(
                name,
                switch (value) {
                    case "%none", "%never", MISSING -> null;
                    case String word when word.startsWith("%") -> word.substring(1);
                    default -> value;
                }));
        return json;
    }

    // Tables
    // ----------------------------------------------------------------------------------------------------------------

    private JsonArray promises() {
        JsonArray all = new JsonArray();
        for (Promise promise : Promises.all()) {
            JsonObject evidence = new JsonObject();
            texts.forEach((language, words) ->
                    evidence.put(language, words.text("evidence." + promise.number(), figures(language))));
            all.add(new JsonObject()
                    .put("number", promise.number())
                    .put("promise", promise.sentence())
                    .put("evidence", evidence)
                    .put("kept_by", new JsonArray(promise.keptBy()))
                    .put("proved_by", new JsonArray(promise.provedBy()))
                    .put("is_complete", promise.isComplete()));
        }
        return all;
    }

    private JsonObject paragraphs(String kind, List<String> names) {
        JsonObject json = new JsonObject();
        texts.forEach((language, words) -> json.put(
                language,
                new JsonArray(names.stream()
                        .map(name -> new JsonObject()
                                .put("name", words.text(kind + "." + name))
                                .put("text", words.text(kind + "." + name + ".text", figures(language))))
                        .toList())));
        return json;
    }

    private JsonArray consents() throws SQLException {
        JsonArray all = rows("""
            select site, notice_version as version, encode(notice_sha256, 'hex') as sha256, choice, count(*) as number
            from consent.receipt
            group by 1, 2, 3, 4
            order by 1, 2, 3, 4
            """);
        return banded(all);
    }

    private JsonArray scripts() throws SQLException {
        return rows("""
            select
              encode(script_sha256, 'hex') as sha256,
              to_char(min(day), 'YYYY-MM') as from,
              to_char(max(day), 'YYYY-MM') as to
            from consent.receipt
            where script_sha256 is not null
            group by 1
            order by 2, 1
            """);
    }

    private JsonArray requests() throws SQLException {
        return banded(rows("select kind, status, count(*) as number from rights.request group by 1, 2 order by 1, 2"));
    }

    private static JsonArray banded(JsonArray rows) {
        for (int i = 0; i < rows.size(); i++) {
            JsonObject row = rows.getJsonObject(i);
            row.put(
                    "number",
                    Magnitude.of(Long.parseLong(row.getString("number"))).toString());
        }
        return rows;
    }

    private JsonArray statistics() throws SQLException {
        JsonArray all = rows("""
            select
              s.site,
              s.preset,
              s.synthetic::text as synthetic,
              s.bounds::text as bounds,
              count(*) filter (where p.grain = 'day' and p.state = 'published') as days,
              count(*) filter (where p.grain = 'week' and p.state = 'published') as weeks,
              count(*) filter (where p.grain = 'month' and p.state = 'published') as months,
              count(*) filter (where p.state = 'lost') as lost,
              min(p.period)::text as since
            from registry.site s
            left join stats.published p on p.site = s.site
            group by 1, 2, 3, 4
            order by 1
            """);
        long worst = 0;
        for (int i = 0; i < all.size(); i++) {
            JsonObject site = all.getJsonObject(i);
            Budget budget = Budget.of(Preset.ofLabel(site.getString("preset")), Bounds.parse(site.getString("bounds")));
            site.put(
                    "rho",
                    budget.total()
                            .bigDecimalValue(6, RoundingMode.UP)
                            .stripTrailingZeros()
                            .toPlainString());
            site.put("delta", Budget.DELTA.bigDecimalValue(6, RoundingMode.UP).toPlainString());
            for (int days : new int[] {1, 5, 30}) {
                site.put("points_" + days + "_days", Math.round(100 * budget.guessAdvantage(days)));
            }
            worst = Math.max(worst, site.getLong("points_1_days"));
        }
        figures.put("points", Long.toString(worst));
        figures.put("sites", words(all, "site"));
        figures.put("presets", words(all, "preset"));
        for (String grain : List.of("day", "week", "month")) {
            figures.put(
                    "published_" + grain + "s",
                    text("select count(*) from stats.published where state = 'published' and grain = '" + grain + "'"));
        }
        figures.put("published_from", text("select coalesce(min(period)::text, '%none') from stats.published"));
        figures.put("stats_guarded", isTrue("""
            select count(*) = 4
            from pg_trigger
            where tgname = 'never_changes' and tgenabled = 'O'
            """) ? "%yes" : "%no");
        return all;
    }

    private static String words(JsonArray rows, String field) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            words.add(rows.getJsonObject(i).getString(field));
        }
        return words.isEmpty() ? "%none" : words.stream().distinct().collect(Collectors.joining(", "));
    }

    /** As the server keeps them, not as the migrations meant them. */
    private JsonArray roles() throws SQLException {
        JsonArray grants = rows("""
            select
              pg_get_userbyid(a.grantee) as role,
              n.nspname || '.' || c.relname || ': ' || string_agg(lower(a.privilege_type), ' ' order by 1) as grants
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            cross join lateral (
              select x.grantee, x.privilege_type from aclexplode(c.relacl) x
              union
              select x.grantee, x.privilege_type || ' (' || t.attname || ')'
              from pg_attribute t
              cross join lateral aclexplode(t.attacl) x
              where t.attrelid = c.oid and t.attacl is not null
            ) a
            where n.nspname in ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys')
              and c.relkind in ('r', 'p', 'v')
              and not c.relispartition
            group by a.grantee, n.nspname, c.relname
            order by 1, 2
            """);
        Map<String, JsonArray> byRole = new TreeMap<>();
        for (int i = 0; i < grants.size(); i++) {
            JsonObject grant = grants.getJsonObject(i);
            byRole.computeIfAbsent(grant.getString("role"), role -> new JsonArray())
                    .add(grant.getString("grants"));
        }
        JsonArray roles = new JsonArray();
        byRole.forEach(
                (role, may) -> roles.add(new JsonObject().put("role", role).put("may", may)));
        return roles;
    }

    private JsonArray settings() {
        JsonArray all = new JsonArray();
        for (EffectiveValue value : values) {
            all.add(new JsonObject()
                    .put("key", value.key().key())
                    .put("value", value.text())
                    .put("from", value.from()));
        }
        return all;
    }

    /** Whose right was exercised stands nowhere; that and when somebody's was is left out as well, but for its link. */
    private JsonArray ledger() throws SQLException {
        JsonArray entries = rows("""
            select
              seq,
              to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
              kind,
              detail,
              encode(previous, 'hex') as previous,
              encode(hash, 'hex') as hash
            from registry.ledger
            order by registry.ledger.seq
            """);
        for (int i = 0; i < entries.size(); i++) {
            JsonObject entry = entries.getJsonObject(i);
            entry.put("seq", Long.parseLong(entry.getString("seq")));
            // One that this release does not know may be about a person.
            if (Deed.ofKind(entry.getString("kind")).map(Deed::isAboutAPerson).orElse(true)) {
                entry.remove("at");
                entry.remove("detail");
                entry.put("kind", "about a person");
            }
        }
        return entries;
    }

    // Reading
    // ---------------------------------------------------------------------------------------------------------------

    private String band(String query) throws SQLException {
        return Magnitude.of(Long.parseLong(text(query))).toString();
    }

    private boolean isTrue(String query) throws SQLException {
        return "t".equals(text(query));
    }

    private String text(String query) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Every column as text. */
    private JsonArray rows(String query) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            ResultSetMetaData columns = rows.getMetaData();
            JsonArray all = new JsonArray();
            while (rows.next()) {
                JsonObject row = new JsonObject();
                for (int column = 1; column <= columns.getColumnCount(); column++) {
                    row.put(columns.getColumnLabel(column), rows.getString(column));
                }
                all.add(row);
            }
            return all;
        }
    }
}
