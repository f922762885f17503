package dev.lethe.rights;

import dev.lethe.consent.Possession;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.site.Site;
import dev.lethe.site.Sites;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out what a letter asks for, for whoever brought a visitor code: the code is the only proof there is, and nothing else is
 * asked (GDPR Art. 11(2), 12(6)). Thread-safe.
 */
public final class RightsByCode {
    private final RequestDesk desk;
    private final VisitorCodes codes;
    private final Sites sites;
    private final Withdrawals withdrawals;
    private final Pool rights;
    private final Tags tags;
    private final Pseudonymiser pseudonymiser;
    private final Clock clock;

    public RightsByCode(
            RequestDesk desk,
            VisitorCodes codes,
            Sites sites,
            Withdrawals withdrawals,
            Pool rights,
            Tags tags,
            Pseudonymiser pseudonymiser,
            Clock clock) {
        this.desk = desk;
        this.codes = codes;
        this.sites = sites;
        this.withdrawals = withdrawals;
        this.rights = rights;
        this.tags = tags;
        this.pseudonymiser = pseudonymiser;
        this.clock = clock;
    }

    /**
     * What was done.
     *
     * @param copy the visitor's own data, for {@link RequestKind#ACCESS} and {@link RequestKind#PORTABILITY}
     */
    public record Done(Outcome outcome, Optional<Buffer> copy) {}

    /**
     * Does what the request asks for; the request itself stays open, so that a copy can be put away before it ends. May be repeated.
     * Fails with {@link RequestDesk.NotPossible} when the code proves nothing, or the request is not one for a code.
     */
    public Future<Done> execute(Request request, String code) {
        if (request.state().isEnd()) {
            return Future.failedFuture(new RequestDesk.NotPossible(
                    "Request " + request.id() + " was " + request.state().label() + " already."));
        }
        Optional<Site> site = sites.find(request.site());
        LocalDate today = desk.today(request.site());
        Optional<Possession> visitor = site.flatMap(known -> codes.read(known, code, clock.instant()));
        if (visitor.isEmpty()) {
            return Future.failedFuture(new RequestDesk.NotPossible(
                    "This visitor code is not genuine, is another site's, or is older than 38 months. Nothing was"
                            + " done. Ask for another one (suspend), or complete the request as not_identifiable."));
        }
        return desk.auditUse(request).compose(audited -> execute(request.kind(), visitor.get(), today));
    }

    private Future<Done> execute(RequestKind kind, Possession visitor, LocalDate today) {
        return switch (kind) {
            case ACCESS, PORTABILITY ->
                events(visitor)
                        .map(events -> new Done(
                                events.isEmpty() ? Outcome.NOTHING_HELD : Outcome.EXECUTED,
                                events.isEmpty() ? Optional.empty() : Optional.of(copy(visitor, events))));
            case ERASURE, OBJECTION -> withdrawals.withdraw(visitor, true).map(done());
            case RESTRICTION -> restrict(visitor, today).map(done());
            case RECTIFICATION ->
                Future.failedFuture(new RequestDesk.NotPossible(
                        "A code does not say what is wrong. Ask the requester to correct it on the privacy page, or to"
                                + " have it erased; then complete with --done."));
        };
    }

    private static Done done() {
        return new Done(Outcome.EXECUTED, Optional.empty());
    }

    /** Nothing more is collected, and what there is goes into no statistic: the publisher knows pseudonyms, not tags. */
    private Future<Void> restrict(Possession visitor, LocalDate today) {
        String site = visitor.site().id().value();
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> rights.withTransaction(connection -> {
                    Future<?> written = connection
                            .preparedQuery("""
                                insert into rights.tag (site, tag, kind, day)
                                values ($1, $2, 'restricted', $3)
                                on conflict (tag, site) do update
                                set kind = excluded.kind, day = excluded.day, changed_at = clock_timestamp()
                                where tag.kind <> 'objected'
                                """)
                            .execute(Tuple.of(site, tags.tag(visitor.site(), visitor.visitor()), today));
                    for (Map.Entry<YearMonth, Pseudonym> month : pseudonyms.entrySet()) {
                        written = written.compose(before -> connection
                                .preparedQuery("""
                                    insert into rights.withheld (site, pseudonym, month)
                                    values ($1, $2, $3)
                                    on conflict do nothing
                                    """)
                                .execute(Tuple.of(
                                        site,
                                        month.getValue().value(),
                                        month.getKey().atDay(1))));
                    }
                    return written.<Void>mapEmpty();
                }))
                .compose(written -> tags.refresh());
    }

    private Future<JsonArray> events(Possession visitor) {
        return pseudonymiser.pseudonyms(visitor).compose(pseudonyms -> {
            Future<JsonArray> events = Future.succeededFuture(new JsonArray());
            for (Map.Entry<YearMonth, Pseudonym> month : pseudonyms.entrySet()) {
                events = events.compose(before ->
                        monthOf(visitor, month.getKey(), month.getValue()).map(before::addAll));
            }
            return events;
        });
    }

    private Future<JsonArray> monthOf(Possession visitor, YearMonth month, Pseudonym pseudonym) {
        return rights.preparedQuery("""
            select to_jsonb(e) - 'pseudonym' as event
            from raw.event_named e
            where e.pseudonym = $1 and e.day between $2 and $3 and e.site = $4
            order by e.received_at, e.beacon_id
            """)
                .execute(Tuple.of(
                        pseudonym.value(),
                        month.atDay(1),
                        month.atEndOfMonth(),
                        visitor.site().id().value()))
                .map(rows -> {
                    JsonArray events = new JsonArray();
                    for (Row row : rows) {
                        events.add(row.getJsonObject("event"));
                    }
                    return events;
                });
    }

    private static Buffer copy(Possession visitor, JsonArray events) {
        return Buffer.buffer(new JsonObject()
                .put("site", visitor.site().id().value())
                .put("events", events)
                .encodePrettily());
    }
}
