package dev.lethe;

import dev.lethe.Session.Wanted;
import dev.lethe.config.EffectiveValue;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.database.Backup;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.ServeLock;
import dev.lethe.database.StateDirectory;
import dev.lethe.demo.Simulator;
import dev.lethe.ops.Logs;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.rights.Breach;
import dev.lethe.site.Sites;
import dev.lethe.statistics.SiteList;
import dev.lethe.statistics.SiteReport;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * The commands as they really run. Each goes to the database by itself: a running node shares its embedded server. Only {@code serve},
 * a first {@code site add} and {@code db restore} make a database ready; the others take it as it is.
 */
final class LetheOperations implements Operations {
    private final Terminal terminal;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    LetheOperations(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    @Override
    public int serve(Settings settings) throws OperationFailed {
        Logs.ofServer(settings.log());
        CountDownLatch end = new CountDownLatch(1);
        AtomicBoolean ending = new AtomicBoolean();
        CompletableFuture<Optional<Collector>> started = new CompletableFuture<>();
        Thread stop = new Thread(() -> stop(ending, started), "stop");
        // Before anything is started: a signal may come at any time, and what runs then has to end.
        Runtime.getRuntime().addShutdownHook(stop);
        if (Boolean.getBoolean("lethe.exit-with-parent")) {
            // Maven does not hand a signal on to the process it started.
            ProcessHandle.current().parent().ifPresent(parent -> {
                var unused = parent.onExit().thenRun(end::countDown);
            });
        }
        try {
            started.complete(OperationFailed.unless(() -> startUnless(ending, settings)));
        } finally {
            // A start that failed has closed what it opened. Nothing when it is complete.
            started.complete(Optional.empty());
        }
        Optional<Collector> collector = started.join();
        if (collector.isEmpty()) {
            return 0;
        }
        welcome(collector.get());
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private Optional<Collector> startUnless(AtomicBoolean ending, Settings settings) {
        try {
            return Optional.of(Collector.start(settings, clock, ending::get));
        } catch (Collector.Unwanted ended) {
            return Optional.empty();
        }
    }

    /**
     * Runs on SIGTERM, SIGINT and SIGHUP alike, and at the end of a start that failed. A node that stopped in order has done what it
     * was asked: exit code 0.
     */
    private static void stop(AtomicBoolean ending, CompletableFuture<Optional<Collector>> started) {
        boolean asked = !started.isDone();
        ending.set(true);
        Optional<Collector> collector = started.join();
        collector.ifPresent(Collector::close);
        if (asked || collector.isPresent()) {
            Runtime.getRuntime().halt(0);
        }
    }

    private void welcome(Collector collector) {
        terminal.out().println();
        terminal.out().println("  Lethe counts visits and forgets visitors.");
        terminal.out().println();
        if (collector.servesDemo()) {
            terminal.out().println("  Demo site   " + collector.publicUrl() + "/demo/");
        } else {
            terminal.out().println("  Collector   " + collector.publicUrl());
        }
        terminal.out()
                .println("  Console     " + collector.consoleLink() + "   (signs you in once, within 10 minutes)");
        terminal.out().println("  Metrics     " + collector.adminUrl() + "/metrics");
        terminal.out().println();
        terminal.out().println("  Ctrl-C ends it; what was collected stays.");
        terminal.out().println();
        terminal.out().flush();
    }

    @Override
    public SiteRow addSite(Settings settings, NewSite wanted) throws OperationFailed {
        Sites.Wanted site = SiteOperations.read(wanted);
        return with(settings, Wanted.MADE, session -> SiteOperations.add(session, site, wanted.bounds()));
    }

    @Override
    public SiteListResult importSiteList(Settings settings, String site, Path file, boolean isReplacing)
            throws OperationFailed {
        SiteList list = SiteOperations.readList(file);
        return with(settings, session -> SiteOperations.importList(session, site, list, isReplacing));
    }

    @Override
    public List<SiteRow> sites(Settings settings) throws OperationFailed {
        return with(settings, SiteOperations::list);
    }

    @Override
    public Simulator.Summary simulate(Settings settings, SimulationRequest request, Simulator.Progress progress)
            throws OperationFailed {
        return with(settings, session -> SiteOperations.simulate(session, request, progress));
    }

    @Override
    public AccuracyResult accuracy(Settings settings, String site, OptionalLong visitorsPerDay) throws OperationFailed {
        if (visitorsPerDay.isPresent() && visitorsPerDay.getAsLong() < 0) {
            throw new OperationFailed("--visitors-per-day is a number from 0 on.");
        }
        return with(settings, session -> StatisticsOperations.accuracy(session, site, visitorsPerDay));
    }

    @Override
    public SiteReport report(Settings settings, ReportRequest request) throws OperationFailed {
        return with(settings, session -> StatisticsOperations.report(session, request));
    }

    @Override
    public PublishResult publish(Settings settings, DueRequest request, IntConsumer told) throws OperationFailed {
        return with(settings, session -> StatisticsOperations.publish(session, request, told));
    }

    @Override
    public RetentionResult retention(Settings settings, DueRequest request) throws OperationFailed {
        return with(settings, session -> RetentionOperations.run(session, request));
    }

    @Override
    public List<KeyRow> keys(Settings settings) throws OperationFailed {
        return with(settings, RetentionOperations::keys);
    }

    @Override
    public String databaseUrl(Settings settings, Role role) throws OperationFailed {
        return with(
                settings,
                Wanted.ANY,
                session -> session.database().url(duty(role)).reveal());
    }

    private static Optional<DutyRole> duty(Role role) {
        return switch (role) {
            case OWNER -> Optional.empty();
            case COLLECTOR -> Optional.of(DutyRole.COLLECTOR);
            case PUBLISHER -> Optional.of(DutyRole.PUBLISHER);
            case RETENTION -> Optional.of(DutyRole.RETENTION);
            case RIGHTS -> Optional.of(DutyRole.RIGHTS);
            case DASHBOARDS -> Optional.of(DutyRole.DASHBOARDS);
            case LIVE -> Optional.of(DutyRole.LIVE);
        };
    }

    @Override
    public String roleStatements(Settings settings) throws OperationFailed {
        return OperationFailed.unless(() -> {
            StateDirectory.prepare(settings.stateDir());
            KeyDirectory keys = KeyDirectory.open(settings.keysDir(), random);
            try (Database database = Database.attach(settings, keys)) {
                return database.roleStatements();
            }
        });
    }

    @Override
    public Backup.Summary backup(Settings settings, Path file, Backup.Progress progress) throws OperationFailed {
        return with(
                settings, Wanted.ANY, session -> new Backup(session.database(), progress).write(file, clock.instant()));
    }

    @Override
    public Backup.Summary restore(
            Settings settings, Path file, boolean isReplacing, boolean isMoved, Backup.Progress progress)
            throws OperationFailed {
        if (ServeLock.find(settings.stateDir()).isPresent()) {
            throw new OperationFailed("Lethe is running. Stop it, and every other node, then restore.");
        }
        return with(
                settings,
                Wanted.TO_BE_REPLACED,
                session -> RetentionOperations.restore(session, file, isReplacing, isMoved, progress));
    }

    @Override
    public List<Check> doctor(Settings settings) throws OperationFailed {
        return new Doctor(settings, clock).examine();
    }

    @Override
    public ComplianceReport compliance(Settings settings, List<EffectiveValue> values) throws OperationFailed {
        return with(settings, session -> RightsOperations.compliance(session, values));
    }

    @Override
    public List<ReportCheck> checkCompliance(Settings settings, ComplianceReport report) throws OperationFailed {
        return with(settings, session -> RightsOperations.check(session, report));
    }

    @Override
    public RequestRow rights(Settings settings, RightsRequest request) throws OperationFailed {
        return with(settings, session -> RightsOperations.take(session, request));
    }

    @Override
    public List<RequestRow> requests(Settings settings, boolean ended) throws OperationFailed {
        return with(settings, session -> RightsOperations.requests(session, ended));
    }

    @Override
    public Breach breach(Settings settings, BreachRequest request) throws OperationFailed {
        return with(settings, session -> RightsOperations.breach(session, request));
    }

    private <T> T with(Settings settings, Session.Work<T> work) throws OperationFailed {
        return with(settings, Wanted.CURRENT, work);
    }

    private <T> T with(Settings settings, Wanted wanted, Session.Work<T> work) throws OperationFailed {
        return Session.open(settings, clock, random, wanted, work);
    }
}
