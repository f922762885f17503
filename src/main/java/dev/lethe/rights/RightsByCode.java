package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.Possession;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.site.Site;
import dev.lethe.site.Sites;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.time.Clock;
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
    private final OwnEvents events;
    private final Export export;
    private final Clock clock;

    /** @param rights logs in as the rights role */
    public RightsByCode(
            RequestDesk desk,
            VisitorCodes codes,
            Sites sites,
            Withdrawals withdrawals,
            Pool rights,
            Pseudonymiser pseudonymiser,
            Settings settings,
            SecureRandom random,
            Clock clock) {
        this.desk = desk;
        this.codes = codes;
        this.sites = sites;
        this.withdrawals = withdrawals;
        this.events = new OwnEvents(rights, pseudonymiser);
        this.export = new Export(events, new RightsLedger(rights, clock), new Texts(settings), settings, random);
        this.clock = clock;
    }

    /**
     * What was done.
     *
     * @param copy the visitor's own data, for {@link RequestKind#ACCESS} and {@link RequestKind#PORTABILITY}
     */
    public record Done(Outcome outcome, Optional<Copy> copy) {}

    private static final Done EXECUTED = new Done(Outcome.EXECUTED, Optional.empty());

    /** A visitor's own data, whole. */
    public record Copy(CopyFormat format, Buffer content) {
        @Override
        public String toString() {
            return "(copy)";
        }
    }

    /**
     * Does what the request asks for; the request itself stays open, so that a copy can be put away before it ends. May be repeated.
     * Fails with {@link RequestDesk.NotPossible} when the code proves nothing, or the request is not one for a code.
     */
    public Future<Done> execute(Request request, DeskStep.CompleteByCode step) {
        if (request.state().isEnd()) {
            return Future.failedFuture(new RequestDesk.NotPossible(
                    "Request " + request.id() + " was " + request.state().label() + " already."));
        }
        Optional<Site> site = sites.find(request.site());
        Optional<Possession> visitor = site.flatMap(known -> codes.read(known, step.code(), clock.instant()));
        if (visitor.isEmpty()) {
            return Future.failedFuture(new RequestDesk.NotPossible(
                    "This visitor code is not genuine, is another site's, or is older than 38 months. Nothing was"
                            + " done. Ask for another one (suspend), or complete the request as not_identifiable."));
        }
        if (step.event().isPresent() != (request.kind() == RequestKind.RECTIFICATION)) {
            return Future.failedFuture(new RequestDesk.NotPossible(
                    step.event().isPresent()
                            ? "Only a correction names an event."
                            : "A code does not say what is wrong: name the event by its number (id), which stands in"
                                    + " the requester's copy and on the privacy page. Nothing was done."));
        }
        return desk.auditUse(request).compose(audited -> execute(request, visitor.get(), step));
    }

    private Future<Done> execute(Request request, Possession visitor, DeskStep.CompleteByCode step) {
        return switch (request.kind()) {
            case ACCESS, PORTABILITY -> copy(request, visitor, step.format());
            case ERASURE -> withdrawals.end(visitor, Right.ERASURE, true).map(receipt -> EXECUTED);
            case OBJECTION -> withdrawals.end(visitor, Right.OBJECTION, true).map(receipt -> EXECUTED);
            case RESTRICTION -> withdrawals.restrict(visitor).map(receipt -> EXECUTED);
            case RECTIFICATION -> correct(visitor, step.event().orElseThrow());
        };
    }

    private Future<Done> correct(Possession visitor, String event) {
        return OwnEvents.read(event)
                .map(beacon -> withdrawals.correct(visitor, beacon))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()))
                .map(receipt -> receipt.map(number -> EXECUTED)
                        .orElseThrow(() -> new RequestDesk.NotPossible(
                                "This visitor has no event of that number. Nothing was done.")));
    }

    /** The visitor herself gets a receipt on the page; whoever wrote gets a letter. */
    private Future<Done> copy(Request request, Possession visitor, CopyFormat format) {
        return events.newest(visitor, 1).compose(newest -> {
            if (newest.isEmpty()) {
                return Future.succeededFuture(new Done(Outcome.NOTHING_HELD, Optional.empty()));
            }
            Buffer copy = Buffer.buffer();
            return export.write(format, visitor, request.language(), piece -> {
                        copy.appendBuffer(piece);
                        return Future.succeededFuture();
                    })
                    .map(written -> new Done(Outcome.EXECUTED, Optional.of(new Copy(format, copy))));
        });
    }
}
