package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Destroys what is due: days of raw events, what other rooms handed in, and the keys of months without days. Blocking, for virtual
 * threads; thread-safe, and any number of nodes may run it at once: the row {@code registry.job('retention')} lets one work.
 *
 * <p>A run may be killed anywhere and is simply run again. Rows go first and keys last, so that no row ever stands without the key
 * that lets its visitor find it.
 */
public final class Retention {
    private final RetentionPolicy policy;
    private final Pool pool;
    private final MonthKeys keys;
    private final List<Expiring> expiring;
    private final Supplier<Future<Void>> afterDrop;
    private final Clock clock;

    /** Whether the database's log may still hold what was dropped: unknown at start, when the last process may have been killed. */
    private volatile boolean logMayHoldDropped = true;

    /**
     * @param pool logs in as the retention role, at least three connections
     * @param expiring what else ends, in this order
     * @param afterDrop makes the database's own log forget, {@link WriteAheadLog#forget} where Lethe runs the server
     */
    public Retention(
            RetentionPolicy policy,
            Pool pool,
            MonthKeys keys,
            List<Expiring> expiring,
            Supplier<Future<Void>> afterDrop,
            Clock clock) {
        this.policy = policy;
        this.pool = pool;
        this.keys = keys;
        this.expiring = List.copyOf(expiring);
        this.afterDrop = afterDrop;
        this.clock = clock;
    }

    public RetentionPolicy policy() {
        return policy;
    }

    /**
     * Destroys everything that is due at an instant.
     *
     * @param now the instant asked for; one in the future needs {@code dryRun} or {@code confirmed}
     * @param dryRun only say what would go
     * @param confirmed somebody has looked at the clock and at the plan: ends a pause of the job
     */
    public Report run(Instant now, boolean dryRun, boolean confirmed) {
        if (dryRun) {
            return new Report.Planned(preview(now));
        }
        // Confirming a date in the future says nothing about the clock.
        boolean future = now.isAfter(clock.instant());
        if (future && !confirmed) {
            return new Report.Refused(
                    "It is not " + now + " yet, and what a run destroys does not come back. Look at the plan with"
                            + " --dry-run, then say --confirm.");
        }
        Report report = claimAndDestroy(now, confirmed);
        return switch (report) {
            case Report.Done done -> {
                forget();
                succeeded(future ? clock.instant() : now);
                endPause(confirmed && !future);
                yield done;
            }
            case Report.Incomplete incomplete -> {
                forget();
                endPause(confirmed && !future);
                yield incomplete;
            }
            case Report.Planned planned -> planned;
            case Report.Busy busy -> busy;
            case Report.Paused paused -> paused;
            case Report.Refused refused -> refused;
        };
    }

    private Report claimAndDestroy(Instant now, boolean confirmed) {
        SqlConnection job = pool.getConnection().await();
        try {
            Transaction transaction = job.begin().await();
            try {
                Report report = destroyIfClaimed(job, now, confirmed);
                transaction.commit().await();
                return report;
            } catch (Exception e) {
                // A connection that broke has rolled back by itself; what went wrong is the exception at hand.
                transaction.rollback().otherwiseEmpty().await();
                throw e;
            }
        } finally {
            job.close().await();
        }
    }

    private Report destroyIfClaimed(SqlConnection job, Instant now, boolean confirmed) {
        RowSet<Row> claim = job.query(
                        "select paused_because from registry.job where job = 'retention' for update skip locked")
                .execute()
                .await();
        if (claim.size() == 0) {
            return new Report.Busy();
        }
        Optional<String> because = Optional.ofNullable(claim.iterator().next().getString("paused_because"));
        if (because.isPresent() && !confirmed) {
            return new Report.Paused(because.get());
        }
        Drops drops = dropDays(now);
        Map<String, Long> expired = new LinkedHashMap<>();
        for (Expiring each : expiring) {
            expired.put(each.what(), each.expire(now).await());
        }
        List<YearMonth> destroyed = destroyKeys(now, drops);
        return drops.problem()
                .<Report>map(problem -> new Report.Incomplete(now, drops.dropped(), problem))
                .orElseGet(() -> new Report.Done(now, drops.dropped(), destroyed, expired));
    }

    /** After the job's transaction has ended: while it was open, PostgreSQL kept everything that died since it began. */
    private void forget() {
        if (logMayHoldDropped) {
            afterDrop.get().await();
            logMayHoldDropped = false;
        }
    }

    /**
     * Whatever was due at that instant is gone; a run for an earlier one says nothing about what became due since, and silences no
     * alarm. A success that lies in the future was noted by a clock that was wrong.
     */
    private void succeeded(Instant asOf) {
        pool.preparedQuery("""
            update registry.job
            set last_success = greatest($1, case when last_success < $2::timestamptz + interval '1 minute' then last_success end)
            where job = 'retention'
            """)
                .execute(Tuple.of(asOf.atOffset(ZoneOffset.UTC), clock.instant().atOffset(ZoneOffset.UTC)))
                .await();
    }

    /** Of every job: who looked at the clock looked at it for all of them. */
    private void endPause(boolean confirmed) {
        if (confirmed) {
            pool.query("update registry.job set paused_because = null where paused_because is not null")
                    .execute()
                    .await();
        }
    }

    /** What the first step left behind. */
    private record Drops(List<Report.Dropped> dropped, Set<YearMonth> standing, Optional<String> problem) {}

    /** On a connection of its own: a detach does not run inside a transaction, and the job's is open. */
    private Drops dropDays(Instant now) {
        try (DayPartitions partitions = DayPartitions.open(pool)) {
            List<Report.Dropped> dropped = new ArrayList<>();
            Optional<String> problem = Optional.empty();
            try {
                partitions.finishDetaching();
                for (DayPartition partition : partitions.list()) {
                    if (policy.isExpired(partition.day(), now)) {
                        logMayHoldDropped = true;
                        partitions.drop(partition, clock.instant());
                        dropped.add(new Report.Dropped(partition.day(), partition.bytes()));
                    }
                }
            } catch (DayPartitions.StillInUse e) {
                problem = Optional.of(e.because());
            }
            Set<YearMonth> standing =
                    partitions.list().stream().map(DayPartition::month).collect(Collectors.toSet());
            return new Drops(dropped, standing, problem);
        }
    }

    /**
     * A file cannot be deleted in a transaction. So the ledger says first what will be destroyed, then that it is; each line is
     * committed by itself, and a run that was killed in between has left the first for the next one to complete.
     */
    private List<YearMonth> destroyKeys(Instant now, Drops drops) {
        List<YearMonth> destroyed = new ArrayList<>();
        SortedSet<YearMonth> held = keys.held();
        for (YearMonth month : held) {
            if (!drops.standing().contains(month) && mayGo(month, now)) {
                logMayHoldDropped = true;
                record(Deed.KEYS_DUE, month);
                keys.destroy(month);
                record(Deed.KEYS_DESTROYED, month);
                destroyed.add(month);
            }
        }
        for (YearMonth month : halfRecorded()) {
            if (!held.contains(month)) {
                record(Deed.KEYS_DESTROYED, month);
            }
        }
        return destroyed;
    }

    private void record(Deed deed, YearMonth month) {
        JsonObject detail = new JsonObject().put("month", month.toString());
        pool.withTransaction(transaction -> Ledger.append(transaction, clock.instant(), deed, detail))
                .await();
    }

    /** Months that were to be destroyed, of which nobody wrote that they are. */
    private List<YearMonth> halfRecorded() {
        List<YearMonth> months = new ArrayList<>();
        for (Row row : pool.query("""
            select detail::json ->> 'month' as month
            from registry.ledger
            where kind in ('keys_due', 'keys_destroyed')
            group by 1
            having max(seq) filter (where kind = 'keys_due') > coalesce(max(seq) filter (where kind = 'keys_destroyed'), 0)
            order by 1
            """).execute().await()) {
            months.add(YearMonth.parse(row.getString("month")));
        }
        return months;
    }

    /** By the calendar alone, so that a database that lost its days by mistake does not cost the keys of living months. */
    private boolean mayGo(YearMonth month, Instant now) {
        return policy.isMonthOver(month, now);
    }

    /** What a run at that instant would destroy. Touches nothing. */
    public Preview preview(Instant asOf) {
        List<DayPartition> partitions = list();
        Set<YearMonth> standing = partitions.stream()
                .filter(partition -> !policy.isExpired(partition.day(), asOf))
                .map(DayPartition::month)
                .collect(Collectors.toSet());
        Set<YearMonth> going = keys.held().stream()
                .filter(month -> !standing.contains(month) && mayGo(month, asOf))
                .collect(Collectors.toSet());
        List<DayPartition> due = partitions.stream()
                .filter(partition -> policy.isExpired(partition.day(), asOf))
                .toList();
        Map<YearMonth, LocalDate> lastOf =
                due.stream().collect(Collectors.toMap(DayPartition::month, DayPartition::day, (one, later) -> later));
        List<Preview.Row> rows = due.stream()
                .map(partition -> new Preview.Row(
                        partition.day(),
                        partition.bytes(),
                        Optional.of(partition.month())
                                .filter(going::contains)
                                .filter(month -> partition.day().equals(lastOf.get(month))),
                        keyOf(partition, going, lastOf),
                        policy.dropsAt(partition.day())))
                .toList();
        List<YearMonth> alone = going.stream()
                .filter(month -> !lastOf.containsKey(month))
                .sorted()
                .toList();
        return new Preview(asOf, rows, alone);
    }

    private String keyOf(DayPartition partition, Set<YearMonth> going, Map<YearMonth, LocalDate> lastOf) {
        YearMonth month = partition.month();
        if (!going.contains(month)) {
            return "kept until " + policy.monthDropsAt(month);
        }
        return partition.day().equals(lastOf.get(month)) ? month + " destroyed" : "destroyed with " + lastOf.get(month);
    }

    /** When a run last destroyed everything that was due, on any node. */
    public Optional<Instant> lastSuccess() {
        RowSet<Row> rows = pool.query("select last_success from registry.job where job = 'retention'")
                .execute()
                .await();
        return Optional.ofNullable(rows.iterator().next().getOffsetDateTime("last_success"))
                .map(OffsetDateTime::toInstant);
    }

    /** The oldest day that has raw events: days are made ahead, and many of a quiet site stay empty. */
    public Optional<LocalDate> oldestDayWithEvents() {
        try (DayPartitions partitions = DayPartitions.open(pool)) {
            return partitions.list().stream()
                    .filter(partitions::hasEvents)
                    .map(DayPartition::day)
                    .findFirst();
        }
    }

    /** The days that have raw events or could, oldest first. */
    public List<LocalDate> days() {
        return list().stream().map(DayPartition::day).toList();
    }

    private List<DayPartition> list() {
        try (DayPartitions partitions = DayPartitions.open(pool)) {
            return partitions.list();
        }
    }
}
