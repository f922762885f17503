package dev.lethe.routes;

import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.Request;
import dev.lethe.rights.RequestDesk;
import dev.lethe.statistics.LiveFigures;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReports;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the console shows, asked of the rest of this node. Called from any event loop and for as long as the node runs, so
 * implementations are thread-safe, never block, and answer from memory where no {@link Future} is named.
 */
public interface ConsoleData {
    /** The last 60 minutes, oldest first; a minute without beacons may be left out. */
    List<Minute> minutes();

    NodeFacts node();

    Future<RetentionFacts> retention();

    Future<List<SiteView>> sites();

    /** The requests of visitors that came by letter, the most urgent first; {@code ended} adds those that have ended. */
    Future<List<RequestView>> requests(boolean ended);

    /**
     * Takes a step at the request desk; fails with {@link RequestDesk.NotPossible} when it cannot be taken.
     *
     * @param putAway for the visitor's copy; the request ends only when it is kept
     */
    Future<DeskClerk.Answer> take(DeskStep step, DeskClerk.PutAway putAway);

    /**
     * What is published of a site for its last published days, and what goes on there now. Empty when no such site is registered.
     *
     * @param days how many
     */
    Future<Optional<SiteStatistics>> statistics(String site, int days);

    /** What an operator still has to do, the most urgent first; empty when nothing is left. */
    List<SetUp> notYetSetUp();

    /**
     * Calls {@code listener} after each commit, once for every event stored for a synthetic site, on whatever thread; until
     * the returned subscription is closed.
     */
    Subscription onStored(Consumer<StoredEvent> listener);

    /** Ends a subscription; closing twice is allowed. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * One minute's beacons by outcome. {@code droppedByReason} has the drop reasons of the consent gate as keys: {@code
     * unknown_site foreign_origin opted_out gpc no_consent consent_expired notice_outdated restricted bot}.
     */
    record Minute(
            Instant start,
            long stored,
            long rejected,
            long limited,
            long unavailable,
            Map<String, Long> droppedByReason) {
        public Minute {
            droppedByReason = Map.copyOf(droppedByReason);
        }
    }

    /**
     * @param ready what readiness answers; {@code reasons} says why not
     * @param database where the rows are, without user or password: {@code embedded, port 45123} or {@code db.internal:5432}
     * @param demo the demo site's address, when this node serves it
     */
    record NodeFacts(
            String version,
            Instant startedAt,
            boolean ready,
            List<String> reasons,
            URI publicUrl,
            String stateDir,
            String database,
            Optional<URI> demo) {
        public NodeFacts {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * @param oldestDay the oldest day of which raw events are held
     * @param nextDrop the next day to be destroyed, and when
     * @param overdue partitions that should be gone and are not; 0 when all is well
     */
    record RetentionFacts(Optional<LocalDate> oldestDay, Optional<Drop> nextDrop, int overdue) {}

    record Drop(LocalDate day, Instant at) {}

    record SiteView(
            String name, List<String> origins, String timeZone, boolean synthetic, String preset, int noticeVersion) {
        public SiteView {
            origins = List.copyOf(origins);
        }
    }

    /** A request, and how urgent it is today; empty when it has ended. */
    record RequestView(Request request, Optional<Deadline.Urgency> urgency) {}

    /**
     * A site's numbers.
     *
     * @param week the different visitors of the last 7 published days
     * @param fourWeeks those of the last 28
     * @param live internal, not anonymised; empty when it could not be read
     */
    record SiteStatistics(
            SiteView site,
            SiteReports.Answer answer,
            Optional<Headline> week,
            Optional<Headline> fourWeeks,
            Optional<LiveFigures> live) {}

    /** One line of the checklist: what is missing, why it matters, and the command or setting that does it. */
    record SetUp(Text what, Text why, Text how) {}

    record Text(String english, String french) {}

    /**
     * A stored row as {@code raw.event_named} shows it, without pseudonym, beacon id and day. An event whose {@code synthetic}
     * is false never leaves this node's memory: the console drops it.
     */
    record StoredEvent(
            boolean synthetic,
            Instant receivedAt,
            String site,
            String type,
            String path,
            @Nullable String referrerHost,
            @Nullable String channel,
            @Nullable String utmSource,
            @Nullable String utmMedium,
            @Nullable String utmCampaign,
            @Nullable String browser,
            @Nullable Integer browserMajor,
            @Nullable String system,
            @Nullable String device,
            @Nullable String screen,
            @Nullable String country,
            @Nullable String language,
            @Nullable String click,
            @Nullable String targetHost,
            @Nullable String download,
            @Nullable Integer seconds,
            @Nullable Integer scroll,
            @Nullable String metric,
            @Nullable Double value,
            @Nullable String problem,
            @Nullable Integer gapDays) {}
}
