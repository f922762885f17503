package dev.lethe;

import dev.lethe.beacon.BeaconHandler;
import dev.lethe.beacon.Routes;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.FreePorts;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Secret;
import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.ConsentHandler;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Tags;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.database.ServeLock;
import dev.lethe.database.StateDirectory;
import dev.lethe.demo.DemoHistory;
import dev.lethe.demo.DemoSite;
import dev.lethe.demo.Simulator;
import dev.lethe.event.EventWriter;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.RateLimits;
import dev.lethe.ops.ClockGuard;
import dev.lethe.ops.Meters;
import dev.lethe.ops.RecentMinutes;
import dev.lethe.retention.Expiring;
import dev.lethe.retention.Expiry;
import dev.lethe.retention.PartitionsAhead;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionJob;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.SigningKey;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.retention.Vacuums;
import dev.lethe.retention.WriteAheadLog;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskWatch;
import dev.lethe.rights.ErasureJournal;
import dev.lethe.rights.Letters;
import dev.lethe.rights.PrivacyHandler;
import dev.lethe.rights.RequestContacts;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RightsByCode;
import dev.lethe.rights.Withdrawals;
import dev.lethe.routes.AdminListener;
import dev.lethe.routes.ConsoleRoutes;
import dev.lethe.routes.PublicListener;
import dev.lethe.routes.PublicRoutes;
import dev.lethe.routes.Scripts;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.statistics.LivePlane;
import dev.lethe.statistics.PublicationJob;
import dev.lethe.statistics.Publisher;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.sqlclient.Pool;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: the whole wiring of a serving node, and the order in which it ends. {@link #start} returns when both listeners
 * answer; {@link #close} when everything acknowledged is committed and everything opened is closed.
 */
public final class Collector implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
    /** A system property: tests of a whole process count what they send, and want no invented visitors beside it. */
    private static final String DEMO_WITHOUT_PAST = "lethe.demo-without-past";

    private static final SiteId DEMO = DemoSite.ID;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_LISTENERS = 8;

    private final Settings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Opened opened = new Opened();
    private final BooleanSupplier unwanted;
    private volatile List<String> phase = List.of("starting");
    private volatile Optional<String> databaseFailure = Optional.empty();
    private URI publicUrl;
    private URI adminUrl;
    private String signInLink = "";
    private boolean demo;

    private Collector(Settings settings, Clock clock, BooleanSupplier unwanted) {
        this.unwanted = unwanted;
        this.settings = settings;
        this.clock = clock;
        this.publicUrl = settings.publicListener().url();
        this.adminUrl = URI.create("http://" + settings.adminListener().host() + ":"
                + settings.adminListener().port());
    }

    /**
     * Starts a node.
     *
     * @throws dev.lethe.database.DatabaseProblem when the database cannot be used; it says what to do
     * @throws IllegalStateException when keys or ports cannot be used
     */
    public static Collector start(Settings settings, Clock clock) {
        return start(settings, clock, () -> false);
    }

    /**
     * Starts a node, unless it is to end before it has begun.
     *
     * @param unwanted asked after each step; once true, what was opened is closed again
     * @throws Unwanted when it was true
     */
    static Collector start(Settings settings, Clock clock, BooleanSupplier unwanted) {
        return start(
                settings,
                clock,
                ClockGuard::clockOf,
                ClockGuard.monotonicNanos(),
                unwanted,
                !Boolean.getBoolean(DEMO_WITHOUT_PAST));
    }

    /** Somebody ended the process while it was starting. Everything is closed. */
    static final class Unwanted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unwanted() {
            super("ended while starting", null, false, false);
        }
    }

    /** With clocks that a test moves together; a real node compares its own with the database's. The demo has no past. */
    static Collector start(
            Settings settings,
            Clock clock,
            Function<Pool, Supplier<Future<Instant>>> databaseClock,
            LongSupplier monotonicNanos) {
        return start(settings, clock, databaseClock, monotonicNanos, () -> false, false);
    }

    private static Collector start(
            Settings settings,
            Clock clock,
            Function<Pool, Supplier<Future<Instant>>> databaseClock,
            LongSupplier monotonicNanos,
            BooleanSupplier unwanted,
            boolean demoHasPast) {
        Collector collector = new Collector(settings, clock, unwanted);
        try {
            collector.start(databaseClock, monotonicNanos, demoHasPast);
            return collector;
        } catch (Exception | Error e) {
            // Also what no signature tells of: await() throws the failure itself, such as a BindException.
            collector.close();
            throw e;
        }
    }

    private void start(
            Function<Pool, Supplier<Future<Instant>>> databaseClock, LongSupplier monotonicNanos, boolean demoHasPast) {
        StateDirectory.prepare(settings.stateDir());
        ServeLock lock = ServeLock.acquire(settings.stateDir());
        onClose("", lock::close);
        KeyDirectory keyFiles = KeyDirectory.open(settings.keysDir(), random);
        Journal journal = Journal.open(settings.journalDir());
        Secret adminToken = AdminToken.readOrMake(settings.adminListener().tokenFile(), random);
        // Read while PostgreSQL starts.
        CompletableFuture<UserAgents> userAgentsRead = CompletableFuture.supplyAsync(UserAgents::new);
        CompletableFuture<Countries> countriesRead = settings.countryFile()
                .map(Countries::from)
                .map(CompletableFuture::completedFuture)
                .orElseGet(() -> CompletableFuture.supplyAsync(Countries::builtIn));
        Database database = Database.open(settings, keyFiles);
        onClose("database", database::close);
        database.keepRunning();
        Vertx vertx = Vertx.vertx(quietVertx());
        onClose("", () -> vertx.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        Pool collector = closing(Database.visitorsPool(vertx, database.options(DutyRole.COLLECTOR), 6));
        Pool rights = closing(Database.visitorsPool(vertx, database.options(DutyRole.RIGHTS), 4));
        Pool retentionPool = closing(Database.pool(vertx, database.options(DutyRole.RETENTION), 4));
        Vacuums vacuums = new Vacuums(closing(Database.pool(vertx, database.options(DutyRole.RETENTION), 1)));
        // The collector's role may not end a pause of what destroys and publishes.
        Pool pausesPool = closing(Database.visitorsPool(vertx, database.options(DutyRole.RETENTION), 1));
        Pool publisherPool = closing(Database.pool(vertx, database.options(DutyRole.PUBLISHER), 4));
        Pool owner = Database.pool(vertx, database.ownerOptions(), 1);
        onClose("", () -> owner.close().await());

        // Who is measured, and by what right.
        RecentMinutes recent = new RecentMinutes(clock);
        Meters meters = new Meters(recent);
        Sites sites = new Sites(collector);
        Routes routes = new Routes(collector);
        TokenKeys tokenKeys = new TokenKeys(keyFiles, clock, settings.visitorLifetime());
        tokenKeys.refresh();
        VisitorTokens tokens = new VisitorTokens(tokenKeys, settings.visitorLifetime());
        Tags tags = new Tags(collector, keyFiles);
        ConsentGate gate = new ConsentGate(tokens, tags, settings.noticeVersion(), settings.consentValidity());
        VisitorCookies cookies = new VisitorCookies(settings.publicListener());
        Notice notice = Notice.from(settings);
        RateLimits limits = new RateLimits(settings.limits(), clock, random);
        Receipts receipts = new Receipts(collector, notice, random, limits, settings.proxies());
        RetentionPolicy policy = RetentionPolicy.of(settings);
        // Asked for each beacon, so the calendar is worked through once a month.
        Map<YearMonth, Instant> ends = new ConcurrentHashMap<>();
        KeyRing keyRing = new KeyRing(
                vertx,
                collector,
                keyFiles,
                random,
                month -> !clock.instant().isBefore(ends.computeIfAbsent(month, policy::monthDropsAt)));
        Pseudonymiser pseudonymiser = new Pseudonymiser(keyRing);
        sites.refresh().await();
        routes.refresh().await();
        tags.refresh().await();
        receipts.keepNotice().await();

        // What ends, and when.
        ClockGuard guard = new ClockGuard(
                clock, monotonicNanos, databaseClock.apply(collector), ClockGuard.Pauses.inRegistry(pausesPool));
        Retention retention = new Retention(
                policy,
                retentionPool,
                new StoredMonthKeys(retentionPool, keyFiles, keyRing::forget),
                expiring(settings, retentionPool, journal, policy),
                database.isEmbedded() ? () -> WriteAheadLog.forget(owner) : Future::succeededFuture,
                clock);
        RetentionJob retentionJob = new RetentionJob(retention, guard, clock);
        Publisher publisher = new Publisher(publisherPool, journal, random);
        int restored = publisher.restore();
        if (restored > 0) {
            LOG.warn("The database had lost {} published periods; the journal gave them back", restored);
        }
        PublicationJob publication = new PublicationJob(publisher, guard, clock);
        LivePlane live = new LivePlane(
                closing(Database.visitorsPool(vertx, database.options(DutyRole.PUBLISHER), 1)), sites, guard, clock);
        PartitionsAhead partitions = new PartitionsAhead(collector, clock);
        partitions.make().await();
        Withdrawals withdrawals = new Withdrawals(vertx, rights, vacuums, tags, pseudonymiser, journal, random, clock);
        onClose("", () -> withdrawals.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        // Before anybody is answered: the database may be an older one that was put back.
        withdrawals.repeatAll().await();

        // Who asks by letter.
        RequestDesk desk = new RequestDesk(rights, sites, clock, random);
        DeskClerk clerk = clerk(desk, keyFiles, sites, withdrawals, rights, pseudonymiser, settings, random, clock);
        DeskWatch deskWatch = new DeskWatch(desk);
        deskWatch.look().await();

        // Where visitors come in.
        int port = settings.publicListener().port() == 0
                ? FreePorts.choose(settings.publicListener().host())
                : settings.publicListener().port();
        publicUrl = Ports.withPort(settings.publicListener(), port);
        demo = settings.demo()
                .orElseGet(
                        () -> sites.list().stream().allMatch(site -> site.id().equals(DEMO)));
        if (demo) {
            DemoSite.register(owner, sites, settings.publicListener().basePath(), port, clock.instant())
                    .await();
        }
        for (Site site : sites.list()) {
            keyRing.makeAhead(site, site.monthOf(clock.instant())).await();
        }
        CrossOrigin crossOrigin = new CrossOrigin(() -> Ports.origin(publicUrl));
        Scripts scripts = new Scripts(notice);
        ConsentHandler consent = new ConsentHandler(
                sites,
                gate,
                tokens,
                cookies,
                tags,
                receipts,
                withdrawals,
                crossOrigin,
                limits,
                settings.proxies(),
                new ConsentHandler.Rules(
                        settings.noticeVersion(), settings.consentValidity(), settings.visitorLifetime()),
                guard::ingestionMayRun,
                clock,
                random,
                scripts.trackerSha256());
        PrivacyHandler privacy = new PrivacyHandler(new PrivacyHandler.Parts(
                sites,
                gate,
                cookies,
                new VisitorCodes(keyFiles),
                tags,
                withdrawals,
                receipts,
                pseudonymiser,
                rights,
                crossOrigin,
                limits,
                notice,
                settings,
                SigningKey.of(keyFiles),
                random,
                clock));
        NodeConsole console = new NodeConsole(
                settings,
                sites,
                recent,
                retentionJob,
                policy,
                desk,
                clerk,
                () -> notReady(guard, retentionJob),
                closing(Database.visitorsPool(vertx, database.options(DutyRole.DASHBOARDS), 2)),
                closing(Database.visitorsPool(vertx, database.options(DutyRole.LIVE), 1)),
                publicUrl,
                database.place(),
                demo,
                clock);
        UserAgents userAgents = userAgentsRead.join();
        Countries countries = countriesRead.join();
        BeaconHandler.Parts parts = new BeaconHandler.Parts(
                sites,
                crossOrigin,
                cookies,
                tokens,
                gate,
                tags,
                userAgents,
                countries,
                routes,
                limits,
                pseudonymiser,
                meters,
                settings.proxies(),
                settings.visitorLifetime(),
                settings.limits().bodyBytes(),
                guard::ingestionMayRun,
                console::stored,
                clock);
        String basePath = settings.publicListener().basePath();
        Optional<DemoSite> demoSite = demo ? Optional.of(new DemoSite(basePath)) : Optional.empty();
        AtomicInteger waitingRows = new AtomicInteger();
        AtomicInteger connections = new AtomicInteger();
        NodeGauges.register(meters, waitingRows, retentionJob, publication, deskWatch);
        guard.start().await();

        String admin = deploy(vertx, adminListener(meters, console, guard, retentionJob, adminToken));
        onClose("admin listener", () -> vertx.undeploy(admin).await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        retentionJob.start();
        onClose("retention", () -> retentionJob.stop(PATIENCE));
        boolean inventsPast = demo && demoHasPast;
        if (!inventsPast) {
            publication.start();
        }
        onClose("publication", () -> publication.stop(PATIENCE));
        int instances = listeners(Runtime.getRuntime().availableProcessors());
        String listeners = vertx.deployVerticle(
                        () -> new PublicListener(
                                settings,
                                port,
                                () -> new EventWriter(
                                        vertx,
                                        database.options(DutyRole.COLLECTOR),
                                        meters,
                                        settings.limits().waitingRows(),
                                        settings.limits().hold(),
                                        waitingRows),
                                writer -> new BeaconHandler(vertx, parts, writer),
                                beacons -> PublicRoutes.router(
                                        vertx,
                                        basePath,
                                        beacons,
                                        consent,
                                        privacy,
                                        scripts,
                                        demoSite,
                                        crossOrigin,
                                        sites),
                                connections),
                        new DeploymentOptions().setInstances(instances))
                .await();
        onClose(
                "public listener: requests under way are answered, waiting events committed",
                () -> vertx.undeploy(listeners).await(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));

        every(
                vertx,
                Sites.REFRESH_MILLIS,
                "reading the sites",
                () -> sites.refresh().onComplete(read -> noteDatabase(read.succeeded())));
        every(vertx, Routes.REFRESH_MILLIS, "reading the sites' pages", routes::refresh);
        every(vertx, Tags.REFRESH_MILLIS, "learning who objected on other nodes", tags::refresh);
        every(vertx, ClockGuard.CHECK_MILLIS, "comparing the clock with PostgreSQL's", guard::check);
        every(vertx, PartitionsAhead.EVERY_MILLIS, "making partitions ahead", partitions::make);
        every(vertx, Withdrawals.REPEAT_MILLIS, "repeating recent erasures", withdrawals::repeatRecent);
        every(vertx, DeskWatch.EVERY_MILLIS, "looking at the request desk", deskWatch::look);
        every(vertx, LivePlane.REFRESH_MILLIS, "counting the live figures", live::refresh);
        every(
                vertx,
                TimeUnit.HOURS.toMillis(1),
                "making token keys ahead",
                () -> vertx.executeBlocking(() -> {
                    tokenKeys.refresh();
                    return null;
                }));
        every(
                vertx,
                TimeUnit.HOURS.toMillis(1),
                "making month keys ahead",
                () -> Future.all(sites.list().stream()
                        .map(site -> keyRing.makeAhead(site, site.monthOf(clock.instant())))
                        .toList()));
        lock.announce(publicUrl, adminUrl);
        phase = List.of();
        live.refresh()
                .onFailure(failure -> LOG.debug(
                        "The live figures will be tried again: {}",
                        failure.getClass().getSimpleName()));
        if (inventsPast) {
            Simulator.Parts past = new Simulator.Parts(
                    vertx,
                    collector,
                    owner,
                    database.options(DutyRole.COLLECTOR),
                    gate,
                    tokens,
                    tags,
                    receipts,
                    pseudonymiser,
                    userAgents,
                    countries,
                    routes,
                    settings.noticeVersion(),
                    policy,
                    clock,
                    1);
            DemoHistory history = new DemoHistory(
                    new Simulator(past),
                    DemoHistory.ofNinetyDays(sites.find(DEMO).orElseThrow(), basePath),
                    () -> {
                        // Not before: a day of the past that is published while it is being told stays half full.
                        publication.start();
                        recount(live);
                    });
            history.start();
            onClose("", () -> history.stop(PATIENCE));
        }
    }

    /** Each has a connection of its own to the database, which allows a few dozen; eight commit more than one PostgreSQL takes. */
    static int listeners(int processors) {
        return Math.clamp(processors, 1, MOST_LISTENERS);
    }

    /** The demo's past came after its hours had been counted. */
    private static void recount(LivePlane live) {
        live.recount(DEMO)
                .onFailure(failure -> LOG.warn(
                        "The demo's live figures begin with this hour: {}",
                        failure.getClass().getSimpleName()));
    }

    /** What ends beside days and keys, in this order, whether a node or a command runs retention. */
    static List<Expiring> expiring(Settings settings, Pool retention, Journal journal, RetentionPolicy policy) {
        return List.of(
                Expiry.receipts(retention, settings.consentValidity()),
                Expiry.tags(retention),
                Expiry.seen(retention),
                Expiry.withheld(retention, policy),
                ErasureJournal.expiring(journal, policy),
                RequestContacts.expiring(retention));
    }

    /** Who carries out requests by letter, at the console or on the command line. */
    static DeskClerk clerk(
            RequestDesk desk,
            KeyDirectory keys,
            Sites sites,
            Withdrawals withdrawals,
            Pool rights,
            Pseudonymiser pseudonymiser,
            Settings settings,
            SecureRandom random,
            Clock clock) {
        return new DeskClerk(
                desk,
                new RightsByCode(
                        desk,
                        new VisitorCodes(keys),
                        sites,
                        withdrawals,
                        rights,
                        pseudonymiser,
                        settings,
                        random,
                        clock),
                new Letters(settings),
                sites);
    }

    /** Nothing is unpacked from the jar into a temporary directory. */
    static VertxOptions quietVertx() {
        return new VertxOptions()
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
    }

    private void noteDatabase(boolean answers) {
        if (!phase.isEmpty()) {
            return;
        }
        if (answers && databaseFailure.isPresent()) {
            LOG.info("The database answers again");
            databaseFailure = Optional.empty();
        } else if (!answers && databaseFailure.isEmpty()) {
            LOG.warn("The database does not answer; beacons get 503 until it does");
            databaseFailure = Optional.of("The database does not answer.");
        }
    }

    private AdminListener adminListener(
            Meters meters, NodeConsole console, ClockGuard guard, RetentionJob retentionJob, Secret adminToken) {
        ConsoleRoutes routes = new ConsoleRoutes(console, adminToken, clock, random);
        signInLink = routes.oneTimeLink();
        return new AdminListener(settings.adminListener(), meters::scrape, () -> notReady(guard, retentionJob), routes);
    }

    private String deploy(Vertx vertx, AdminListener listener) {
        String id = vertx.deployVerticle(listener).await();
        adminUrl = URI.create("http://" + settings.adminListener().host() + ":" + listener.port());
        return id;
    }

    private Pool closing(Pool pool) {
        onClose("", () -> pool.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        return pool;
    }

    private void every(Vertx vertx, long millis, String name, Supplier<Future<?>> job) {
        RecurringJob recurring = new RecurringJob(name, job);
        long timer = vertx.setPeriodic(millis, tick -> recurring.run());
        onClose("", () -> vertx.cancelTimer(timer));
    }

    private List<String> notReady(ClockGuard guard, RetentionJob retention) {
        List<String> reasons = new ArrayList<>(phase);
        databaseFailure.ifPresent(reasons::add);
        guard.reason().ifPresent(reasons::add);
        retention.alarm().ifPresent(reasons::add);
        return reasons;
    }

    public URI publicUrl() {
        return publicUrl;
    }

    public URI adminUrl() {
        return adminUrl;
    }

    /** A link that signs one browser in to the console, once. */
    public URI consoleLink() {
        return adminUrl.resolve(signInLink);
    }

    public boolean servesDemo() {
        return demo;
    }

    private void onClose(String story, Opened.Ending ending) {
        opened.add(story, ending);
        if (unwanted.getAsBoolean()) {
            throw new Unwanted();
        }
    }

    /** Ends in the opposite order of the start: first nobody new comes in, last the database goes. Tells the story in the log. */
    @Override
    public void close() {
        if (opened.isEmpty()) {
            return;
        }
        Instant began = clock.instant();
        phase = List.of("stopping");
        LOG.info("Stopping: readiness now says so");
        opened.end();
        LOG.info("Stopped after {} ms", Duration.between(began, clock.instant()).toMillis());
    }
}
