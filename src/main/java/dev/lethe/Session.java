package dev.lethe;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.consent.Tags;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.database.ServeLock;
import dev.lethe.database.StateDirectory;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.Vacuums;
import dev.lethe.rights.Withdrawals;
import dev.lethe.site.Sites;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An open database for one command, with what commands need of it. A running node shares its embedded server; everything is closed
 * when the command's work ends.
 */
record Session(Settings settings, Clock clock, SecureRandom random, Vertx vertx, Database database, KeyDirectory keys) {
    /** What {@code vertx.close()} may take, when everything is done. */
    private static final Duration CLOSING = Duration.ofSeconds(30);

    /** As far as the clocks of a running node and PostgreSQL may be apart. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(60);

    /** What one command does. */
    interface Work<T> {
        T with(Session session) throws OperationFailed;
    }

    /** Which database a command works with. Only a start and what puts something new into a database make one ready. */
    enum Wanted {
        /** As it is, with the schema that this Lethe knows. Nothing is changed: other nodes may run, of another release too. */
        CURRENT,
        /** As it is, whatever its schema. */
        ANY,
        /** As {@link #CURRENT}, but made ready when nothing of Lethe is in it yet. */
        MADE,
        /** Whatever its schema, and made ready when nothing of Lethe is in it yet: what it holds is going to be replaced. */
        TO_BE_REPLACED
    }

    /** Opens the database, does the work and closes it again. */
    static <T> T open(Settings settings, Clock clock, SecureRandom random, Wanted wanted, Work<T> work)
            throws OperationFailed {
        return OperationFailed.unless(() -> {
            StateDirectory.prepare(settings.stateDir());
            KeyDirectory keys = KeyDirectory.open(settings.keysDir(), random);
            try (Database database = find(settings, keys, wanted)) {
                Vertx vertx = Vertx.vertx(Collector.quietVertx());
                try {
                    return work.with(new Session(settings, clock, random, vertx, database, keys));
                } finally {
                    vertx.close().await(CLOSING.toSeconds(), TimeUnit.SECONDS);
                }
            }
        });
    }

    private static Database find(Settings settings, KeyDirectory keys, Wanted wanted) {
        boolean mayMake = wanted == Wanted.MADE || wanted == Wanted.TO_BE_REPLACED;
        if (mayMake && !Database.isMade(settings)) {
            return Database.open(settings, keys);
        }
        Database database = Database.attach(settings, keys);
        try {
            if (mayMake && database.schema() == Database.Schema.MISSING) {
                database.close();
                return Database.open(settings, keys);
            }
            if (wanted == Wanted.CURRENT || wanted == Wanted.MADE) {
                database.requireCurrentSchema();
            }
            return database;
        } catch (Exception | Error e) {
            database.close();
            throw e;
        }
    }

    Pool pool(DutyRole duty) {
        return Database.pool(vertx, database.options(duty), 4);
    }

    Pool owner() {
        return Database.pool(vertx, database.ownerOptions(), 1);
    }

    /** Every site, as it is registered now. */
    Sites sites(Pool pool) {
        Sites sites = new Sites(pool);
        await(sites.refresh());
        return sites;
    }

    KeyRing keyRing(Pool collector) {
        RetentionPolicy policy = RetentionPolicy.of(settings);
        return new KeyRing(vertx, collector, keys, random, month -> policy.isMonthOver(month, clock.instant()));
    }

    /** Carries out rights; whoever asks for it closes it. */
    Withdrawals withdrawals(Pool rights, Pool collector) {
        return new Withdrawals(
                vertx,
                rights,
                new Vacuums(pool(DutyRole.RETENTION)),
                new Tags(collector, keys),
                new Pseudonymiser(keyRing(collector)),
                Journal.open(settings.journalDir()),
                random,
                clock);
    }

    /**
     * What a start does first, and a command that reads raw events while no node runs here: the database may be an older one that was put
     * back, with events of visitors who had them erased.
     */
    void repeatErasures() {
        if (ServeLock.find(settings.stateDir()).isPresent()) {
            return;
        }
        Withdrawals withdrawals = withdrawals(pool(DutyRole.RIGHTS), pool(DutyRole.COLLECTOR));
        try {
            await(withdrawals.repeatAll());
        } finally {
            await(withdrawals.close());
        }
    }

    /**
     * What is destroyed does not come back and what is published never changes, so a command that goes by the clock asks whether it
     * may, as the jobs of a running node do: no job is paused for the clock, and this machine's agrees with PostgreSQL's.
     *
     * @param job of {@code registry.job}
     * @param command what to run once somebody has looked at the clock
     */
    void requireRightClock(Pool pool, String job, String command) throws OperationFailed {
        Row row = await(pool.preparedQuery(
                                "select clock_timestamp() as now, paused_because from registry.job where job = $1")
                        .execute(Tuple.of(job)))
                .iterator()
                .next();
        String paused = row.getString("paused_because");
        if (paused != null) {
            throw new OperationFailed(paused + " Look at the clock, then run `" + command + "`.");
        }
        Duration apart = Duration.between(row.getOffsetDateTime("now").toInstant(), clock.instant())
                .abs();
        if (apart.compareTo(CLOCKS_APART) > 0) {
            throw new OperationFailed("The clock of this machine and that of PostgreSQL are " + apart.toSeconds()
                    + " seconds apart. Set them right, or run `" + command + "`.");
        }
    }

    /** However long it takes: the pools bound each statement, and who waits here sees that it goes on, or ends it. */
    static <T> T await(Future<T> future) {
        return future.await();
    }
}
