package dev.lethe.event;

import dev.lethe.classify.Agent;
import dev.lethe.classify.Campaign;
import dev.lethe.classify.Channel;
import dev.lethe.classify.Screen;
import dev.lethe.site.Site;
import dev.lethe.visitor.Pseudonym;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/**
 * One row of {@code raw.event}: everything that is ever stored of a beacon, minimised and closed. Immutable.
 *
 * @param day the site-local day of {@code receivedAt}
 * @param tag the visitor's tag, by which the writer skips who objected a moment ago; not stored
 * @param nearMidnight whether a retry may come on the other side of the site's midnight
 * @param subject what the event is about, by its type
 */
public record RawEvent(
        Instant receivedAt,
        LocalDate day,
        Pseudonym pseudonym,
        UUID beaconId,
        UUID tag,
        boolean nearMidnight,
        Site site,
        String path,
        Agent agent,
        Optional<Screen> screen,
        Optional<String> country,
        Optional<String> language,
        Subject subject) {

    /** How long a beacon's id is remembered across midnight; the tracker gives up retrying after 10 minutes. */
    public static final Duration MIDNIGHT_WINDOW = Duration.ofMinutes(15);

    /** The gap of a visitor who was never seen before: larger than any number of days a cookie lives. */
    public static final short FIRST_VISIT = Short.MAX_VALUE;

    /** What an event is about. */
    public sealed interface Subject
            permits Pageview, NamedClick, OutboundClick, DownloadClick, Engagement, Vital, Fault {}

    /**
     * A page was shown.
     *
     * @param gapDays site-local days since the visitor was last seen, 0 to 396, or {@link #FIRST_VISIT}
     */
    public record Pageview(Optional<String> referrerHost, Channel channel, Campaign campaign, short gapDays)
            implements Subject {}

    public record NamedClick(String name) implements Subject {}

    public record OutboundClick(String host) implements Subject {}

    public record DownloadClick(String extension) implements Subject {}

    /** Time for which a page was visible and focused, and how far it was scrolled, in per cent. */
    public record Engagement(short seconds, short scroll) implements Subject {}

    public record Vital(Metric metric, float value) implements Subject {}

    public record Fault(ProblemKind kind) implements Subject {}

    public EventType type() {
        return switch (subject) {
            case Pageview pageview -> EventType.PAGEVIEW;
            case NamedClick click -> EventType.CLICK;
            case OutboundClick click -> EventType.CLICK;
            case DownloadClick click -> EventType.CLICK;
            case Engagement engagement -> EventType.ENGAGEMENT;
            case Vital vital -> EventType.VITAL;
            case Fault fault -> EventType.PROBLEM;
        };
    }

    /** Whether the site's midnight is within {@link #MIDNIGHT_WINDOW} of an instant, before or after. */
    public static boolean isNearMidnight(Site site, Instant at) {
        LocalDate day = site.dayOf(at);
        return Duration.between(site.startOf(day), at).compareTo(MIDNIGHT_WINDOW) <= 0
                || Duration.between(at, site.startOf(day.plusDays(1))).compareTo(MIDNIGHT_WINDOW) <= 0;
    }

    @Override
    public String toString() {
        return "(event of " + site.id() + ")";
    }
}
