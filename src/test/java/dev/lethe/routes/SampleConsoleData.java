package dev.lethe.routes;

import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.Outcome;
import dev.lethe.rights.Request;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RequestKind;
import dev.lethe.site.SiteId;
import dev.lethe.statistics.Grain;
import dev.lethe.statistics.LiveFigures;
import dev.lethe.statistics.LiveFigures.Counts;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReport.Course;
import dev.lethe.statistics.SiteReport.Estimate;
import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReport.Point;
import dev.lethe.statistics.SiteReport.Row;
import dev.lethe.statistics.SiteReport.Table;
import dev.lethe.statistics.SiteReports.Answer;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A node with a busy last hour, told by formulas: what the console's tests and its preview show. */
final class SampleConsoleData implements ConsoleData {
    private final Clock clock;
    private final boolean quiet;
    private final Map<String, RequestView> desk = Collections.synchronizedMap(desk());
    private final List<Consumer<StoredEvent>> listeners = new CopyOnWriteArrayList<>();

    /** @param quiet a node at its first start: no beacon yet, and the most to set up */
    SampleConsoleData(Clock clock, boolean quiet) {
        this.clock = clock;
        this.quiet = quiet;
    }

    void store(StoredEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    int listeners() {
        return listeners.size();
    }

    @Override
    public List<Minute> minutes() {
        List<Minute> minutes = new ArrayList<>();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        for (int ago = 59; ago >= 0 && !quiet; ago--) {
            long stored = Math.round(48 + 22 * Math.sin(ago / 7.0) + 9 * Math.sin(ago * 1.7));
            Map<String, Long> dropped = Map.of(
                    "no_consent", 4L + ago % 5,
                    "gpc", (long) (ago % 3),
                    "opted_out", ago % 4 == 0 ? 2L : 0L,
                    "bot", ago % 11 == 0 ? 6L : 0L,
                    "unknown_site", ago == 20 ? 3L : 0L);
            minutes.add(new Minute(
                    now.minus(ago, ChronoUnit.MINUTES),
                    stored,
                    ago % 13 == 0 ? 3 : 0,
                    ago == 31 ? 14 : 0,
                    ago == 30 ? 22 : 0,
                    dropped));
        }
        return minutes;
    }

    @Override
    public Future<List<RequestView>> requests(boolean ended) {
        return Future.succeededFuture(desk.values().stream()
                .filter(view -> ended || view.urgency().isPresent())
                .toList());
    }

    /** Every request that is there, and one step that can be taken: opening. */
    @Override
    public Future<DeskClerk.Answer> take(DeskStep step, DeskClerk.PutAway putAway) {
        return switch (step) {
            case DeskStep.Show show
            when desk.containsKey(show.request().value()) ->
                Future.succeededFuture(
                        answer(Objects.requireNonNull(desk.get(show.request().value()))));
            case DeskStep.Open open -> {
                RequestView opened = new RequestView(
                        new Request(
                                new RequestId("n2w2-n2w2"),
                                new SiteId(open.site()),
                                open.kind(),
                                open.language(),
                                open.received().orElse(LocalDate.parse("2026-11-23")),
                                List.of(),
                                new Request.Open()),
                        Optional.of(Deadline.Urgency.IN_TIME));
                desk.put("n2w2-n2w2", opened);
                yield Future.succeededFuture(answer(opened));
            }
            default -> Future.failedFuture(new RequestDesk.NotPossible("This <step> cannot be taken."));
        };
    }

    private static DeskClerk.Answer answer(RequestView view) {
        return new DeskClerk.Answer(
                view.request(), view.urgency(), "Dear Sir or Madam,\n\nA letter.\n", Optional.empty());
    }

    private static Map<String, RequestView> desk() {
        Map<String, RequestView> desk = new LinkedHashMap<>();
        put(desk, "k7x2-m9qd", RequestKind.ACCESS, "2026-10-20", Deadline.Urgency.OVERDUE);
        put(desk, "4bqt-7wnz", RequestKind.ERASURE, "2026-10-25", Deadline.Urgency.URGENT);
        put(desk, "p3hs-2kcv", RequestKind.OBJECTION, "2026-10-29", Deadline.Urgency.SOON);
        put(desk, "x9fd-6rtj", RequestKind.RESTRICTION, "2026-11-20", Deadline.Urgency.IN_TIME);
        Request suspended = new Request(
                new RequestId("m5ny-8gqa"),
                new SiteId("example.com"),
                RequestKind.PORTABILITY,
                "en",
                LocalDate.parse("2026-11-02"),
                List.of(new Deadline.Suspension(LocalDate.parse("2026-11-05"), Optional.empty())),
                new Request.Suspended());
        desk.put(suspended.id().value(), new RequestView(suspended, Optional.of(Deadline.Urgency.SUSPENDED)));
        Request ended = new Request(
                new RequestId("h6jc-3xpe"),
                new SiteId("example.com"),
                RequestKind.ACCESS,
                "fr",
                LocalDate.parse("2026-09-01"),
                List.of(),
                new Request.Completed(LocalDate.parse("2026-09-14"), Outcome.NOT_IDENTIFIABLE));
        desk.put(ended.id().value(), new RequestView(ended, Optional.empty()));
        return desk;
    }

    private static void put(
            Map<String, RequestView> desk, String id, RequestKind kind, String received, Deadline.Urgency urgency) {
        desk.put(
                id,
                new RequestView(
                        new Request(
                                new RequestId(id),
                                new SiteId("example.com"),
                                kind,
                                "fr",
                                LocalDate.parse(received),
                                List.of(),
                                new Request.Open()),
                        Optional.of(urgency)));
    }

    @Override
    public NodeFacts node() {
        return new NodeFacts(
                "0.1.0",
                clock.instant().minus(26, ChronoUnit.HOURS),
                true,
                List.of(),
                URI.create("http://localhost:8080"),
                "/var/lib/lethe",
                "embedded, port 45123",
                Optional.of(URI.create("http://localhost:8080/demo/")));
    }

    @Override
    public Future<RetentionFacts> retention() {
        if (quiet) {
            return Future.succeededFuture(new RetentionFacts(Optional.empty(), Optional.empty(), 0));
        }
        LocalDate oldest = LocalDate.parse("2026-08-26");
        return Future.succeededFuture(new RetentionFacts(
                Optional.of(oldest), Optional.of(new Drop(oldest, Instant.parse("2028-09-24T10:00:00Z"))), 0));
    }

    @Override
    public Future<List<SiteView>> sites() {
        return Future.succeededFuture(List.of(
                new SiteView(
                        "demo",
                        List.of("http://localhost:8080", "http://127.0.0.1:8080"),
                        "Europe/Paris",
                        true,
                        "balanced",
                        1),
                new SiteView(
                        "www.example.com", List.of("https://www.example.com"), "Europe/Paris", false, "balanced", 1)));
    }

    @Override
    public Future<Optional<SiteStatistics>> statistics(String site, int days) {
        return sites().map(sites -> sites.stream()
                .filter(view -> view.name().equals(site))
                .findFirst()
                .map(view -> new SiteStatistics(
                        view,
                        quiet
                                ? new Answer.NothingYet(LocalDate.parse("2026-11-23"), "Europe/Paris")
                                : new Answer.Found(report(site, days)),
                        Optional.of(headline("visitors", 5_204, 34, 4_870, "real")),
                        Optional.of(headline("visitors", 16_480, 59, 16_390, "within noise")),
                        Optional.of(live()))));
    }

    private static SiteReport report(String site, int days) {
        LocalDate to = LocalDate.parse("2026-11-22");
        List<Point> visitors = new ArrayList<>();
        for (int ago = days - 1; ago >= 0; ago--) {
            LocalDate day = to.minusDays(ago);
            if (ago != 10) {
                visitors.add(
                        new Point(day, estimate(900 - 40 * day.getDayOfWeek().getValue() + ago % 5 * 11, 9.1)));
            }
        }
        return new SiteReport(
                site,
                to.minusDays(days - 1L),
                to,
                "balanced",
                18,
                List.of(
                        headline("visitors", 16_480, 59, 16_390, "within noise"),
                        headline("pageviews", 71_200, 420, 69_900, "perhaps"),
                        headline("bounce_rate", 0.41, 0.004, 0.45, "real"),
                        new Headline("visits", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty())),
                List.of(new Course("visitors", visitors)),
                List.of(
                        table(
                                "page",
                                to,
                                row("/", "", 4_100, 20),
                                row("(other)", "", 900, 20),
                                row("/a-page-with-a-name-that-is-rather-long/and-a-part-below-it", "", 310, 20),
                                row("/rare", "", 31, 20)),
                        table("country", to, row("FR", "", 3_000, 19), row("(unknown)", "", 60, 19)),
                        table("device", to, row("mobile", "", 25, 19)),
                        table("goal", to, row("<order>", "", 120, 22))));
    }

    private static Table table(String dimension, LocalDate to, Row... rows) {
        return new Table(dimension, Grain.WEEK, to.minusDays(6), to, List.of(rows));
    }

    private static Row row(String key, String key2, double value, double sigma) {
        return new Row(key, key2, estimate(value, sigma), Optional.of(value / 5_000));
    }

    private static Headline headline(String measure, double now, double sigma, double before, String mark) {
        return new Headline(
                measure,
                Optional.of(estimate(now, sigma)),
                Optional.of(estimate(before, sigma)),
                Optional.of((now - before) / before),
                Optional.of(mark));
    }

    private static Estimate estimate(double value, double sigma) {
        return new Estimate(value, Math.max(0, value - 1.96 * sigma), value + 1.96 * sigma, sigma, value < 3 * sigma);
    }

    private LiveFigures live() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.HOURS);
        List<Counts> hours = new ArrayList<>();
        for (int ago = 47; ago >= 0; ago--) {
            long visitors = Math.round(6 + 5 * Math.sin(ago / 4.0)) * 10;
            hours.add(
                    counts(now.minus(ago, ChronoUnit.HOURS), visitors < 20 ? Optional.empty() : Optional.of(visitors)));
        }
        return new LiveFigures(Optional.of(counts(clock.instant(), Optional.of(40L))), hours);
    }

    private static Counts counts(Instant time, Optional<Long> visitors) {
        return new Counts(time, visitors, visitors.map(count -> 3 * count), Optional.empty(), visitors);
    }

    @Override
    public List<SetUp> notYetSetUp() {
        return List.of(
                new SetUp(
                        new Text("No site of your own yet", "Pas encore de site à vous"),
                        new Text("Only the demo is measured.", "Seule la démo est mesurée."),
                        new Text(
                                "lethe site add www.example.com --origin https://www.example.com",
                                "lethe site add www.example.com --origin https://www.example.com")),
                new SetUp(
                        new Text("Nobody is named as the controller", "Aucun responsable n’est nommé"),
                        new Text(
                                "The notice must say who decides about the data.",
                                "La notice doit dire qui décide des données."),
                        new Text("controller.name: …", "controller.name: …")),
                new SetUp(
                        new Text("The public address is not https", "L’adresse publique n’est pas en https"),
                        new Text(
                                "Browsers keep Lethe’s cookie on other hosts over https only.",
                                "Ailleurs qu’ici, les navigateurs ne gardent le cookie de Lethe qu’en https."),
                        new Text(
                                "public.url: https://www.example.com/lethe",
                                "public.url: https://www.example.com/lethe")));
    }

    @Override
    public Subscription onStored(Consumer<StoredEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** An event with only the fields that its type has. */
    static StoredEvent event(boolean synthetic, String site, Instant at, int number) {
        String path = List.of("/demo/", "/demo/bicycles/", "/demo/guide/", "/demo/app/fit")
                .get(number % 4);
        String type = List.of("pageview", "click", "engagement", "vital", "pageview", "problem", "click", "click")
                .get(number % 8);
        boolean view = type.equals("pageview");
        boolean click = type.equals("click");
        return new StoredEvent(
                synthetic,
                at,
                site,
                type,
                path,
                view && number % 3 == 0 ? "www.wikipedia.org" : null,
                view ? (number % 3 == 0 ? "referral" : "direct") : null,
                view && number % 5 == 0 ? "newsletter" : null,
                view && number % 5 == 0 ? "email" : null,
                view && number % 5 == 0 ? "winter-2026" : null,
                "Firefox",
                141,
                "Linux",
                "desktop",
                "lg",
                "FR",
                "fr",
                click && number % 8 == 1 ? "newsletter" : null,
                click && number % 8 == 6 ? "en.wikipedia.org" : null,
                click && number % 8 == 7 ? "csv" : null,
                type.equals("engagement") ? 42 : null,
                type.equals("engagement") ? 85 : null,
                type.equals("vital") ? "LCP" : null,
                type.equals("vital") ? 812.4 : null,
                type.equals("problem") ? "not_found" : null,
                view && number % 4 == 0 ? 3 : null);
    }
}
