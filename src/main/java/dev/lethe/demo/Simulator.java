package dev.lethe.demo;

import dev.lethe.beacon.Intake;
import dev.lethe.beacon.Routes;
import dev.lethe.classify.Agent;
import dev.lethe.classify.Countries;
import dev.lethe.classify.UserAgents;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.DropReason;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.event.RawEvent;
import dev.lethe.ops.Meters;
import dev.lethe.ops.RecentMinutes;
import dev.lethe.retention.PartitionsAhead;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.site.Site;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Invents the visitors of a synthetic site in the past. Their beacons go the way of real ones, with the time injected: token, gate,
 * parser, minimiser, pseudonymiser, writer; only HTTP, its limits and its meters are left out. One simulation after the other; blocking,
 * for a virtual thread or the command line's own.
 *
 * <p>The same seed at the same time gives the same visits. Beacon ids come from the plan, so that running it again stores nothing twice
 * and completes what was interrupted; days that another plan has filled, and days that are published, stay as they are.
 */
public final class Simulator {
    /** Guests of one piece of work: their events make about one full batch. */
    private static final int PIECE = 160;

    private static final int MOST_ROWS = 1_000;
    private static final double COMES_TWICE = .09;
    private static final Duration BETWEEN_VISITS = Duration.ofMinutes(45);
    private static final long REPORT_MILLIS = 200;

    private final Parts parts;
    private final Intake intake;

    /**
     * What it works with.
     *
     * @param collector logs in as the collector
     * @param owner logs in as the owner: which days hold simulated events and which are published no duty role may ask for all
     * @param writer how each event writer logs in, as the collector
     * @param threads that invent visits, and writers beside them: 1 in a node that has other things to do
     */
    public record Parts(
            Vertx vertx,
            Pool collector,
            Pool owner,
            PgConnectOptions writer,
            ConsentGate gate,
            VisitorTokens tokens,
            Tags tags,
            Receipts receipts,
            Pseudonymiser pseudonymiser,
            UserAgents userAgents,
            Countries countries,
            Routes routes,
            int noticeVersion,
            RetentionPolicy retention,
            Clock clock,
            int threads) {}

    /** Told how far it is, and asked whether to go on; both often, by the thread that called {@link #run}. */
    public interface Progress {
        void report(Status status);

        /** From then on nothing new begins; what is under way is committed. */
        boolean isStopped();
    }

    /** @param done 0 to 1 */
    public record Status(LocalDate day, double done, long events, Duration elapsed) {}

    /**
     * What was done.
     *
     * @param visitors browsers of which something was stored
     * @param visitorDays such browsers, counted on each of their days
     * @param events that are stored, now or by an earlier run of the same plan
     * @param dropped visits that policy refused, by its reason
     * @param skipped days that were left as they are
     * @param isComplete false when it was stopped before its end
     */
    public record Summary(
            LocalDate first,
            LocalDate last,
            int days,
            long visitors,
            long visitorDays,
            long events,
            Map<DropReason, Long> dropped,
            List<LocalDate> skipped,
            Duration elapsed,
            boolean isComplete) {
        public long eventsPerSecond() {
            return events * 1_000 / Math.max(1, elapsed.toMillis());
        }
    }

    /** What adds up while it runs. */
    private static final class Tally {
        private final AtomicLong visitors = new AtomicLong();
        private final AtomicLong visitorDays = new AtomicLong();
        private final Map<DropReason, LongAdder> dropped = new ConcurrentHashMap<>();

        private Map<DropReason, Long> droppedByReason() {
            Map<DropReason, Long> counts = new EnumMap<>(DropReason.class);
            dropped.forEach((reason, visits) -> counts.put(reason, visits.sum()));
            return Collections.unmodifiableMap(counts);
        }
    }

    /** One day's frame; {@code until} is its end or now, {@code isStored} false when only the guests' cookies move on. */
    private record Day(LocalDate date, Instant until, double campaignShare, int letter, boolean isStored) {}

    public Simulator(Parts parts) {
        this.parts = parts;
        this.intake = new Intake(parts.routes());
    }

    /**
     * Runs the plan, day after day.
     *
     * @throws IllegalArgumentException when raw events of its first day would already be destroyed
     * @throws IllegalStateException when the database does not take the events
     */
    public Summary run(SimulationPlan plan, Progress progress) {
        return run(plan, plan.site().dayOf(now()), progress);
    }

    /** Goes on with what was begun on a day that was today then: the same visits, of the same days. */
    Summary run(SimulationPlan plan, LocalDate today, Progress progress) {
        long startedNanos = System.nanoTime();
        Instant now = now();
        Site site = plan.site();
        LocalDate first = today.minusDays(plan.days());
        LocalDate last = plan.today() ? today : today.minusDays(1);
        if (parts.retention().isExpired(first, now)) {
            throw new IllegalArgumentException(
                    "Raw events of " + first + " would be destroyed at once: simulate fewer days.");
        }
        long mark = SimulatedDays.mark(plan, first);
        List<LocalDate> skipped = days().ofOthers(site, first, last, mark);
        PartitionsAhead partitions = new PartitionsAhead(parts.collector(), parts.clock());
        parts.receipts().keepNotice().await();

        Rhythm rhythm = new Rhythm(plan, first, plan.days() + 1);
        Audience audience = new Audience(plan.seed(), rhythm, last);
        Tally tally = new Tally();
        // Not the node's own meters: nobody asks how fast invented events were written.
        Meters meters = new Meters(new RecentMinutes(parts.clock()));
        List<WriterLane> lanes = new ArrayList<>();
        AtomicInteger threadNumber = new AtomicInteger();
        try (ExecutorService workers = Executors.newFixedThreadPool(
                parts.threads(), work -> new Thread(work, "simulate-" + threadNumber.incrementAndGet()))) {
            for (int i = 0; i < parts.threads(); i++) {
                lanes.add(WriterLane.open(parts.vertx(), parts.writer(), meters));
            }
            Course course = new Course(plan, mark, progress, tally, lanes, workers, startedNanos);
            for (LocalDate date = first; !date.isAfter(last) && !progress.isStopped(); date = date.plusDays(1)) {
                Instant end = site.startOf(date.plusDays(1));
                Day day = new Day(
                        date,
                        end.isAfter(now) ? now : end,
                        rhythm.campaignShareOn(date),
                        (int) ChronoUnit.WEEKS.between(first, date) + 1,
                        !skipped.contains(date));
                if (day.isStored()) {
                    partitions.makeDay(date).await();
                }
                course.live(
                        day,
                        audience.comingOn(date),
                        (double) ChronoUnit.DAYS.between(first, date) / (plan.days() + 1));
            }
        } finally {
            closeAll(lanes);
        }
        lanes.forEach(WriterLane::failIfBroken);
        boolean isComplete = !progress.isStopped();
        if (isComplete) {
            // Only now: from this day on the days may be published, and what is published never changes.
            days().rememberFirstDay(site, first);
        }
        int days = (int) ChronoUnit.DAYS.between(first, last) + 1 - skipped.size();
        return new Summary(
                first,
                last,
                days,
                tally.visitors.get(),
                tally.visitorDays.get(),
                lanes.stream().mapToLong(WriterLane::committed).sum(),
                tally.droppedByReason(),
                skipped,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                isComplete);
    }

    /** Each is closed, also when another cannot be. */
    private static void closeAll(List<WriterLane> lanes) {
        if (!lanes.isEmpty()) {
            try {
                lanes.getFirst().close();
            } finally {
                closeAll(lanes.subList(1, lanes.size()));
            }
        }
    }

    SimulatedDays days() {
        return new SimulatedDays(parts.owner());
    }

    Instant now() {
        return parts.clock().instant();
    }

    /** One run of a plan. */
    private final class Course {
        private final SimulationPlan plan;
        private final Site site;
        private final long mark;
        private final Progress progress;
        private final Tally tally;
        private final List<WriterLane> lanes;
        private final ExecutorService workers;
        private final long startedNanos;
        private final Banner banner;
        private final Workshop workshop;
        private final String origin;

        Course(
                SimulationPlan plan,
                long mark,
                Progress progress,
                Tally tally,
                List<WriterLane> lanes,
                ExecutorService workers,
                long startedNanos) {
            this.plan = plan;
            this.site = plan.site();
            this.mark = mark;
            this.progress = progress;
            this.tally = tally;
            this.lanes = lanes;
            this.workers = workers;
            this.startedNanos = startedNanos;
            this.banner = new Banner(site, parts.gate(), parts.tokens(), parts.noticeVersion());
            this.workshop = new Workshop(plan.root());
            this.origin = site.origins().stream().sorted().findFirst().orElseThrow();
        }

        /** All visits of a day. Returns when every guest has had hers, though not before the last batches are committed. */
        void live(Day day, List<Guest> guests, double doneBefore) {
            List<Future<List<Receipts.Past>>> pieces = new ArrayList<>();
            for (int from = 0; from < guests.size(); from += PIECE) {
                List<Guest> some = guests.subList(from, Math.min(from + PIECE, guests.size()));
                WriterLane lane = lanes.get(pieces.size() % lanes.size());
                pieces.add(workers.submit(() -> live(day, some, lane)));
            }
            List<Receipts.Past> receipts = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                double done = doneBefore + (double) i / pieces.size() / (plan.days() + 1);
                receipts.addAll(await(pieces.get(i), day.date(), done));
            }
            if (day.isStored()) {
                parts.receipts().keepPast(site, receipts).await();
            }
            report(day.date(), doneBefore + 1.0 / (plan.days() + 1));
        }

        private <T> T await(Future<T> piece, LocalDate day, double done) {
            while (true) {
                try {
                    return piece.get(REPORT_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    report(day, done);
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IllegalStateException known
                            ? known
                            : new IllegalStateException("A visit could not be invented.", e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("The simulation was interrupted.", e);
                }
            }
        }

        private void report(LocalDate day, double done) {
            progress.report(new Status(
                    day,
                    Math.min(1, done),
                    lanes.stream().mapToLong(WriterLane::committed).sum(),
                    Duration.ofNanos(System.nanoTime() - startedNanos)));
        }

        private List<Receipts.Past> live(Day day, List<Guest> guests, WriterLane lane) throws InterruptedException {
            List<Receipts.Past> receipts = new ArrayList<>();
            List<RawEvent> batch = new ArrayList<>();
            for (Guest guest : guests) {
                if (progress.isStopped()) {
                    break;
                }
                List<RawEvent> events = dayOf(guest, day, receipts);
                if (batch.size() + events.size() > MOST_ROWS) {
                    lane.write(batch);
                    batch = new ArrayList<>();
                }
                batch.addAll(events);
            }
            if (!batch.isEmpty()) {
                lane.write(batch);
            }
            return receipts;
        }

        /** What is stored of one guest's day. */
        private List<RawEvent> dayOf(Guest guest, Day day, List<Receipts.Past> receipts) {
            SplittableRandom random = guest.chanceOf(day.date(), 2);
            BeaconIds ids =
                    new BeaconIds(mark, Seeds.mix(guest.seed(), day.date().toEpochDay()));
            List<RawEvent> events = new ArrayList<>();
            Instant start = site.startOf(day.date()).plusSeconds(Rhythm.secondOfDay(random));
            boolean comesTwice = random.nextDouble() < COMES_TWICE;
            visit(guest, day, start, ids, random, receipts, events);
            if (comesTwice) {
                Instant again = start.plus(BETWEEN_VISITS).plusSeconds(random.nextInt(4 * 3_600));
                visit(guest, day, again, ids, random, receipts, events);
            }
            if (!events.isEmpty()) {
                tally.visitorDays.incrementAndGet();
                if (guest.isMeasuredFirstNow()) {
                    tally.visitors.incrementAndGet();
                }
            }
            return events;
        }

        private void visit(
                Guest guest,
                Day day,
                Instant start,
                BeaconIds ids,
                SplittableRandom random,
                List<Receipts.Past> receipts,
                List<RawEvent> events) {
            if (!start.isBefore(day.until())) {
                return;
            }
            if (banner.arrive(guest, start, random, receipts) instanceof ConsentGate.Dropped dropped) {
                drop(day, dropped.reason());
                return;
            }
            Agent agent = parts.userAgents().classify(guest.userAgentOn(day.date()));
            if (agent.bot()) {
                drop(day, DropReason.BOT);
                return;
            }
            Source source =
                    random.nextDouble() < day.campaignShare() ? Source.AUTUMN_CAMPAIGN : Source.USUAL.draw(random);
            Optional<String> country = parts.countries().country(guest.network());
            for (Visit.Request request :
                    new Visit(workshop, guest, source, origin, ids::next, random).requests(start, day.letter())) {
                if (!request.at().isBefore(day.until())) {
                    return;
                }
                if (!(banner.decide(guest, request.at()) instanceof Granted granted)) {
                    return;
                }
                if (day.isStored()) {
                    events.addAll(intake.events(
                            request.bytes(),
                            granted,
                            request.at(),
                            pseudonym(granted, request.at()),
                            parts.tags().tag(site, granted.visitor()),
                            agent,
                            country));
                }
                if (request.isPageview()) {
                    banner.seen(guest, granted, day.date());
                }
            }
        }

        private void drop(Day day, DropReason reason) {
            if (day.isStored()) {
                tally.dropped.computeIfAbsent(reason, first -> new LongAdder()).increment();
            }
        }

        /** Waits for the database at the first of a month only; a month's key is made when there is none. */
        private Pseudonym pseudonym(Granted granted, Instant at) {
            return parts.pseudonymiser().pseudonymise(granted, at).await();
        }
    }

    /** A guest's beacon ids of one day: the plan's mark in front, chance behind. */
    private static final class BeaconIds {
        private final long mark;
        private final SplittableRandom random;

        BeaconIds(long mark, long seed) {
            this.mark = mark;
            this.random = new SplittableRandom(seed);
        }

        UUID next() {
            return new UUID(mark, random.nextLong());
        }
    }
}
