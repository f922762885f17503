package dev.lethe;

import dev.lethe.beacon.Routes;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.EffectiveValue;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Tags;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.Backup;
import dev.lethe.database.Database;
import dev.lethe.database.DatabaseProblem;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.database.ServeLock;
import dev.lethe.database.StateDirectory;
import dev.lethe.demo.DemoSite;
import dev.lethe.demo.SimulationPlan;
import dev.lethe.demo.Simulator;
import dev.lethe.http.RateLimits;
import dev.lethe.ops.Logs;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.retention.Expiry;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.Preview;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.SigningKey;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.retention.Vacuums;
import dev.lethe.retention.WriteAheadLog;
import dev.lethe.rights.Breach;
import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.ErasureJournal;
import dev.lethe.rights.Letters;
import dev.lethe.rights.Request;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RightsByCode;
import dev.lethe.rights.Withdrawals;
import dev.lethe.site.Origin;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import dev.lethe.statistics.DuePeriod;
import dev.lethe.statistics.Publisher;
import dev.lethe.statistics.SiteBounds;
import dev.lethe.statistics.SiteList;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReports;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** The commands as they really run. Each opens the database for itself: a running node shares its embedded server. */
final class LetheOperations implements Operations {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** PostgreSQL needs as much again. */
    private static final int SIMULATING_THREADS = 2;

    /** As far as the clocks of a running node and PostgreSQL may be apart. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(60);

    private final Terminal terminal;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    LetheOperations(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Work with an open database. */
    private interface Work<T> {
        T with(Session session) throws OperationFailed;
    }

    /** What a command needs of the database. */
    private record Session(Vertx vertx, Database database, KeyDirectory keys) {
        Pool pool(DutyRole duty) {
            return Database.pool(vertx, database.options(duty), 4);
        }

        Pool owner() {
            return Database.pool(vertx, database.ownerOptions(), 1);
        }

        static <T> T await(Future<T> future) {
            return future.timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).await();
        }
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
            started.complete(failing(() -> startUnless(ending, settings)));
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
        Sites.Wanted site = site(wanted);
        return withDatabase(settings, session -> {
            Pool owner = session.owner();
            LocalDate today = LocalDate.ofInstant(clock.instant(), site.zone().orElse(ZoneOffset.UTC));
            Session.await(Sites.register(owner, site, today));
            Session.await(SiteBounds.set(owner, site.id(), wanted.bounds()));
            Sites sites = new Sites(owner);
            Session.await(sites.refresh());
            Site registered = sites.find(site.id()).orElseThrow();
            Pool collector = session.pool(DutyRole.COLLECTOR);
            Session.await(new KeyRing(session.vertx(), collector, session.keys(), random)
                    .makeAhead(registered, registered.monthOf(clock.instant())));
            return row(registered);
        });
    }

    private static Sites.Wanted site(NewSite wanted) throws OperationFailed {
        try {
            Set<String> origins = wanted.origins().stream().map(Origin::parse).collect(Collectors.toUnmodifiableSet());
            SiteBounds.check(wanted.bounds());
            return new Sites.Wanted(
                    new SiteId(wanted.name()), origins, wanted.timeZone(), wanted.preset(), wanted.isSynthetic());
        } catch (IllegalArgumentException e) {
            throw new OperationFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static SiteRow row(Site site) {
        return new SiteRow(
                site.id().value(),
                site.origins().stream().sorted().toList(),
                site.zone(),
                site.preset().label(),
                site.synthetic());
    }

    @Override
    public SiteListResult importSiteList(Settings settings, String site, Path file, boolean isReplacing)
            throws OperationFailed {
        SiteList list;
        try {
            list = SiteList.parse(Files.readString(file));
        } catch (IOException e) {
            throw new OperationFailed("The file " + file + " cannot be read as text.", e);
        } catch (IllegalArgumentException e) {
            throw new OperationFailed(file + ": " + e.getMessage(), e);
        }
        return withDatabase(settings, session -> {
            Pool owner = session.owner();
            Sites sites = new Sites(owner);
            Session.await(sites.refresh());
            Site known = sites.list().stream()
                    .filter(each -> each.id().value().equals(site))
                    .findFirst()
                    .orElseThrow(() ->
                            new OperationFailed("There is no site '" + site + "'; 'lethe site list' shows the sites."));
            Session.await(list.register(owner, known.id(), isReplacing));
            return new SiteListResult(
                    list.pages().size(), list.clicks().size(), list.goals().size());
        });
    }

    @Override
    public List<SiteRow> sites(Settings settings) throws OperationFailed {
        return withDatabase(settings, session -> {
            Sites sites = new Sites(session.pool(DutyRole.COLLECTOR));
            Session.await(sites.refresh());
            return sites.list().stream().map(LetheOperations::row).toList();
        });
    }

    @Override
    public Simulator.Summary simulate(Settings settings, SimulationRequest request, Simulator.Progress progress)
            throws OperationFailed {
        return withDatabase(settings, session -> {
            Pool collector = session.pool(DutyRole.COLLECTOR);
            Sites sites = new Sites(collector);
            Session.await(sites.refresh());
            Site site = SiteId.tryParse(request.site())
                    .flatMap(sites::find)
                    .orElseThrow(() -> new WrongUse(
                            "There is no site '" + request.site() + "': 'lethe site list'" + " names them all."));
            try {
                SimulationPlan plan = new SimulationPlan(
                        site,
                        request.days(),
                        request.visitorsPerDay(),
                        request.seed(),
                        request.isToday(),
                        DemoSite.rootOf(site, settings.publicListener().basePath()));
                return simulator(settings, session, collector).run(plan, progress);
            } catch (IllegalArgumentException e) {
                throw new WrongUse(String.valueOf(e.getMessage()), e);
            }
        });
    }

    private Simulator simulator(Settings settings, Session session, Pool collector) {
        TokenKeys tokenKeys = new TokenKeys(session.keys(), clock, settings.visitorLifetime());
        tokenKeys.refresh();
        VisitorTokens tokens = new VisitorTokens(tokenKeys, settings.visitorLifetime());
        Tags tags = new Tags(collector, session.keys());
        Session.await(tags.refresh());
        Routes routes = new Routes(collector);
        Session.await(routes.refresh());
        return new Simulator(new Simulator.Parts(
                session.vertx(),
                collector,
                session.owner(),
                session.database().options(DutyRole.COLLECTOR),
                new ConsentGate(tokens, tags, settings.noticeVersion(), settings.consentValidity()),
                tokens,
                tags,
                new Receipts(
                        collector,
                        Notice.from(settings),
                        random,
                        new RateLimits(settings.limits(), clock, random),
                        settings.proxies()),
                new Pseudonymiser(new KeyRing(session.vertx(), collector, session.keys(), random)),
                new UserAgents(),
                settings.countryFile().map(Countries::from).orElseGet(Countries::builtIn),
                routes,
                settings.noticeVersion(),
                new RetentionPolicy(
                        settings.retention().raw(), settings.retention().backupDays()),
                clock,
                SIMULATING_THREADS));
    }

    @Override
    public AccuracyResult accuracy(Settings settings, String name, OptionalLong visitorsPerDay) throws OperationFailed {
        if (visitorsPerDay.isPresent() && visitorsPerDay.getAsLong() < 0) {
            throw new OperationFailed("--visitors-per-day is a number from 0 on.");
        }
        return withDatabase(settings, session -> {
            Pool publisher = session.pool(DutyRole.PUBLISHER);
            Row site = Session.await(publisher
                            .preparedQuery("select preset, bounds::text as bounds from registry.site where site = $1")
                            .execute(Tuple.of(name)))
                    .stream()
                    .findFirst()
                    .orElseThrow(() -> noSuchSite(name));
            long visitors = visitorsPerDay.isPresent() ? visitorsPerDay.getAsLong() : publishedPerDay(publisher, name);
            Preset preset = Preset.ofLabel(site.getString("preset"));
            Budget budget = Budget.of(preset, Bounds.parse(site.getString("bounds")));
            return new AccuracyResult(
                    name,
                    preset.label(),
                    visitors,
                    visitorsPerDay.isEmpty(),
                    Accuracy.of(visitors, budget, Accuracy.Shares.TYPICAL));
        });
    }

    private static long publishedPerDay(Pool publisher, String site) throws OperationFailed {
        Row mean = Session.await(publisher.preparedQuery("""
            select round(avg(noisy))::bigint as visitors
            from (
                select noisy
                from stats.total
                where site = $1 and grain = 'day' and measure = 'visitors'
                order by period desc
                limit 28) recent
            """).execute(Tuple.of(site)))
                .iterator()
                .next();
        Long visitors = mean.getLong("visitors");
        if (visitors == null) {
            throw new OperationFailed("No day of '" + site
                    + "' is published yet: say how many visitors a day you expect, with" + " --visitors-per-day N.");
        }
        return Math.max(0, visitors);
    }

    private static OperationFailed noSuchSite(String name) {
        return new WrongUse("There is no site '" + name + "': 'lethe site list' names them all.");
    }

    @Override
    public SiteReport report(Settings settings, ReportRequest request) throws OperationFailed {
        return withDatabase(settings, session -> {
            SiteReports reports = new SiteReports(session.pool(DutyRole.DASHBOARDS));
            return switch (reports.read(request.site(), request.from(), request.to())) {
                case SiteReports.Answer.Found found -> found.report();
                case SiteReports.Answer.NoSuchSite none -> throw noSuchSite(request.site());
                case SiteReports.Answer.NothingYet nothing ->
                    throw new OperationFailed(
                            "Nothing of '" + request.site() + "' is published yet. It is measured from "
                                    + nothing.firstDay() + " on, and each day is published at 06:00 of the next, "
                                    + nothing.timeZone()
                                    + "; 'lethe publish' does at once what is due.");
                case SiteReports.Answer.OutsideOfPublished outside ->
                    throw new OperationFailed("Nothing is published of these days: '" + request.site()
                            + "' has the days from " + outside.first() + " to " + outside.last() + ".");
            };
        });
    }

    @Override
    public PublishResult publish(Settings settings, PublishRequest request, IntConsumer told) throws OperationFailed {
        Instant asOf = request.asOf().orElseGet(clock::instant);
        return withDatabase(settings, session -> {
            Pool pool = session.pool(DutyRole.PUBLISHER);
            if (!request.isConfirmed()) {
                requireRightClock(pool);
            }
            Publisher publisher = new Publisher(pool, Journal.open(settings.journalDir()), random);
            if (request.isDryRun()) {
                return new PublishResult(asOf, false, false, rows(publisher.listDue(asOf), List.of()));
            }
            // A database that was put back from an older copy gets its rows back first: they are never drawn again.
            publisher.restore();
            List<DuePeriod> due = publisher.listDue(asOf);
            Publisher.Report report = publisher.publish(asOf, () -> true, told::accept);
            if (request.asOf().isEmpty() && !report.isBusy()) {
                publisher.succeeded(asOf);
            }
            List<DuePeriod> left = publisher.listDue(asOf);
            return new PublishResult(
                    asOf,
                    true,
                    report.isBusy(),
                    rows(due.stream().filter(period -> !left.contains(period)).toList(), publisher.listLost()));
        });
    }

    /** What is published never changes, so a wrong clock must not close a day that goes on. */
    private void requireRightClock(Pool publisher) throws OperationFailed {
        Row row = Session.await(publisher
                        .query("select now() as now, paused_because from registry.job where job = 'publication'")
                        .execute())
                .iterator()
                .next();
        String paused = row.getString("paused_because");
        if (paused != null) {
            throw new OperationFailed(paused + " Look at the clock, then run 'lethe publish --confirm'.");
        }
        Duration apart = Duration.between(row.getOffsetDateTime("now").toInstant(), clock.instant())
                .abs();
        if (apart.compareTo(CLOCKS_APART) > 0) {
            throw new OperationFailed("The clock of this machine and that of PostgreSQL are " + apart.toSeconds()
                    + " seconds apart. Set them right, or run 'lethe publish --confirm'.");
        }
    }

    private static List<PublishedRow> rows(List<DuePeriod> periods, List<DuePeriod> lost) {
        List<PublishedRow> rows = new ArrayList<>();
        periods.stream()
                .collect(Collectors.groupingBy(
                        period -> List.of(period.site().value(), period.grain().label()),
                        LinkedHashMap::new,
                        Collectors.toList()))
                .forEach((key, group) -> rows.add(new PublishedRow(
                        key.get(0),
                        key.get(1),
                        group.size(),
                        group.getFirst().first(),
                        group.getLast().first(),
                        (int) group.stream().filter(lost::contains).count())));
        rows.sort(Comparator.comparing(PublishedRow::site).thenComparing(PublishedRow::grain));
        return rows;
    }

    @Override
    public RetentionResult retention(Settings settings, RetentionRequest request) throws OperationFailed {
        Instant asOf = request.asOf().orElseGet(clock::instant);
        return withDatabase(settings, session -> {
            Retention retention = retention(settings, session);
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
        });
    }

    private Retention retention(Settings settings, Session session) {
        Pool pool = session.pool(DutyRole.RETENTION);
        Pool owner = session.owner();
        RetentionPolicy policy = new RetentionPolicy(
                settings.retention().raw(), settings.retention().backupDays());
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
                clock);
    }

    private static RetentionResult result(Preview preview, boolean done) {
        List<RetentionDay> days = new ArrayList<>();
        preview.rows().forEach(row -> days.add(new RetentionDay(row.day(), row.bytes(), Optional.of(row.key()))));
        return new RetentionResult(preview.asOf(), done, days);
    }

    @Override
    public List<KeyRow> keys(Settings settings) throws OperationFailed {
        RetentionPolicy policy = new RetentionPolicy(
                settings.retention().raw(), settings.retention().backupDays());
        return withDatabase(settings, session -> {
            KeyRing ring = new KeyRing(session.vertx(), session.pool(DutyRole.COLLECTOR), session.keys(), random);
            return Session.await(ring.list()).stream()
                    .map(key -> new KeyRow(
                            key.site(),
                            key.month(),
                            LocalDate.ofInstant(policy.monthDropsAt(key.month()), ZoneOffset.UTC),
                            key.usable() ? KeyState.USABLE : KeyState.KEK_MISSING))
                    .sorted(Comparator.comparing(KeyRow::site).thenComparing(KeyRow::month))
                    .toList();
        });
    }

    @Override
    public String databaseUrl(Settings settings, Role role) throws OperationFailed {
        return withDatabase(
                settings, session -> session.database().url(duty(role)).reveal());
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
        return failing(() -> {
            StateDirectory.prepare(settings.stateDir());
            KeyDirectory keys = KeyDirectory.open(settings.keysDir(), random);
            try (Database database = Database.attach(settings, keys)) {
                return database.roles().printStatements(database.name(), database.owner());
            }
        });
    }

    @Override
    public Backup.Summary backup(Settings settings, Path file, Backup.Progress progress) throws OperationFailed {
        return withDatabase(settings, session -> new Backup(session.database(), progress).write(file, clock.instant()));
    }

    @Override
    public Backup.Summary restore(Settings settings, Path file, boolean isReplacing, Backup.Progress progress)
            throws OperationFailed {
        if (ServeLock.find(settings.stateDir()).isPresent()) {
            throw new OperationFailed("Lethe is running. Stop it, and every other node, then restore.");
        }
        RetentionPolicy policy = new RetentionPolicy(
                settings.retention().raw(), settings.retention().backupDays());
        Instant now = clock.instant();
        return withDatabase(settings, session -> {
            Backup.Summary summary = new Backup(session.database(), progress)
                    .restore(file, isReplacing, day -> policy.isExpired(day, now));
            // The chain goes on from the backup's head: whoever kept a later one finds here why it is not in it.
            JsonObject detail = new JsonObject().put("backup_at", summary.at().toString());
            summary.replacedHead().ifPresent(head -> detail.put("replaced_head", head));
            Session.await(session.pool(DutyRole.RETENTION)
                    .withTransaction(transaction -> Ledger.append(transaction, now, "database_restored", detail)));
            return summary;
        });
    }

    @Override
    public ComplianceReport compliance(Settings settings, List<EffectiveValue> values) throws OperationFailed {
        return withDatabase(settings, session -> {
            Optional<Long> brokenAt = Session.await(new Ledger(session.pool(DutyRole.RETENTION)).verify());
            Sites sites = new Sites(session.pool(DutyRole.COLLECTOR));
            Session.await(sites.refresh());
            RequestDesk desk = new RequestDesk(session.pool(DutyRole.RIGHTS), sites, clock, random);
            long overdue = Session.await(desk.list(false)).stream()
                    .filter(request -> request.urgency(desk.today(request.site()))
                            .filter(Deadline.Urgency.OVERDUE::equals)
                            .isPresent())
                    .count();
            try {
                JsonObject gathered =
                        Compliance.gather(settings, values, session.database(), brokenAt, overdue, clock.instant());
                return ComplianceReport.signed(gathered, SigningKey.of(session.keys()));
            } catch (SQLException e) {
                throw new OperationFailed("The database cannot be read: " + e.getMessage(), e);
            }
        });
    }

    @Override
    public List<ReportCheck> checkCompliance(Settings settings, ComplianceReport report) throws OperationFailed {
        return withDatabase(settings, session -> {
            Ledger ledger = new Ledger(session.pool(DutyRole.RETENTION));
            boolean holdsHead = report.head().isEmpty()
                    || Session.await(ledger.holds(
                            report.head().get().seq(), report.head().get().hash()));
            return List.of(
                    new ReportCheck(
                            report.publicKey()
                                    .equals(SigningKey.of(session.keys()).publicKey()),
                            "The key is this installation's."),
                    new ReportCheck(
                            Session.await(ledger.verify()).isEmpty(), "The ledger of this installation is whole."),
                    new ReportCheck(holdsHead, "The ledger still holds the newest entry of the report."));
        });
    }

    @Override
    public List<Check> doctor(Settings settings) throws OperationFailed {
        return new Doctor(settings, clock).examine();
    }

    @Override
    public RequestRow rights(Settings settings, RightsRequest request) throws OperationFailed {
        return withDatabase(settings, session -> {
            Pool rights = session.pool(DutyRole.RIGHTS);
            Pool collector = session.pool(DutyRole.COLLECTOR);
            Sites sites = new Sites(collector);
            Session.await(sites.refresh());
            Tags tags = new Tags(collector, session.keys());
            Pseudonymiser pseudonymiser =
                    new Pseudonymiser(new KeyRing(session.vertx(), collector, session.keys(), random));
            Withdrawals withdrawals = new Withdrawals(
                    session.vertx(),
                    rights,
                    new Vacuums(session.pool(DutyRole.RETENTION)),
                    tags,
                    pseudonymiser,
                    Journal.open(settings.journalDir()),
                    random,
                    clock);
            RequestDesk desk = new RequestDesk(rights, sites, clock, random);
            DeskClerk clerk = new DeskClerk(
                    desk,
                    new RightsByCode(
                            desk,
                            new VisitorCodes(session.keys()),
                            sites,
                            withdrawals,
                            rights,
                            pseudonymiser,
                            settings,
                            random,
                            clock),
                    new Letters(settings),
                    sites);
            try {
                DeskClerk.Answer answer = Session.await(clerk.take(
                        request.step(),
                        copy -> session.vertx().executeBlocking(() -> putAway(copy, request.output()))));
                return RequestRow.of(answer.request(), answer.urgency(), answer.letter());
            } finally {
                // What was deleted is deleted once more, for a beacon that was in flight on a running node.
                Session.await(withdrawals.close());
            }
        });
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

    @Override
    public List<RequestRow> requests(Settings settings, boolean ended) throws OperationFailed {
        return withDatabase(settings, session -> {
            Sites sites = new Sites(session.pool(DutyRole.COLLECTOR));
            Session.await(sites.refresh());
            RequestDesk desk = new RequestDesk(session.pool(DutyRole.RIGHTS), sites, clock, random);
            return Session.await(desk.list(ended)).stream()
                    .map(request -> row(desk, request))
                    .toList();
        });
    }

    private static RequestRow row(RequestDesk desk, Request request) {
        return RequestRow.of(request, request.urgency(desk.today(request.site())), "");
    }

    @Override
    public Breach breach(Settings settings, BreachRequest request) throws OperationFailed {
        return withDatabase(
                settings,
                session -> Session.await(Breach.find(
                        session.pool(DutyRole.RIGHTS),
                        session.keys(),
                        clock,
                        request.from(),
                        request.to(),
                        request.detected())));
    }

    private <T> T withDatabase(Settings settings, Work<T> work) throws OperationFailed {
        return failing(() -> {
            StateDirectory.prepare(settings.stateDir());
            KeyDirectory keys = KeyDirectory.open(settings.keysDir(), random);
            // A running node has brought the schema up to date; doing it again would only take time.
            boolean running = ServeLock.find(settings.stateDir()).isPresent();
            try (Database database = running ? Database.attach(settings, keys) : Database.open(settings, keys)) {
                Vertx vertx = Vertx.vertx(Collector.quietVertx());
                try {
                    return work.with(new Session(vertx, database, keys));
                } finally {
                    vertx.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                }
            }
        });
    }

    /** Something that fails with a sentence for the operator. */
    private interface Attempt<T> {
        T run() throws Exception;
    }

    private static <T> T failing(Attempt<T> attempt) throws OperationFailed {
        try {
            return attempt.run();
        } catch (OperationFailed e) {
            throw e;
        } catch (DatabaseProblem | IllegalStateException e) {
            throw new OperationFailed(String.valueOf(e.getMessage()), e);
        } catch (BindException e) {
            throw new OperationFailed(
                    "A port is in use already: " + e.getMessage()
                            + ". Choose others with --public.port and --admin.port.",
                    e);
        } catch (Exception e) {
            throw new OperationFailed("It failed: " + e.getMessage() + " (--debug shows where).", e);
        }
    }
}
