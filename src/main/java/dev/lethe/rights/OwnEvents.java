package dev.lethe.rights;

import dev.lethe.consent.Possession;
import dev.lethe.database.Patience;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's own raw events, of all months that are still kept. The only place that reads raw events for her; it takes a proof of
 * possession and nothing else. Thread-safe.
 */
final class OwnEvents {
    /** Every column of {@code raw.event_named}, by the names of the download; the beacon's id first, by which one can be corrected. */
    static final List<String> FIELDS = List.of(
            "id",
            "received_at",
            "day",
            "site",
            "type",
            "path",
            "referrer_host",
            "channel",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "browser",
            "browser_major",
            "system",
            "device",
            "screen",
            "country",
            "language",
            "click",
            "target_host",
            "download",
            "seconds",
            "scroll",
            "metric",
            "value",
            "problem",
            "gap_days",
            "first_visit",
            "pseudonym");

    private static final int PAGE_ROWS = 500;
    /** Of each month, read ahead: more than most people ever have, and 2,600 rows for whoever has more in every month. */
    private static final int FIRST_ROWS = 100;

    private static final OffsetDateTime BEFORE_ALL = OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    private static final UUID LEAST = new UUID(0, 0);

    private static final String SELECT = """
        select beacon_id as id, received_at, day, site, type, path, referrer_host, channel, utm_source, utm_medium,
          utm_campaign, browser, browser_major, system, device, screen, country, language, click, target_host,
          download, seconds, scroll, metric, value, problem, gap_days, first_visit, pseudonym
        from raw.event_named
        where pseudonym = $1 and day between $2 and $3
        """;

    private static final String NEWEST = SELECT + "order by received_at desc, beacon_id limit $4";
    private static final String OLDEST = SELECT + """
        and (received_at, beacon_id) > ($4, $5)
        order by received_at, beacon_id
        limit $6
        """;

    private final Pool rights;
    private final Pseudonymiser pseudonymiser;

    OwnEvents(Pool rights, Pseudonymiser pseudonymiser) {
        this.rights = rights;
        this.pseudonymiser = pseudonymiser;
    }

    /** One event: its fields that have a value, by name, as they would stand in JSON. */
    record OwnEvent(UUID id, OffsetDateTime receivedAt, LocalDate day, Map<String, Object> fields) {
        private static OwnEvent of(Row row) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (String field : FIELDS) {
                Object value = plain(row.getValue(field));
                if (value != null) {
                    fields.put(field, value);
                }
            }
            UUID id = row.getUUID("id");
            fields.put("id", written(id));
            return new OwnEvent(id, row.getOffsetDateTime("received_at"), row.getLocalDate("day"), fields);
        }

        private static @Nullable Object plain(@Nullable Object value) {
            return switch (value) {
                case null -> null;
                case OffsetDateTime time -> time.toInstant().toString();
                case LocalDate day -> day.toString();
                case UUID code -> code.toString();
                default -> value;
            };
        }

        String text(String field) {
            Object value = fields.get(field);
            return value == null ? "" : value.toString();
        }
    }

    /** A beacon's id as the tracker writes it. */
    static String written(UUID id) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array());
    }

    /** The reverse of {@link #written}; empty when it is no beacon's id. */
    static Optional<UUID> read(String written) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(written.strip());
            if (bytes.length != 16) {
                return Optional.empty();
            }
            ByteBuffer id = ByteBuffer.wrap(bytes);
            return Optional.of(new UUID(id.getLong(), id.getLong()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The newest events first, at most so many. */
    Future<List<OwnEvent>> newest(Possession visitor, int most) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> ofMonths(
                        pseudonyms,
                        NEWEST,
                        month -> Tuple.of(
                                month.getValue().value(),
                                month.getKey().atDay(1),
                                month.getKey().atEndOfMonth(),
                                most)))
                .map(months -> months.values().stream().toList().reversed().stream()
                        .flatMap(List::stream)
                        .limit(most)
                        .toList());
    }

    /**
     * Asks for something of every month on one connection, without waiting for one answer before the next question: a visitor who came
     * in 25 months waits once.
     */
    private Future<Map<Map.Entry<YearMonth, Pseudonym>, List<OwnEvent>>> ofMonths(
            Map<YearMonth, Pseudonym> pseudonyms,
            String query,
            Function<Map.Entry<YearMonth, Pseudonym>, Tuple> values) {
        Map<Map.Entry<YearMonth, Pseudonym>, List<OwnEvent>> found = new LinkedHashMap<>();
        return rights.withConnection(connection -> {
                    List<Future<?>> asked = new ArrayList<>();
                    for (Map.Entry<YearMonth, Pseudonym> month : pseudonyms.entrySet()) {
                        List<OwnEvent> events = new ArrayList<>();
                        found.put(month, events);
                        asked.add(connection
                                .preparedQuery(query)
                                .execute(values.apply(month))
                                .onSuccess(rows -> rows.forEach(row -> events.add(OwnEvent.of(row)))));
                    }
                    return Future.all(asked);
                })
                .map(found);
    }

    /**
     * All events, oldest first, in pages: the next is read when the previous one is done with. No connection is held meanwhile, so that
     * a reader who takes her time keeps nobody else from theirs.
     */
    Future<Void> each(Possession visitor, Function<List<OwnEvent>, Future<Void>> page) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> Patience.within(
                        Patience.OF_A_VISITOR,
                        ofMonths(pseudonyms, OLDEST, month -> from(month, BEFORE_ALL, LEAST, FIRST_ROWS))))
                .compose(first -> months(first.entrySet().iterator(), page));
    }

    private Future<Void> months(
            Iterator<Map.Entry<Map.Entry<YearMonth, Pseudonym>, List<OwnEvent>>> months,
            Function<List<OwnEvent>, Future<Void>> page) {
        if (!months.hasNext()) {
            return Future.succeededFuture();
        }
        Map.Entry<Map.Entry<YearMonth, Pseudonym>, List<OwnEvent>> month = months.next();
        return hand(month.getKey(), month.getValue(), FIRST_ROWS, page).compose(read -> months(months, page));
    }

    /** Hands a page over, and goes on with the next one if it was a full one. */
    private Future<Void> hand(
            Map.Entry<YearMonth, Pseudonym> month,
            List<OwnEvent> events,
            int full,
            Function<List<OwnEvent>, Future<Void>> page) {
        if (events.isEmpty()) {
            return Future.succeededFuture();
        }
        return page.apply(events)
                .compose(
                        taken -> events.size() < full ? Future.succeededFuture() : next(month, events.getLast(), page));
    }

    private Future<Void> next(
            Map.Entry<YearMonth, Pseudonym> month, OwnEvent last, Function<List<OwnEvent>, Future<Void>> page) {
        // Each page has the patience of a visitor; all of them may take as long as she reads.
        return Patience.within(
                        Patience.OF_A_VISITOR,
                        rights.preparedQuery(OLDEST).execute(from(month, last.receivedAt(), last.id(), PAGE_ROWS)))
                .compose(rows -> {
                    List<OwnEvent> events = new ArrayList<>();
                    rows.forEach(row -> events.add(OwnEvent.of(row)));
                    return hand(month, events, PAGE_ROWS, page);
                });
    }

    private static Tuple from(Map.Entry<YearMonth, Pseudonym> month, OffsetDateTime after, UUID afterId, int most) {
        return Tuple.of(
                month.getValue().value(),
                month.getKey().atDay(1),
                month.getKey().atEndOfMonth(),
                after,
                afterId,
                most);
    }
}
