package dev.lethe;

import dev.lethe.Operations.AccuracyResult;
import dev.lethe.Operations.DueRequest;
import dev.lethe.Operations.PublishResult;
import dev.lethe.Operations.PublishedRow;
import dev.lethe.Operations.ReportRequest;
import dev.lethe.database.DutyRole;
import dev.lethe.database.Journal;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import dev.lethe.statistics.DuePeriod;
import dev.lethe.statistics.Publisher;
import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReports;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** What the commands do with statistics: publishing them, reading them, and telling how exact they are. */
final class StatisticsOperations {
    private StatisticsOperations() {}

    static SiteReport report(Session session, ReportRequest request) throws OperationFailed {
        SiteReports reports = new SiteReports(session.pool(DutyRole.DASHBOARDS));
        return switch (reports.read(request.site(), request.from(), request.to())) {
            case SiteReports.Answer.Found found -> found.report();
            case SiteReports.Answer.NoSuchSite none -> throw SiteOperations.noSuchSite(request.site());
            case SiteReports.Answer.NothingYet nothing ->
                throw new OperationFailed("Nothing of '" + request.site() + "' is published yet. It is measured from "
                        + nothing.firstDay() + " on, and each day is published at 06:00 of the next, "
                        + nothing.timeZone()
                        + "; 'lethe publish' does at once what is due.");
            case SiteReports.Answer.OutsideOfPublished outside ->
                throw new OperationFailed("Nothing is published of these days: '" + request.site()
                        + "' has the days from " + outside.first() + " to " + outside.last() + ".");
        };
    }

    static AccuracyResult accuracy(Session session, String name, OptionalLong visitorsPerDay) throws OperationFailed {
        Pool publisher = session.pool(DutyRole.PUBLISHER);
        Site registered = SiteId.tryParse(name)
                .flatMap(session.sites(publisher)::find)
                .orElseThrow(() -> SiteOperations.noSuchSite(name));
        Row site = Session.await(publisher
                        .preparedQuery("select bounds::text as bounds from registry.site where site = $1")
                        .execute(Tuple.of(name)))
                .stream()
                .findFirst()
                .orElseThrow(() -> SiteOperations.noSuchSite(name));
        long visitors = visitorsPerDay.isPresent() ? visitorsPerDay.getAsLong() : publishedPerDay(publisher, name);
        Preset preset = registered.presetOn(registered.dayOf(session.clock().instant()));
        Budget budget = Budget.of(preset, Bounds.parse(site.getString("bounds")));
        return new AccuracyResult(
                name,
                preset.label(),
                visitors,
                visitorsPerDay.isEmpty(),
                Accuracy.of(visitors, budget, Accuracy.Shares.TYPICAL));
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
                    + "' is published yet: say how many visitors a day you expect, with --visitors-per-day N.");
        }
        return Math.max(0, visitors);
    }

    static PublishResult publish(Session session, DueRequest request, IntConsumer told) throws OperationFailed {
        Instant asOf = request.asOf().orElseGet(session.clock()::instant);
        Pool pool = session.pool(DutyRole.PUBLISHER);
        if (!request.isConfirmed() && !request.isDryRun()) {
            session.requireRightClock(pool, "publication", "lethe publish --confirm");
        }
        Publisher publisher =
                new Publisher(pool, Journal.open(session.settings().journalDir()), session.random());
        if (request.isDryRun()) {
            return new PublishResult(asOf, false, false, rows(publisher.listDue(asOf), List.of()));
        }
        // A database that was put back from an older copy gets its rows back first: they are never drawn again. And
        // nobody is counted
        // who had her events erased since.
        publisher.restore();
        session.repeatErasures();
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
}
