package dev.lethe;

import dev.lethe.Operations.NewSite;
import dev.lethe.Operations.SimulationRequest;
import dev.lethe.Operations.SiteListResult;
import dev.lethe.Operations.SiteRow;
import dev.lethe.beacon.Routes;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Tags;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.DutyRole;
import dev.lethe.demo.DemoSite;
import dev.lethe.demo.SimulationPlan;
import dev.lethe.demo.Simulator;
import dev.lethe.http.RateLimits;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.site.Origin;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.statistics.LivePlane;
import dev.lethe.statistics.SiteBounds;
import dev.lethe.statistics.SiteList;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the commands do with sites: registering them, their pages, and inventing their visitors. */
final class SiteOperations {
    /** PostgreSQL needs as much again. */
    private static final int SIMULATING_THREADS = 2;

    private SiteOperations() {}

    static SiteRow add(Session session, Sites.Wanted site, Map<String, Integer> bounds) {
        Pool owner = session.owner();
        // Before the site stands: with another keys.dir it would be registered and have no keys.
        Pool collector = session.pool(DutyRole.COLLECTOR);
        LocalDate today =
                LocalDate.ofInstant(session.clock().instant(), site.zone().orElse(ZoneOffset.UTC));
        Session.await(Sites.register(owner, site, today));
        Session.await(SiteBounds.set(owner, site.id(), bounds));
        Site registered = session.sites(owner).find(site.id()).orElseThrow();
        Session.await(session.keyRing(collector)
                .makeAhead(registered, registered.monthOf(session.clock().instant())));
        return row(registered, session.clock().instant());
    }

    /** Before anything is opened. */
    static Sites.Wanted read(NewSite wanted) throws OperationFailed {
        try {
            Set<String> origins = wanted.origins().stream().map(Origin::parse).collect(Collectors.toUnmodifiableSet());
            SiteBounds.check(wanted.bounds());
            return new Sites.Wanted(
                    new SiteId(wanted.name()), origins, wanted.timeZone(), wanted.preset(), wanted.isSynthetic());
        } catch (IllegalArgumentException e) {
            throw new OperationFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static SiteRow row(Site site, Instant now) {
        return new SiteRow(
                site.id().value(),
                site.origins().stream().sorted().toList(),
                site.zoneAt(now),
                site.presetOn(site.dayOf(now)).label(),
                site.synthetic());
    }

    /** Before anything is opened. */
    static SiteList readList(Path file) throws OperationFailed {
        try {
            return SiteList.parse(Files.readString(file));
        } catch (IOException e) {
            throw new OperationFailed("The file " + file + " cannot be read as text.", e);
        } catch (IllegalArgumentException e) {
            throw new OperationFailed(file + ": " + e.getMessage(), e);
        }
    }

    static SiteListResult importList(Session session, String name, SiteList list, boolean isReplacing)
            throws OperationFailed {
        Pool owner = session.owner();
        SiteId site = find(session.sites(owner), name).id();
        Session.await(list.register(owner, site, isReplacing));
        return new SiteListResult(
                list.pages().size(),
                list.clicks().size(),
                list.goals().size(),
                Session.await(SiteList.beyond(owner, site)));
    }

    private static Site find(Sites sites, String name) throws WrongUse {
        return SiteId.tryParse(name).flatMap(sites::find).orElseThrow(() -> noSuchSite(name));
    }

    static WrongUse noSuchSite(String name) {
        return new WrongUse("There is no site '" + name + "': 'lethe site list' names them all.");
    }

    static List<SiteRow> list(Session session) {
        Instant now = session.clock().instant();
        return session.sites(session.pool(DutyRole.COLLECTOR)).list().stream()
                .map(site -> row(site, now))
                .toList();
    }

    static Simulator.Summary simulate(Session session, SimulationRequest request, Simulator.Progress progress)
            throws WrongUse {
        Pool collector = session.pool(DutyRole.COLLECTOR);
        Site site = find(session.sites(collector), request.site());
        try {
            SimulationPlan plan = new SimulationPlan(
                    site,
                    request.days(),
                    request.visitorsPerDay(),
                    request.seed(),
                    request.isToday(),
                    DemoSite.rootOf(site, session.settings().publicListener().basePath()));
            Simulator.Summary summary = simulator(session, collector).run(plan, progress);
            Session.await(LivePlane.recount(session.pool(DutyRole.PUBLISHER), site.id()));
            return summary;
        } catch (IllegalArgumentException e) {
            throw new WrongUse(String.valueOf(e.getMessage()), e);
        }
    }

    private static Simulator simulator(Session session, Pool collector) {
        Settings settings = session.settings();
        TokenKeys tokenKeys = new TokenKeys(session.keys(), session.clock(), settings.visitorLifetime());
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
                        session.random(),
                        new RateLimits(settings.limits(), session.clock(), session.random()),
                        settings.proxies()),
                new Pseudonymiser(session.keyRing(collector)),
                new UserAgents(),
                settings.countryFile().map(Countries::from).orElseGet(Countries::builtIn),
                routes,
                settings.noticeVersion(),
                RetentionPolicy.of(settings),
                session.clock(),
                SIMULATING_THREADS));
    }
}
