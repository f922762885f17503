package dev.lethe.statistics;

import dev.lethe.database.Journal;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Publishes every site's days, weeks and months hours after they end: each once, in one transaction, never again and never changed.
 * Blocking, for virtual threads; thread-safe, and any number of nodes may run it at once: the row
 * {@code registry.job('publication')} lets one work.
 *
 * <p>The noise of a period protects only while it is drawn once: the mean of many draws is the exact count. So an intent is written
 * to the journal before a draw and its rows after the commit; a period whose draw cannot be known is marked lost.
 */
public final class Publisher {
    /** When a period is published, on the site's local day after it: late beacons have come by then. */
    public static final LocalTime AT = LocalTime.of(6, 0);

    private final Pool pool;
    private final PublicationJournal journal;
    private final RandomGenerator random;
    private final Supplier<Noise> noise;

    /**
     * @param pool logs in as the publisher role, at least three connections
     * @param random numbers the draws
     * @throws IllegalArgumentException when the budget of a preset is overspent
     */
    public Publisher(Pool pool, Journal journal, SecureRandom random) {
        this(pool, journal, random, DiscreteGaussian::secure);
    }

    /** With noise that tests may choose. */
    Publisher(Pool pool, Journal journal, RandomGenerator random, Supplier<Noise> noise) {
        Budget.check();
        this.pool = pool;
        this.journal = new PublicationJournal(journal);
        this.random = random;
        this.noise = noise;
    }

    /**
     * What a run did.
     *
     * @param published how many periods now have numbers that had none
     * @param lost how many periods will never have any
     * @param isBusy another node is at it, and whatever is left is its work
     */
    public record Report(int published, int lost, boolean isBusy) {}

    /** A site with what the registry says of its statistics. */
    private record Measured(Site site, LocalDate firstDay, Bounds bounds) {}

    /** A period that has ended and is not known. */
    private record Due(Measured measured, Period period, LocalDate from) {
        /**
         * That of the first day whose events are read, so that no number with a weaker one's noise is about a day that was collected
         * under a stronger: a day's numbers look back over the 28 days of its different visitors.
         */
        private Preset preset() {
            LocalDate firstRead = period.grain() == Grain.DAY ? period.end().minusDays(28) : from;
            return measured.site().presetOn(firstRead);
        }
    }

    /** What became of one period. */
    private enum Outcome {
        PUBLISHED,
        LOST,
        KNOWN,
        /** It failed, or an earlier draw of it has not ended. */
        HELD_UP,
        /** Another node publishes. */
        BUSY
    }

    /**
     * Puts back from the journal what the database does not have, after a restore and before the first request, and into the journal
     * what a killed process had committed and not yet written there.
     *
     * @return how many periods the database got back
     */
    public int restore() {
        Set<String> kept = Set.copyOf(journal.names());
        Set<Period> known = Stats.published(pool);
        for (Period period : known) {
            if (!kept.contains(PublicationJournal.nameOf(period))) {
                journal.keep(Stats.read(pool, period));
            }
        }
        Set<String> names = known.stream().map(PublicationJournal::nameOf).collect(Collectors.toSet());
        int restored = 0;
        for (String name : journal.names()) {
            if (!names.contains(name) && restore(journal.read(name))) {
                restored++;
            }
        }
        return restored;
    }

    private boolean restore(PublishedPeriod published) {
        return inTransaction(connection -> {
            // Of two nodes that start at the same time, the second waits and finds the rows.
            connection
                    .query("select from registry.job where job = 'publication' for update")
                    .execute()
                    .await();
            boolean missing = !Stats.isKnown(connection, published.period());
            if (missing) {
                Stats.insert(connection, published);
            }
            return missing;
        });
    }

    private <T> T inTransaction(Function<SqlConnection, T> work) {
        SqlConnection connection = pool.getConnection().await();
        try {
            Transaction transaction = connection.begin().await();
            try {
                T done = work.apply(connection);
                transaction.commit().await();
                return done;
            } catch (Exception e) {
                transaction.rollback().otherwiseEmpty().await();
                throw e;
            }
        } finally {
            connection.close().await();
        }
    }

    /**
     * Publishes everything that is due at an instant, the earliest end first. What fails holds up its own site only: its later
     * periods, whose keys depend on the earlier ones, wait for the next run.
     *
     * @param now what time it is, or is taken to be
     * @param mayGoOn asked before each period
     * @param told after each period: how many are left
     * @throws IllegalStateException after the others, when periods failed: its cause is the first failure
     */
    public Report publish(Instant now, BooleanSupplier mayGoOn, Consumer<Integer> told) {
        keepWhatWasCommitted();
        List<Due> due = due(now);
        List<Hole> holes = due.isEmpty() ? List.of() : holes();
        Set<SiteId> waiting = new HashSet<>();
        List<Failed> failed = new ArrayList<>();
        int published = 0;
        int lost = 0;
        int left = due.size();
        boolean isBusy = false;
        for (Due each : due) {
            if (isBusy || !mayGoOn.getAsBoolean()) {
                break;
            }
            SiteId site = each.period().site();
            if (!waiting.contains(site)) {
                switch (publish(each, holes, now, failed)) {
                    case PUBLISHED -> published++;
                    case LOST -> lost++;
                    case KNOWN -> {}
                    case HELD_UP -> waiting.add(site);
                    case BUSY -> isBusy = true;
                }
            }
            told.accept(--left);
        }
        if (!failed.isEmpty()) {
            throw asOne(failed);
        }
        return new Report(published, lost, isBusy || !waiting.isEmpty());
    }

    /** Raw events that a restore did not bring back: nodes collected between the backup and the restore. */
    private record Hole(Instant from, Instant until) {
        private boolean isWithin(Due due) {
            Site site = due.measured().site();
            return from.isBefore(site.startOf(due.period().end())) && until.isAfter(site.startOf(due.from()));
        }
    }

    /** What {@code lethe db restore} wrote into the ledger. */
    private List<Hole> holes() {
        List<Hole> holes = new ArrayList<>();
        pool.query("""
            select at, (detail::jsonb ->> 'backup_at')::timestamptz as backup_at
            from registry.ledger
            where kind = 'database_restored' and not coalesce((detail::jsonb ->> 'moved')::boolean, false)
            """)
                .execute()
                .await()
                .forEach(row -> holes.add(new Hole(
                        row.getOffsetDateTime("backup_at").toInstant(),
                        row.getOffsetDateTime("at").toInstant())));
        return holes;
    }

    /** From this day on no raw event is missing. */
    private static LocalDate wholeFrom(Site site, List<Hole> holes) {
        return holes.stream()
                .map(hole -> site.dayOf(hole.until()).plusDays(1))
                .max(LocalDate::compareTo)
                .orElse(LocalDate.MIN);
    }

    /** Why a period was not published. */
    private record Failed(Period period, Exception why) {}

    private static IllegalStateException asOne(List<Failed> failed) {
        Failed first = failed.getFirst();
        IllegalStateException all = new IllegalStateException(
                "of " + failed.size() + (failed.size() == 1 ? " site" : " sites") + " a period could not be published; "
                        + first.period() + ": " + first.why(),
                first.why());
        failed.stream().skip(1).forEach(other -> all.addSuppressed(other.why()));
        return all;
    }

    /** The periods that are due at an instant and not published, the earliest end first. */
    public List<DuePeriod> listDue(Instant now) {
        return due(now).stream().map(due -> DuePeriod.of(due.period())).toList();
    }

    /** The periods that will never have numbers. */
    public List<DuePeriod> listLost() {
        return Stats.lost(pool).stream().map(DuePeriod::of).toList();
    }

    /** The answer to a commit was lost, or the journal could not be written after it: what is published gets there now. */
    private void keepWhatWasCommitted() {
        Set<String> begun = journal.begun();
        if (!begun.isEmpty()) {
            for (Period period : Stats.published(pool)) {
                if (begun.contains(PublicationJournal.intentOf(period))) {
                    journal.keep(Stats.read(pool, period));
                }
            }
        }
    }

    /** How many periods are due at an instant and not published. */
    public int countDue(Instant now) {
        return due(now).size();
    }

    /** When everything due had been published last, on any node. */
    public Optional<Instant> lastSuccess() {
        return Optional.ofNullable(pool.query("select last_success from registry.job where job = 'publication'")
                        .execute()
                        .await()
                        .iterator()
                        .next()
                        .getOffsetDateTime("last_success"))
                .map(at -> at.toInstant());
    }

    /** Everything due had been published. */
    public void succeeded(Instant at) {
        pool.preparedQuery("update registry.job set last_success = $1 where job = 'publication'")
                .execute(Tuple.of(at.atOffset(ZoneOffset.UTC)))
                .await();
    }

    private List<Due> due(Instant now) {
        Set<Period> known = Stats.known(pool);
        List<Due> due = new ArrayList<>();
        for (Measured measured : measured()) {
            for (Grain grain : Grain.values()) {
                Period period = new Period(measured.site().id(), grain, grain.period(measured.firstDay()));
                while (!now.isBefore(publishedAt(measured.site(), period))) {
                    if (!known.contains(period)) {
                        LocalDate from =
                                period.first().isBefore(measured.firstDay()) ? measured.firstDay() : period.first();
                        due.add(new Due(measured, period, from));
                    }
                    period = new Period(measured.site().id(), grain, period.end());
                }
            }
        }
        due.sort((one, other) -> one.period().compareTo(other.period()));
        return due;
    }

    /** The earliest instant at which a period may be published. */
    static Instant publishedAt(Site site, Period period) {
        return period.end().atTime(AT).atZone(site.zoneOn(period.end())).toInstant();
    }

    private List<Measured> measured() {
        Sites sites = new Sites(pool);
        sites.refresh().await();
        List<Measured> measured = new ArrayList<>();
        pool.query("select site, first_day, bounds from registry.site order by site")
                .execute()
                .await()
                .forEach(row -> sites.find(new SiteId(row.getString("site")))
                        .ifPresent(site -> measured.add(measured(site, row))));
        return measured;
    }

    private static Measured measured(Site site, Row row) {
        return new Measured(
                site,
                row.getLocalDate("first_day"),
                Bounds.parse(row.getJsonObject("bounds").encode()));
    }

    /** A database that cannot even be asked for the claim ends the run; what fails afterwards, only this period. */
    private Outcome publish(Due due, List<Hole> holes, Instant now, List<Failed> failed) {
        SqlConnection claim = pool.getConnection().await();
        try {
            Transaction held = claim.begin().await();
            try {
                if (!claimed(claim)) {
                    return Outcome.BUSY;
                }
                return publishClaimed(due, holes, now);
            } catch (Exception e) {
                failed.add(new Failed(due.period(), e));
                return Outcome.HELD_UP;
            } finally {
                held.rollback().otherwiseEmpty().await();
            }
        } finally {
            claim.close().await();
        }
    }

    /** Nobody else publishes while this transaction is open. */
    private static boolean claimed(SqlConnection claim) {
        return claim.query("select from registry.job where job = 'publication' for update skip locked")
                        .execute()
                        .await()
                        .size()
                > 0;
    }

    private Outcome publishClaimed(Due due, List<Hole> holes, Instant now) {
        Period period = due.period();
        if (Stats.isKnown(pool, period)) {
            return Outcome.KNOWN;
        }
        // The database went back while this node ran on, and nobody restarted it.
        Optional<PublishedPeriod> kept = journal.find(period);
        if (kept.isPresent()) {
            return inTransaction(connection -> {
                Stats.insert(connection, kept.get());
                return Outcome.KNOWN;
            });
        }
        if (due.from().isBefore(Stats.oldestRawDay(pool)) || holes.stream().anyMatch(hole -> hole.isWithin(due))) {
            // Its raw events are gone, or some of them: zeros would be a lie.
            Stats.insertLost(pool, head(due, now, List.of()));
            return Outcome.LOST;
        }
        Optional<PublicationJournal.Intent> begun = journal.intent(period);
        if (begun.isPresent()) {
            switch (fate(period, begun.get())) {
                case ROLLED_BACK -> journal.forget(period);
                case UNDER_WAY -> {
                    return Outcome.HELD_UP;
                }
                case UNKNOWN -> {
                    // The intent stays: this database may be put back once more, and forget that the period is lost.
                    Stats.insertLost(pool, head(due, now, List.of()));
                    return Outcome.LOST;
                }
            }
        }
        UUID draw = new UUID(random.nextLong(), random.nextLong());
        pool.preparedQuery("""
            insert into registry.draw (site, grain, period, draw) values ($1, $2, $3, $4)
            on conflict (site, grain, period) do update set draw = excluded.draw
            """)
                .execute(Tuple.of(period.site().value(), period.grain().label(), period.first(), draw))
                .await();
        return draw(due, wholeFrom(due.measured().site(), holes), now, draw);
    }

    private Outcome draw(Due due, LocalDate wholeFrom, Instant now, UUID draw) {
        SqlConnection connection = pool.getConnection().await();
        try {
            connection.query("begin isolation level repeatable read").execute().await();
            PublishedPeriod published;
            try {
                connection.query("set local work_mem = '64MB'").execute().await();
                Row transaction = connection
                        .query("select pg_current_xact_id()::text as transaction, " + CLUSTER)
                        .execute()
                        .await()
                        .iterator()
                        .next();
                PublicationJournal.Intent intent = new PublicationJournal.Intent(
                        draw, transaction.getString("transaction"), transaction.getString("cluster"));
                if (!journal.begin(due.period(), intent)) {
                    connection.query("rollback").execute().await();
                    return Outcome.BUSY;
                }
                Measured measured = due.measured();
                Budget budget = Budget.of(due.preset(), measured.bounds());
                published = head(
                        due,
                        now,
                        new Publication(
                                        connection,
                                        measured.site(),
                                        due.period(),
                                        due.from(),
                                        wholeFrom,
                                        budget,
                                        noise.get())
                                .draw());
                Stats.insert(connection, published);
            } catch (Exception e) {
                connection.query("rollback").execute().otherwiseEmpty().await();
                throw e;
            }
            connection.query("commit").execute().await();
            journal.keep(published);
            return Outcome.PUBLISHED;
        } finally {
            connection.close().await();
        }
    }

    /** The identity of a data directory: a dump that is loaded elsewhere has another. */
    private static final String CLUSTER = "(select system_identifier::text from pg_control_system()) as cluster";

    /** {@code invalid_parameter_value}: the database is older than the transaction that it is asked about. */
    private static final String TRANSACTION_OF_THE_FUTURE = "22023";

    /** What became of a draw that was begun. */
    private enum Fate {
        /** Nobody can have seen it. */
        ROLLED_BACK,
        /** The server still works for a process that was killed, and will notice; or that process lives and will commit. */
        UNDER_WAY,
        /** Somebody may have seen it. */
        UNKNOWN
    }

    /** Known is only what this database knows: that it has the draw's number shows that it is not older than the draw. */
    private Fate fate(Period period, PublicationJournal.Intent intent) {
        RowSet<Row> known;
        try {
            known = pool.preparedQuery("select " + CLUSTER + """
                    , draw, pg_xact_status($4::text::xid8) as state
                from registry.draw
                where site = $1 and grain = $2 and period = $3
                """)
                    .execute(Tuple.of(
                            period.site().value(), period.grain().label(), period.first(), intent.transaction()))
                    .await();
        } catch (PgException e) {
            // Lost is for ever: nothing else than this one answer says so, a database out of order least of all.
            if (TRANSACTION_OF_THE_FUTURE.equals(e.getSqlState())) {
                return Fate.UNKNOWN;
            }
            throw e;
        }
        if (known.size() == 0) {
            return Fate.UNKNOWN;
        }
        Row row = known.iterator().next();
        if (!intent.draw().equals(row.getUUID("draw")) || !intent.cluster().equals(row.getString("cluster"))) {
            return Fate.UNKNOWN;
        }
        return switch (row.getString("state")) {
            case "aborted" -> Fate.ROLLED_BACK;
            case "in progress" -> Fate.UNDER_WAY;
            case null, default -> Fate.UNKNOWN;
        };
    }

    private PublishedPeriod head(Due due, Instant now, List<PublishedPeriod.Row> rows) {
        Site site = due.measured().site();
        return new PublishedPeriod(
                due.period(),
                site.startOf(due.from()),
                site.startOf(due.period().end()),
                site.zoneOn(due.period().first()).getId(),
                now.truncatedTo(ChronoUnit.SECONDS),
                due.preset(),
                due.measured().bounds(),
                rows);
    }
}
