package dev.lethe;

import dev.lethe.Operations.DueRequest;
import dev.lethe.Operations.KeyRow;
import dev.lethe.Operations.KeyState;
import dev.lethe.Operations.RetentionDay;
import dev.lethe.Operations.RetentionResult;
import dev.lethe.config.Settings;
import dev.lethe.database.Backup;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.retention.Deed;
import dev.lethe.retention.Expiry;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.Preview;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.retention.WriteAheadLog;
import dev.lethe.rights.ErasureJournal;
import dev.lethe.rights.RequestDesk;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the commands do about time: destroying days that are due, telling the keys, and not bringing days back. */
final class RetentionOperations {
    private RetentionOperations() {}

    static RetentionResult run(Session session, DueRequest request) throws OperationFailed {
        Instant asOf = request.asOf().orElseGet(session.clock()::instant);
        Pool pool = session.pool(DutyRole.RETENTION);
        // An instant that was given too: this machine's clock decides whether it lies in the future.
        if (!request.isConfirmed() && !request.isDryRun()) {
            session.requireRightClock(pool, "retention", "lethe retention --confirm");
        }
        Retention retention = retention(session, pool);
        Preview planned = retention.preview(asOf);
        return switch (retention.run(asOf, request.isDryRun(), request.isConfirmed())) {
            case Report.Planned plan -> result(plan.preview(), false);
            case Report.Done done -> result(planned, true);
            case Report.Incomplete incomplete -> throw new OperationFailed(incomplete.problem());
            case Report.Busy busy -> throw new OperationFailed("Another node is running retention right now.");
            case Report.Paused paused ->
                throw new OperationFailed(
                        paused.because() + " Look at the clock, then run `lethe retention --confirm`.");
            case Report.Refused refused -> throw new OperationFailed(refused.because());
        };
    }

    private static Retention retention(Session session, Pool pool) {
        Settings settings = session.settings();
        Pool owner = session.owner();
        RetentionPolicy policy = RetentionPolicy.of(settings);
        return new Retention(
                policy,
                pool,
                new StoredMonthKeys(pool, session.keys(), month -> {}),
                List.of(
                        Expiry.receipts(pool, settings.consentValidity()),
                        Expiry.tags(pool),
                        Expiry.seen(pool),
                        Expiry.withheld(pool, policy),
                        ErasureJournal.expiring(Journal.open(settings.journalDir()), policy),
                        RequestDesk.contacts(pool)),
                session.database().isEmbedded() ? () -> WriteAheadLog.forget(owner) : Future::succeededFuture,
                session.clock());
    }

    private static RetentionResult result(Preview preview, boolean done) {
        List<RetentionDay> days = new ArrayList<>();
        preview.rows().forEach(row -> days.add(new RetentionDay(row.day(), row.bytes(), Optional.of(row.key()))));
        return new RetentionResult(preview.asOf(), done, days);
    }

    static List<KeyRow> keys(Session session) {
        RetentionPolicy policy = RetentionPolicy.of(session.settings());
        return Session.await(session.keyRing(session.pool(DutyRole.COLLECTOR)).list()).stream()
                .map(key -> new KeyRow(
                        key.site(),
                        key.month(),
                        LocalDate.ofInstant(policy.monthDropsAt(key.month()), ZoneOffset.UTC),
                        key.usable() ? KeyState.USABLE : KeyState.KEK_MISSING))
                .sorted(Comparator.comparing(KeyRow::site).thenComparing(KeyRow::month))
                .toList();
    }

    static Backup.Summary restore(
            Session session, Path file, boolean isReplacing, boolean isMoved, Backup.Progress progress)
            throws OperationFailed {
        RetentionPolicy policy = RetentionPolicy.of(session.settings());
        Instant now = session.clock().instant();
        Backup.Summary summary =
                new Backup(session.database(), progress).restore(file, isReplacing, day -> policy.isExpired(day, now));
        // The chain goes on from the backup's head: whoever kept a later one finds here why it is not in it.
        JsonObject detail = new JsonObject().put("backup_at", summary.at().toString());
        if (isMoved) {
            // The publisher reads it: no event is missing.
            detail.put("moved", true);
        }
        summary.replacedHead().ifPresent(head -> detail.put("replaced_head", head));
        Session.await(session.pool(DutyRole.RETENTION)
                .withTransaction(transaction -> Ledger.append(transaction, now, Deed.DATABASE_RESTORED, detail)));
        return summary;
    }
}
