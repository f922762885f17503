package dev.lethe;

import dev.lethe.Operations.BreachRequest;
import dev.lethe.Operations.ReportCheck;
import dev.lethe.Operations.RequestRow;
import dev.lethe.Operations.RightsRequest;
import dev.lethe.config.EffectiveValue;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.SigningKey;
import dev.lethe.rights.Breach;
import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.Request;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.Withdrawals;
import dev.lethe.site.Sites;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the commands do for visitors and auditors: the request desk, breaches, and the compliance report. */
final class RightsOperations {
    private RightsOperations() {}

    static List<RequestRow> requests(Session session, boolean ended) {
        RequestDesk desk = desk(session, session.sites(session.pool(DutyRole.COLLECTOR)));
        return Session.await(desk.list(ended)).stream()
                .map(request -> row(desk, request))
                .toList();
    }

    private static RequestDesk desk(Session session, Sites sites) {
        return new RequestDesk(session.pool(DutyRole.RIGHTS), sites, session.clock(), session.random());
    }

    private static RequestRow row(RequestDesk desk, Request request) {
        return RequestRow.of(request, request.urgency(desk.today(request.site())), "");
    }

    static RequestRow take(Session session, RightsRequest request) {
        Pool rights = session.pool(DutyRole.RIGHTS);
        Pool collector = session.pool(DutyRole.COLLECTOR);
        Sites sites = session.sites(collector);
        Pseudonymiser pseudonymiser = new Pseudonymiser(session.keyRing(collector));
        session.repeatErasures();
        Withdrawals withdrawals = session.withdrawals(rights, collector);
        RequestDesk desk = desk(session, sites);
        DeskClerk clerk = Collector.clerk(
                desk,
                session.keys(),
                sites,
                withdrawals,
                rights,
                pseudonymiser,
                session.settings(),
                session.random(),
                session.clock());
        try {
            DeskClerk.Answer answer = Session.await(clerk.take(
                    request.step(),
                    (id, copy) -> session.vertx().executeBlocking(() -> putAway(copy.content(), request.output()))));
            return RequestRow.of(answer.request(), answer.urgency(), answer.letter());
        } finally {
            // What was deleted is deleted once more, for a beacon that was in flight on a running node.
            Session.await(withdrawals.close());
        }
    }

    /** Exclusively: an existing file may be open to others, or somebody else's data. */
    private static Void putAway(Buffer copy, Optional<Path> output) throws IOException {
        Path file = output.orElseThrow(() -> new RequestDesk.NotPossible(
                "Say with --output FILE where the visitor's data is to go. Nothing was done."));
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(copy.getBytes());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new RequestDesk.NotPossible(file + " exists already; the visitor's data goes into a new file.");
        }
        return null;
    }

    static Breach breach(Session session, BreachRequest request) {
        session.repeatErasures();
        return Session.await(Breach.find(
                session.pool(DutyRole.RIGHTS),
                session.keys(),
                Journal.open(session.settings().journalDir()),
                session.clock(),
                request.from(),
                request.to(),
                request.detected()));
    }

    static ComplianceReport compliance(Session session, List<EffectiveValue> values) throws OperationFailed {
        Optional<Long> brokenAt = Session.await(new Ledger(session.pool(DutyRole.RETENTION)).verify());
        RequestDesk desk = desk(session, session.sites(session.pool(DutyRole.COLLECTOR)));
        long overdue = Session.await(desk.list(false)).stream()
                .filter(request -> request.urgency(desk.today(request.site()))
                        .filter(Deadline.Urgency.OVERDUE::equals)
                        .isPresent())
                .count();
        try {
            JsonObject gathered = Compliance.gather(
                    session.settings(),
                    values,
                    session.database(),
                    brokenAt,
                    overdue,
                    session.clock().instant());
            return ComplianceReport.signed(gathered, SigningKey.of(session.keys()));
        } catch (SQLException e) {
            throw new OperationFailed("The database cannot be read: " + e.getMessage(), e);
        }
    }

    static List<ReportCheck> check(Session session, ComplianceReport report) {
        Ledger ledger = new Ledger(session.pool(DutyRole.RETENTION));
        boolean holdsHead = report.head().isEmpty()
                || Session.await(ledger.holds(
                        report.head().get().seq(), report.head().get().hash()));
        return List.of(
                new ReportCheck(
                        report.publicKey().equals(SigningKey.of(session.keys()).publicKey()),
                        "The key is this installation's."),
                new ReportCheck(Session.await(ledger.verify()).isEmpty(), "The ledger of this installation is whole."),
                new ReportCheck(holdsHead, "The ledger still holds the newest entry of the report."));
    }
}
