package dev.lethe.demo;

import dev.lethe.TestLethe;
import dev.lethe.beacon.Routes;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Tags;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.TestDatabase;
import dev.lethe.database.TestDirectories;
import dev.lethe.http.RateLimits;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A database with one synthetic site in Paris and a simulator for it, on a Monday afternoon. For one test, on its thread. */
final class SimulatedSite implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T13:30:00Z");
    static final Site SITE = site("invented.test", true);

    private final TestDatabase server = TestDatabase.fresh();
    private final Vertx vertx = Vertx.vertx();
    private final Simulator simulator;
    private final Function<Clock, Simulator> simulators;

    SimulatedSite() {
        this(2);
    }

    SimulatedSite(int threads) {
        SecureRandom random = new SecureRandom();
        Path shared = TestDirectories.fresh("simulator");
        Settings settings = TestLethe.settings(server, shared, shared.resolve("state"));
        KeyDirectory keys = KeyDirectory.open(settings.keysDir(), random);
        Database database = Database.open(settings, keys);
        Pool collector = Database.pool(vertx, database.options(DutyRole.COLLECTOR), 4);
        Pool owner = Database.pool(vertx, database.ownerOptions(), 1);
        Sites.register(owner, SITE, SITE.dayOf(NOW)).await();
        TokenKeys tokenKeys = new TokenKeys(keys, Clock.fixed(NOW, ZoneOffset.UTC), settings.visitorLifetime());
        tokenKeys.refresh();
        VisitorTokens tokens = new VisitorTokens(tokenKeys, settings.visitorLifetime());
        Tags tags = new Tags(collector, keys);
        simulators = clock -> new Simulator(new Simulator.Parts(
                vertx,
                collector,
                owner,
                database.options(DutyRole.COLLECTOR),
                new ConsentGate(tokens, tags, settings.noticeVersion(), settings.consentValidity()),
                tokens,
                tags,
                new Receipts(
                        collector,
                        Notice.from(settings),
                        random,
                        new RateLimits(settings.limits(), clock, random),
                        settings.proxies()),
                new Pseudonymiser(new KeyRing(vertx, collector, keys, random)),
                new UserAgents(),
                Countries.builtIn(),
                new Routes(collector),
                settings.noticeVersion(),
                RetentionPolicy.DEFAULT,
                clock,
                threads));
        simulator = at(NOW);
    }

    /** The simulator at another time. */
    Simulator at(Instant now) {
        return simulators.apply(Clock.fixed(now, ZoneOffset.UTC));
    }

    static Site site(String name, boolean synthetic) {
        return new Site(
                new SiteId(name),
                Set.of("https://www.invented.test"),
                ZoneId.of("Europe/Paris"),
                Optional.empty(),
                Preset.BALANCED,
                synthetic);
    }

    static SimulationPlan plan(int days, int visitorsPerDay, long seed) {
        return new SimulationPlan(SITE, days, visitorsPerDay, seed, true, "");
    }

    /** To its end. */
    Simulator.Summary run(SimulationPlan plan) {
        return run(plan, Double.MAX_VALUE);
    }

    /** Until this much is done, 0 to 1. */
    Simulator.Summary run(SimulationPlan plan, double until) {
        return simulator.run(plan, new Simulator.Progress() {
            private volatile boolean isStopped;

            @Override
            public void report(Simulator.Status status) {
                isStopped |= status.done() > until;
            }

            @Override
            public boolean isStopped() {
                return isStopped;
            }
        });
    }

    DemoHistory history(SimulationPlan plan) {
        return new DemoHistory(simulator, plan, () -> {});
    }

    long count(String query) {
        return Long.parseLong(rows(query).getFirst());
    }

    /** Every row of a query as text, columns joined by {@code |}. */
    List<String> rows(String query) {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(String.valueOf(rows.getString(column)));
                }
                all.add(String.join("|", row));
            }
            return all;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String... statements) {
        server.execute(statements);
    }

    static LocalDate today() {
        return SITE.dayOf(NOW);
    }

    @Override
    public void close() {
        vertx.close().timeout(10, TimeUnit.SECONDS).await();
        server.close();
    }
}
