package dev.lethe.rights;

import dev.lethe.config.KeyDirectory;
import dev.lethe.database.Journal;
import dev.lethe.http.Sentences;
import dev.lethe.retention.Deed;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.StoredMonthKeys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a leak of the data of some days would have shown, and until when the authority is to be told (GDPR Art. 33 and 34). Immutable;
 * holds no data, only names of fields, days, and orders of magnitude.
 *
 * @param from the first day whose data was within reach
 * @param to the last such day
 * @param detected when somebody became aware of it
 * @param tables what of it is personal data and still here
 * @param months the months of those days, oldest first
 * @param browsers how many at most; a browser counts once for each site and month
 */
public record Breach(
        LocalDate from, LocalDate to, Instant detected, List<Table> tables, List<Month> months, Magnitude browsers) {
    /** 72 hours: Art. 33(1). */
    private static final Duration TIME_TO_REPORT = Duration.ofDays(3);

    public Breach {
        tables = List.copyOf(tables);
        months = List.copyOf(months);
    }

    /** A table with rows of those days, and its columns. */
    public record Table(String name, List<String> fields) {
        public Table {
            fields = List.copyOf(fields);
        }
    }

    /**
     * A month of those days.
     *
     * @param days how many of its days in the range still have raw events
     * @param linkable whether a key that joins its pseudonyms to cookies still exists; whoever got {@code keys.dir} and the database
     *     can use it, whoever got the database alone cannot
     */
    public record Month(YearMonth month, int days, boolean linkable) {}

    /** Until when the authority is to be told. */
    public Instant reportBy() {
        return detected.plus(TIME_TO_REPORT);
    }

    /** Where personal data of days is looked for: the table, and how its rows belong to days {@code $1} to {@code $2}. */
    private static final Map<String, String> PERSONAL = new LinkedHashMap<>();

    static {
        PERSONAL.put("raw.event", "select from raw.event where day between $1 and $2 limit 1");
        PERSONAL.put("consent.receipt", "select from consent.receipt where day between $1 and $2 limit 1");
        PERSONAL.put("rights.tag", "select from rights.tag where day between $1 and $2 limit 1");
        PERSONAL.put("rights.withheld", """
            select
            from rights.withheld
            where month between date_trunc('month', $1::date)::date and $2
            limit 1
            """);
        PERSONAL.put("rights.request", """
            select
            from rights.request
            where received <= $2 and coalesce(closed, $2) >= $1
            limit 1
            """);
        PERSONAL.put("rights.contact", """
            select
            from rights.contact
            join rights.request using (request)
            where received <= $2
            limit 1
            """);
    }

    private static final Map<String, List<String>> JOURNALS = new TreeMap<>(Map.of(
            ErasureJournal.ROOT, List.of("site", "month", "pseudonym", "tag", "beacon", "receipt", "at"),
            StandingJournal.ROOT, List.of("site", "month", "pseudonym", "tag", "kind", "receipt", "day", "at")));

    /**
     * Finds the scope. Reads raw events to count browsers, and says so in the ledger first. Reads names of files.
     *
     * @param rights logs in as the rights role
     * @throws RequestDesk.NotPossible when the days are in the wrong order
     */
    public static Future<Breach> find(
            Pool rights,
            KeyDirectory keys,
            Journal journal,
            Clock clock,
            LocalDate from,
            LocalDate to,
            Instant detected) {
        if (to.isBefore(from)) {
            return Future.failedFuture(new RequestDesk.NotPossible("--to lies before --from."));
        }
        return rights.withTransaction(connection -> Ledger.append(
                        connection,
                        clock.instant(),
                        Deed.RAW_COUNTED_FOR_BREACH,
                        new JsonObject().put("from", from.toString()).put("to", to.toString())))
                .compose(audited -> tables(rights, from, to))
                .map(tables -> withJournal(tables, journal, from, to))
                .compose(tables -> days(rights, from, to)
                        .compose(days -> keyedMonths(rights, keys)
                                .map(keyed -> months(days, keyed, from, to))
                                .compose(months -> browsers(rights, from, to)
                                        .map(browsers -> new Breach(from, to, detected, tables, months, browsers)))));
    }

    private static Future<List<Table>> tables(Pool rights, LocalDate from, LocalDate to) {
        Future<List<Table>> found = Future.succeededFuture(new ArrayList<>());
        for (Map.Entry<String, String> table : PERSONAL.entrySet()) {
            found = found.compose(before -> rights.preparedQuery(table.getValue())
                    .execute(Tuple.of(from, to))
                    .compose(rows -> rows.size() == 0
                            ? Future.succeededFuture(before)
                            : fields(rights, table.getKey()).map(fields -> {
                                before.add(new Table(table.getKey(), fields));
                                return before;
                            })));
        }
        return found;
    }

    /** A month's files name whoever was erased or restricted in it, by a pseudonym that the month's key joins to a cookie. */
    private static List<Table> withJournal(List<Table> tables, Journal journal, LocalDate from, LocalDate to) {
        List<Table> all = new ArrayList<>(tables);
        JOURNALS.forEach((root, fields) -> {
            boolean isWithin = journal.names(root).stream()
                    .map(MonthFiles::month)
                    .anyMatch(month -> !month.isBefore(YearMonth.from(from)) && !month.isAfter(YearMonth.from(to)));
            if (isWithin) {
                all.add(new Table("journal.dir/" + root, fields));
            }
        });
        return all;
    }

    private static Future<List<String>> fields(Pool rights, String table) {
        return rights.preparedQuery("""
            select attname
            from pg_catalog.pg_attribute
            where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
            order by attnum
            """).execute(Tuple.of(table)).map(rows -> {
            List<String> names = new ArrayList<>();
            rows.forEach(row -> names.add(row.getString("attname")));
            return names;
        });
    }

    /** The days of the range that have raw events. */
    private static Future<List<LocalDate>> days(Pool rights, LocalDate from, LocalDate to) {
        return rights.preparedQuery("""
            select distinct day
            from raw.event
            where day between $1 and $2
            """).execute(Tuple.of(from, to)).map(rows -> {
            List<LocalDate> days = new ArrayList<>();
            rows.forEach(row -> days.add(row.getLocalDate("day")));
            return days;
        });
    }

    /** A month's key is alive when it lies in the database and the file that unwraps it in {@code keys.dir}. */
    private static Future<List<YearMonth>> keyedMonths(Pool rights, KeyDirectory keys) {
        return rights.query("select distinct month from keys.month").execute().map(rows -> {
            List<String> files = keys.names();
            List<YearMonth> months = new ArrayList<>();
            for (Row row : rows) {
                YearMonth month = YearMonth.from(row.getLocalDate("month"));
                if (files.contains(StoredMonthKeys.fileName(month))) {
                    months.add(month);
                }
            }
            return months;
        });
    }

    private static List<Month> months(List<LocalDate> days, List<YearMonth> keyed, LocalDate from, LocalDate to) {
        Map<YearMonth, Integer> counts = new TreeMap<>();
        for (YearMonth month = YearMonth.from(from); !month.isAfter(YearMonth.from(to)); month = month.plusMonths(1)) {
            counts.put(month, 0);
        }
        days.forEach(day -> counts.merge(YearMonth.from(day), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(month -> new Month(month.getKey(), month.getValue(), keyed.contains(month.getKey())))
                .toList();
    }

    /** A pseudonym is of one site and month, so that distinct ones are browsers by site and month. */
    private static Future<Magnitude> browsers(Pool rights, LocalDate from, LocalDate to) {
        return rights.preparedQuery("""
            select count(distinct pseudonym) as browsers
            from raw.event
            where day between $1 and $2
            """)
                .execute(Tuple.of(from, to))
                .map(rows -> Magnitude.of(rows.iterator().next().getLong("browsers")));
    }

    /**
     * A draft for the record of breaches and for the authority.
     *
     * @param language {@code en} or {@code fr}
     */
    public String text(String language, Instant now) {
        Sentences texts = new Sentences(Breach.class, "breach", language);
        List<String> lines = new ArrayList<>();
        lines.add(say(texts, "title", from, to));
        lines.add(say(texts, "detected", detected.truncatedTo(ChronoUnit.SECONDS)));
        Duration left = Duration.between(now, reportBy());
        lines.add(
                left.isNegative()
                        ? say(texts, "clock.over", reportBy().truncatedTo(ChronoUnit.SECONDS))
                        : say(texts, "clock", reportBy().truncatedTo(ChronoUnit.SECONDS), left.toHours()));
        if (tables.isEmpty()) {
            lines.add(say(texts, "nothing"));
        }
        for (Table table : tables) {
            lines.add(say(texts, "table", table.name(), String.join(", ", table.fields())));
        }
        for (Month month : months) {
            lines.add(
                    say(texts, month.linkable() ? "month.linkable" : "month.unlinkable", month.month(), month.days()));
        }
        lines.add(
                browsers.atLeast() == 0
                        ? say(texts, "browsers.none")
                        : say(texts, "browsers", browsers.atLeast(), browsers.below()));
        String linkable = months.stream()
                .filter(Month::linkable)
                .map(month -> month.month().toString())
                .collect(Collectors.joining(", "));
        lines.add(linkable.isEmpty() ? say(texts, "risk.low") : say(texts, "risk", linkable));
        lines.add(say(texts, "persons"));
        return String.join("\n\n", lines) + "\n";
    }

    private static String say(Sentences texts, String name, Object... values) {
        String text = texts.get(name);
        for (int i = 0; i < values.length; i++) {
            text = text.replace("{" + i + "}", values[i].toString());
        }
        return text;
    }
}
