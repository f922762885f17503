package dev.lethe.beacon;

import dev.lethe.classify.Agent;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.ClickNames;
import dev.lethe.classify.ClickTargets;
import dev.lethe.classify.Languages;
import dev.lethe.classify.Referrer;
import dev.lethe.classify.Referrers;
import dev.lethe.classify.ScrubbedUrl;
import dev.lethe.classify.UrlScrubber;
import dev.lethe.consent.Granted;
import dev.lethe.event.RawEvent;
import dev.lethe.site.Site;
import dev.lethe.visitor.Pseudonym;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Turns valid beacons of a consenting visitor into what may be stored of them. Stateless and thread-safe. */
final class Minimiser {
    private final Routes routes;
    private final UrlScrubber urls = new UrlScrubber();
    private final Referrers referrers = new Referrers();
    private final ClickTargets targets = new ClickTargets();

    Minimiser(Routes routes) {
        this.routes = routes;
    }

    /**
     * What all beacons of one request share.
     *
     * @param tag the visitor's tag, by which the writer skips who objected a moment ago
     */
    record Circumstances(
            Granted granted, Instant receivedAt, Pseudonym pseudonym, UUID tag, Agent agent, Optional<String> country) {
        @Override
        public String toString() {
            return "(circumstances)";
        }
    }

    /** The events, or the first beacon whose click is none that is counted. */
    sealed interface Result permits Events, NotCounted {}

    record Events(List<RawEvent> events) implements Result {
        Events {
            events = List.copyOf(events);
        }
    }

    record NotCounted(int index, String field, String detail) implements Result {}

    Result minimise(List<Beacon> beacons, Circumstances circumstances) {
        Site site = circumstances.granted().site();
        Set<String> ownHosts = site.hosts();
        LocalDate day = site.dayOf(circumstances.receivedAt());
        boolean nearMidnight = RawEvent.isNearMidnight(site, circumstances.receivedAt());
        List<RawEvent> events = new ArrayList<>(beacons.size());
        for (Beacon beacon : beacons) {
            ScrubbedUrl url = urls.scrub(beacon.page().url());
            Optional<RawEvent.Subject> subject =
                    subject(beacon, url.campaign(), ownHosts, circumstances.granted(), day);
            if (subject.isEmpty()) {
                boolean named = beacon instanceof Beacon.NamedClick;
                return new NotCounted(
                        events.size(),
                        named ? "name" : "target",
                        named
                                ? "A name is 1 to 64 letters, digits, spaces and . _ : / + - and begins with a letter"
                                        + " or digit."
                                : "The target is neither a link to another site nor a download.");
            }
            events.add(new RawEvent(
                    circumstances.receivedAt(),
                    day,
                    circumstances.pseudonym(),
                    beacon.page().id(),
                    circumstances.tag(),
                    nearMidnight,
                    site,
                    routes.page(site, day, url.path()),
                    circumstances.agent(),
                    beacon.page().screen(),
                    circumstances.country(),
                    beacon.page().language().flatMap(Languages::primarySubtag),
                    subject.get()));
        }
        return new Events(events);
    }

    private Optional<RawEvent.Subject> subject(
            Beacon beacon, Campaign campaign, Set<String> ownHosts, Granted granted, LocalDate day) {
        return switch (beacon) {
            case Beacon.Pageview pageview -> {
                Referrer referrer =
                        referrers.classify(pageview.page().referrer().orElse(null), ownHosts, campaign);
                yield Optional.of(
                        new RawEvent.Pageview(referrer.host(), referrer.channel(), campaign, gapDays(granted, day)));
            }
            case Beacon.NamedClick click -> ClickNames.of(click.name()).map(RawEvent.NamedClick::new);
            case Beacon.TargetClick click ->
                targets.of(click.target(), ownHosts).map(target -> switch (target) {
                    case ClickTargets.OutboundHost outbound -> new RawEvent.OutboundClick(outbound.host());
                    case ClickTargets.Download download -> new RawEvent.DownloadClick(download.extension());
                });
            case Beacon.Engagement engagement ->
                Optional.of(new RawEvent.Engagement(engagement.seconds(), engagement.scroll()));
            case Beacon.Vital vital -> Optional.of(new RawEvent.Vital(vital.metric(), vital.value()));
            case Beacon.Problem problem -> Optional.of(new RawEvent.Fault(problem.kind()));
        };
    }

    /** Days since the visitor was last seen, from her own cookie; never from pseudonyms. */
    private static short gapDays(Granted granted, LocalDate day) {
        return granted.token()
                .lastSeen()
                .map(seen -> (short) Math.max(0, ChronoUnit.DAYS.between(seen, day)))
                .orElse(RawEvent.FIRST_VISIT);
    }
}
