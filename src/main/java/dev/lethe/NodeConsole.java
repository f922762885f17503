package dev.lethe;

import dev.lethe.classify.Screen;
import dev.lethe.config.Settings;
import dev.lethe.event.RawEvent;
import dev.lethe.ops.RecentMinutes;
import dev.lethe.retention.RetentionJob;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.RequestDesk;
import dev.lethe.routes.ConsoleData;
import dev.lethe.site.Site;
import dev.lethe.site.Sites;
import dev.lethe.statistics.LiveFigures;
import dev.lethe.statistics.SiteReports;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this node's console shows. Thread-safe, one a process. */
final class NodeConsole implements ConsoleData {
    private static final String DROPPED = "dropped:";

    private final Settings settings;
    private final Sites sites;
    private final RecentMinutes recent;
    private final RetentionJob retention;
    private final RetentionPolicy policy;
    private final RequestDesk desk;
    private final DeskClerk clerk;
    private final Supplier<List<String>> notReady;
    private final PublishedNumbers published;
    private final Pool live;
    private final URI publicUrl;
    private final String database;
    private final boolean demo;
    private final Clock clock;
    private final Instant startedAt;
    private final Set<Consumer<StoredEvent>> listeners = new CopyOnWriteArraySet<>();

    NodeConsole(
            Settings settings,
            Sites sites,
            RecentMinutes recent,
            RetentionJob retention,
            RetentionPolicy policy,
            RequestDesk desk,
            DeskClerk clerk,
            Supplier<List<String>> notReady,
            Pool dashboards,
            Pool live,
            URI publicUrl,
            String database,
            boolean demo,
            Clock clock) {
        this.settings = settings;
        this.sites = sites;
        this.recent = recent;
        this.retention = retention;
        this.policy = policy;
        this.desk = desk;
        this.clerk = clerk;
        this.notReady = notReady;
        this.published = new PublishedNumbers(new SiteReports(dashboards));
        this.live = live;
        this.publicUrl = publicUrl;
        this.database = database;
        this.demo = demo;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    @Override
    public List<Minute> minutes() {
        return recent.list().stream().map(NodeConsole::minute).toList();
    }

    private static Minute minute(RecentMinutes.Minute minute) {
        Map<String, Long> dropped = new HashMap<>();
        minute.counts().forEach((label, count) -> {
            if (label.startsWith(DROPPED)) {
                dropped.put(label.substring(DROPPED.length()), count);
            }
        });
        return new Minute(
                minute.start(),
                minute.counts().getOrDefault("stored", 0L),
                minute.counts().getOrDefault("rejected", 0L),
                minute.counts().getOrDefault("limited", 0L),
                minute.counts().getOrDefault("unavailable", 0L),
                dropped);
    }

    @Override
    public NodeFacts node() {
        List<String> reasons = notReady.get();
        return new NodeFacts(
                Main.version(),
                startedAt,
                reasons.isEmpty(),
                reasons,
                publicUrl,
                settings.stateDir().toString(),
                database,
                demo ? Optional.of(URI.create(publicUrl + "/demo/")) : Optional.empty());
    }

    @Override
    public Future<RetentionFacts> retention() {
        Optional<Drop> next = retention.oldestDay().map(day -> new Drop(day, policy.dropsAt(day)));
        return Future.succeededFuture(
                new RetentionFacts(retention.oldestDay(), next, (int) Math.round(retention.overduePartitions())));
    }

    @Override
    public Future<List<SiteView>> sites() {
        return Future.succeededFuture(sites.list().stream().map(this::view).toList());
    }

    private SiteView view(Site site) {
        return new SiteView(
                site.id().value(),
                site.origins().stream().sorted().toList(),
                site.zoneAt(clock.instant()).getId(),
                site.synthetic(),
                site.presetOn(site.dayOf(clock.instant())).label(),
                settings.noticeVersion());
    }

    @Override
    public Future<List<RequestView>> requests(boolean ended) {
        return desk.list(ended)
                .map(requests -> requests.stream()
                        .map(request -> new RequestView(request, request.urgency(desk.today(request.site()))))
                        .toList());
    }

    @Override
    public Future<DeskClerk.Answer> take(DeskStep step, DeskClerk.PutAway putAway) {
        return clerk.take(step, putAway);
    }

    @Override
    public List<SetUp> notYetSetUp() {
        List<SetUp> missing = new ArrayList<>();
        if (sites.list().stream().allMatch(Site::synthetic)) {
            missing.add(new SetUp(
                    new Text("No site of your own", "Aucun site à vous"),
                    new Text("Only the demo is measured.", "Seule la démonstration est mesurée."),
                    new Text(
                            "lethe site add example.com --origin https://www.example.com",
                            "lethe site add example.com --origin https://www.example.com")));
        }
        if (settings.controllerName().isEmpty() || settings.controllerContact().isEmpty()) {
            missing.add(new SetUp(
                    new Text("Who is responsible", "Qui est responsable"),
                    new Text(
                            "The notice must name the controller and how to reach it (GDPR Art. 13).",
                            "La notice doit nommer le responsable et le moyen de le joindre (RGPD art. 13)."),
                    new Text("controller.name, controller.contact", "controller.name, controller.contact")));
        }
        if (!settings.publicListener().isSecure()) {
            missing.add(new SetUp(
                    new Text("An https address", "Une adresse https"),
                    new Text(
                            "Visitors' browsers reach Lethe on this machine only.",
                            "Seuls les navigateurs de cette machine atteignent Lethe."),
                    new Text("public.url=https://www.example.com/lethe", "public.url=https://www.example.com/lethe")));
        }
        return missing;
    }

    @Override
    public Subscription onStored(Consumer<StoredEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Future<Optional<SiteStatistics>> statistics(String name, int days) {
        Optional<Site> site = sites.list().stream()
                .filter(listed -> listed.id().value().equals(name))
                .findFirst();
        return site.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : Future.all(published.read(name, days), liveOf(name)).map(both -> {
                    PublishedNumbers.Read read = both.resultAt(0);
                    return Optional.of(new SiteStatistics(
                            view(site.get()), read.answer(), read.week(), read.fourWeeks(), both.resultAt(1)));
                });
    }

    /** The page is worth showing without them. */
    private Future<Optional<LiveFigures>> liveOf(String site) {
        return LiveFigures.read(live, site).map(Optional::of).otherwise(Optional.empty());
    }

    /** Called after a commit with an event of a synthetic site. */
    void stored(RawEvent event) {
        if (!listeners.isEmpty()) {
            StoredEvent shown = shown(event);
            listeners.forEach(listener -> listener.accept(shown));
        }
    }

    private static StoredEvent shown(RawEvent event) {
        RawEvent.@Nullable Pageview pageview = event.subject() instanceof RawEvent.Pageview is ? is : null;
        RawEvent.@Nullable Engagement engagement = event.subject() instanceof RawEvent.Engagement is ? is : null;
        RawEvent.@Nullable Vital vital = event.subject() instanceof RawEvent.Vital is ? is : null;
        return new StoredEvent(
                event.site().synthetic(),
                event.receivedAt(),
                event.site().id().value(),
                event.type().label(),
                event.path(),
                pageview == null ? null : pageview.referrerHost().orElse(null),
                pageview == null ? null : pageview.channel().label(),
                pageview == null ? null : pageview.campaign().source().orElse(null),
                pageview == null ? null : pageview.campaign().medium().orElse(null),
                pageview == null ? null : pageview.campaign().name().orElse(null),
                event.agent().browser().label(),
                event.agent().browserMajor(),
                event.agent().system().label(),
                event.agent().device().label(),
                event.screen().map(Screen::label).orElse(null),
                event.country().orElse(null),
                event.language().orElse(null),
                event.subject() instanceof RawEvent.NamedClick click ? click.name() : null,
                event.subject() instanceof RawEvent.OutboundClick click ? click.host() : null,
                event.subject() instanceof RawEvent.DownloadClick click ? click.extension() : null,
                engagement == null ? null : (int) engagement.seconds(),
                engagement == null ? null : (int) engagement.scroll(),
                vital == null ? null : vital.metric().label(),
                vital == null ? null : (double) vital.value(),
                event.subject() instanceof RawEvent.Fault fault ? fault.kind().label() : null,
                pageview == null || pageview.gapDays() == RawEvent.FIRST_VISIT ? null : (int) pageview.gapDays());
    }
}
