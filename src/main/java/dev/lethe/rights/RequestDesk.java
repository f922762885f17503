package dev.lethe.rights;

import dev.lethe.retention.Deed;
import dev.lethe.retention.Ledger;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Requests of visitors that come by letter or mail: what was asked, when the answer is due, how it ended. Every step stands in the
 * ledger, in the step's own transaction and without anything about who asked. Thread-safe; as many as wanted, in any process.
 */
public final class RequestDesk {
    /** How long a requester may take to send what is missing before the request may be refused for it. */
    public static final Period PATIENCE = Period.ofMonths(2);

    private static final int CONTACT_CHARACTERS = 500;

    private final Pool rights;
    private final Sites sites;
    private final Clock clock;
    private final SecureRandom random;

    /**
     * Makes one.
     *
     * @param rights logs in as the rights role, which may not delete a request
     * @param sites say on which day a site is
     */
    public RequestDesk(Pool rights, Sites sites, Clock clock, SecureRandom random) {
        this.rights = rights;
        this.sites = sites;
        this.clock = clock;
        this.random = random;
    }

    /** A step that the request's state, or what was given with it, does not allow; the message is a sentence for the operator. */
    public static final class NotPossible extends IllegalStateException {
        private static final long serialVersionUID = 1;

        public NotPossible(String sentence) {
            super(sentence);
        }
    }

    /**
     * A request as it comes in.
     *
     * @param received on which day of the site; today when empty
     * @param contact how to reach the requester, at most 500 characters; kept apart, and gone 30 days after the end
     */
    public record Opening(
            Site site, RequestKind kind, String language, Optional<LocalDate> received, Optional<String> contact) {
        public Opening {
            contact = contact.map(String::strip).filter(text -> !text.isEmpty());
            if (contact.map(String::length).orElse(0) > CONTACT_CHARACTERS) {
                throw new NotPossible(
                        "How to reach the requester takes at most " + CONTACT_CHARACTERS + " characters.");
            }
        }
    }

    /** The site's day now. */
    public LocalDate today(SiteId site) {
        Instant now = clock.instant();
        return sites.find(site)
                .map(known -> known.dayOf(now))
                .orElseGet(() -> now.atZone(ZoneOffset.UTC).toLocalDate());
    }

    public Future<Request> open(Opening opening) {
        LocalDate today = today(opening.site().id());
        LocalDate received = opening.received().orElse(today);
        if (received.isAfter(today)) {
            return Future.failedFuture(new NotPossible("A request cannot have come in after today, " + today + "."));
        }
        Request request = new Request(
                RequestId.random(random),
                opening.site().id(),
                opening.kind(),
                opening.language(),
                received,
                List.of(),
                new Request.Open());
        return rights.withTransaction(connection -> connection
                .preparedQuery("""
                    insert into rights.request (request, site, kind, language, received)
                    values ($1, $2, $3, $4, $5)
                    """)
                .execute(Tuple.of(
                        request.id().value(),
                        request.site().value(),
                        request.kind().toString(),
                        request.language(),
                        request.received()))
                .compose(inserted -> opening.contact()
                        .map(contact -> RequestContacts.keep(connection, request.id(), contact))
                        .orElseGet(Future::succeededFuture))
                .compose(kept -> audit(
                        connection,
                        Deed.REQUEST_OPENED,
                        request,
                        new JsonObject()
                                .put("site", request.site().value())
                                .put("kind", request.kind().toString())
                                .put("received", received.toString())))
                .map(request));
    }

    /** How to reach the requester; empty when she gave nothing, or 30 days after the end. */
    public Future<Optional<String>> contact(RequestId id) {
        return RequestContacts.find(rights, id);
    }

    /** The most urgent first, those whose clock stands still behind them, and if {@code ended} those that have ended, last. */
    public Future<List<Request>> list(boolean ended) {
        return (ended ? RequestRows.all(rights) : RequestRows.waiting(rights))
                .map(noted -> noted.stream()
                        .map(RequestRows.Noted::request)
                        .sorted(Comparator.comparing(
                                        (Request request) -> request.state().isEnd())
                                .thenComparing(request -> request.due().orElse(LocalDate.MAX))
                                .thenComparing(Request::received)
                                .thenComparing(request -> request.id().value()))
                        .toList());
    }

    public Future<Optional<Request>> find(RequestId id) {
        return RequestRows.find(rights, id);
    }

    /** The request of that number. Fails with {@link NotPossible} when there is none. */
    public Future<Request> get(RequestId id) {
        return find(id).map(found -> found.orElseThrow(() -> unknown(id)));
    }

    /** Stops the clock from today on, because the requester is asked for what is missing. */
    public Future<Request> suspend(RequestId id) {
        return change(id, Deed.REQUEST_SUSPENDED, (connection, request) -> {
            if (!(request.state() instanceof Request.Open)) {
                throw new NotPossible(
                        "Request " + id + " is " + request.state().label() + "; only an open one can be suspended.");
            }
            return connection
                    .preparedQuery("""
                        insert into rights.suspension (request, suspended)
                        values ($1, $2)
                        on conflict (request, suspended) do update
                        set resumed = null
                        """)
                    .execute(Tuple.of(id.value(), today(request.site())))
                    .compose(written -> status(connection, id, "suspended"))
                    .map(new JsonObject());
        });
    }

    /**
     * Lets the clock run on from the day on which the requester's completion came in.
     *
     * @param on that day; today when empty
     */
    public Future<Request> resume(RequestId id, Optional<LocalDate> on) {
        return change(id, Deed.REQUEST_RESUMED, (connection, request) -> {
            if (!(request.state() instanceof Request.Suspended)) {
                throw new NotPossible(
                        "Request " + id + " is " + request.state().label() + "; only a suspended one can be resumed.");
            }
            LocalDate since = request.suspensions().getLast().from();
            LocalDate today = today(request.site());
            LocalDate resumed = on.orElse(today);
            if (resumed.isBefore(since) || resumed.isAfter(today)) {
                throw new NotPossible("What was missing came between " + since + ", when it was asked for, and today, "
                        + today + ".");
            }
            return endSuspension(connection, id, resumed)
                    .compose(ended -> status(connection, id, "open"))
                    .map(new JsonObject().put("resumed", resumed.toString()));
        });
    }

    /** Ends a request with an outcome. What the right asks for is to be done before, see {@link RightsByCode}. */
    public Future<Request> complete(RequestId id, Outcome outcome) {
        return change(
                id,
                Deed.REQUEST_COMPLETED,
                (connection, request) -> end(connection, request, "completed", outcome.toString(), null, null)
                        .map(new JsonObject().put("outcome", outcome.toString())));
    }

    /**
     * Ends a request with a refusal.
     *
     * @param earlier with {@link RefusalReason#REPETITIVE}, and only with it: the answered request that this one repeats. It is the
     *     operator who says that both come from one person; that there was an answered one before is looked up.
     */
    public Future<Request> refuse(RequestId id, RefusalReason reason, Optional<RequestId> earlier) {
        if ((reason == RefusalReason.REPETITIVE) != earlier.isPresent()) {
            return Future.failedFuture(new NotPossible(
                    earlier.isPresent()
                            ? "Only a refusal as repetitive names an earlier request."
                            : "A refusal as repetitive names the answered request that it repeats: the first request of"
                                    + " anybody is never refused as one."));
        }
        return change(
                id,
                Deed.REQUEST_REFUSED,
                (connection, request) -> mayBeRefused(connection, request, reason, earlier)
                        .compose(may -> end(
                                connection,
                                request,
                                "refused",
                                null,
                                reason.toString(),
                                earlier.map(RequestId::value).orElse(null)))
                        .map(ended -> {
                            JsonObject detail = new JsonObject().put("reason", reason.toString());
                            earlier.ifPresent(other -> detail.put("earlier", other.value()));
                            return detail;
                        }));
    }

    private Future<Void> mayBeRefused(
            SqlConnection connection, Request request, RefusalReason reason, Optional<RequestId> earlier) {
        return switch (reason) {
            case UNFOUNDED, RIGHTS_OF_OTHERS, LEGAL_CLAIMS -> Future.succeededFuture();
            case NOT_COMPLETED -> {
                LocalDate today = today(request.site());
                boolean waited = request.state() instanceof Request.Suspended
                        && !today.isBefore(
                                request.suspensions().getLast().from().plus(PATIENCE));
                yield waited
                        ? Future.succeededFuture()
                        : Future.failedFuture(new NotPossible("Only a request that has been suspended for two months"
                                + " can be refused because it was not completed."));
            }
            case REPETITIVE ->
                RequestRows.find(connection, earlier.orElseThrow())
                        .compose(found -> found.filter(before -> isAnsweredBefore(before, request))
                                        .isPresent()
                                ? Future.succeededFuture()
                                : Future.failedFuture(new NotPossible("Request " + earlier.orElseThrow()
                                        + " is not an earlier request on the same site, of the same kind, that"
                                        + " was completed: this one repeats nothing.")));
        };
    }

    private static boolean isAnsweredBefore(Request before, Request request) {
        return before.state() instanceof Request.Completed
                && !before.id().equals(request.id())
                && before.site().equals(request.site())
                && before.kind() == request.kind()
                && !before.received().isAfter(request.received());
    }

    private Future<Void> end(
            SqlConnection connection,
            Request request,
            String status,
            @Nullable String outcome,
            @Nullable String reason,
            @Nullable String earlier) {
        LocalDate today = today(request.site());
        Future<Void> running = request.state() instanceof Request.Suspended
                ? endSuspension(connection, request.id(), today)
                : Future.succeededFuture();
        return running.compose(runs -> connection
                .preparedQuery("""
                    update rights.request
                    set status = $2, outcome = $3, reason = $4, earlier = $5, closed = $6
                    where request = $1
                    """)
                .execute(Tuple.of(request.id().value(), status, outcome, reason, earlier, today))
                .mapEmpty());
    }

    /** Reminders begin anew: the due day has moved. */
    private static Future<Void> endSuspension(SqlConnection connection, RequestId id, LocalDate resumed) {
        return connection
                .preparedQuery("update rights.suspension set resumed = $2 where request = $1 and resumed is null")
                .execute(Tuple.of(id.value(), resumed))
                .compose(ended -> connection
                        .preparedQuery("update rights.request set reminded = 0 where request = $1")
                        .execute(Tuple.of(id.value())))
                .mapEmpty();
    }

    private static Future<Void> status(SqlConnection connection, RequestId id, String status) {
        return connection
                .preparedQuery("update rights.request set status = $2 where request = $1")
                .execute(Tuple.of(id.value(), status))
                .mapEmpty();
    }

    /** One step: the request is held until it is done, so that two operators cannot end it twice, and the ledger says so. */
    private Future<Request> change(
            RequestId id, Deed deed, BiFunction<SqlConnection, Request, Future<JsonObject>> step) {
        return rights.withTransaction(connection -> connection
                .preparedQuery("select from rights.request where request = $1 for update")
                .execute(Tuple.of(id.value()))
                .compose(held -> get(connection, id))
                .compose(request -> {
                    if (request.state().isEnd()) {
                        throw new NotPossible("Request " + id + " was "
                                + request.state().label() + " already. What ended stays as it is; a new letter is a new"
                                + " request.");
                    }
                    return step.apply(connection, request).compose(detail -> audit(connection, deed, request, detail));
                })
                .compose(audited -> get(connection, id)));
    }

    private Future<Request> get(SqlConnection connection, RequestId id) {
        return RequestRows.find(connection, id).map(found -> found.orElseThrow(() -> unknown(id)));
    }

    private static NotPossible unknown(RequestId id) {
        return new NotPossible("There is no request " + id + ".");
    }

    private Future<Void> audit(SqlConnection connection, Deed deed, Request request, JsonObject detail) {
        return Ledger.append(
                        connection,
                        clock.instant(),
                        deed,
                        detail.put("request", request.id().value()))
                .mapEmpty();
    }

    /** Writes down that the raw events of whoever brought a code are about to be read or changed. */
    public Future<Void> auditUse(Request request) {
        return rights.withTransaction(connection -> audit(
                connection,
                Deed.RAW_USED_FOR_REQUEST,
                request,
                new JsonObject().put("kind", request.kind().toString())));
    }

    /** How many requests wait for an answer, by how urgent they are. */
    public Future<Map<Deadline.Urgency, Integer>> waiting() {
        return list(false).map(requests -> {
            Map<Deadline.Urgency, Integer> counts = new LinkedHashMap<>();
            for (Request request : requests) {
                request.urgency(today(request.site())).ifPresent(urgency -> counts.merge(urgency, 1, Integer::sum));
            }
            return counts;
        });
    }

    /**
     * The requests that have become more urgent since the last call on any node; each is given once for each step.
     *
     * @return with the days on which they are due
     */
    public Future<List<Request>> remind() {
        return RequestRows.waiting(rights).compose(noted -> {
            List<Request> reminded = new ArrayList<>();
            Future<Void> done = Future.succeededFuture();
            for (RequestRows.Noted each : noted) {
                int level = level(Deadline.urgency(
                        each.request().due(), today(each.request().site())));
                if (level > each.reminded()) {
                    done = done.compose(before -> rights.preparedQuery(
                                            "update rights.request set reminded = $2 where request = $1 and"
                                                    + " reminded < $2")
                                    .execute(Tuple.of(each.request().id().value(), level)))
                            .map(updated -> {
                                if (updated.rowCount() == 1) {
                                    reminded.add(each.request());
                                }
                                return null;
                            });
                }
            }
            return done.map(reminded);
        });
    }

    private static int level(Deadline.Urgency urgency) {
        return switch (urgency) {
            case SUSPENDED, IN_TIME -> 0;
            case SOON -> 1;
            case URGENT -> 2;
            case OVERDUE -> 3;
        };
    }
}
