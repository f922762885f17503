package dev.lethe.demo;

import dev.lethe.site.Site;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which days hold simulated events, told by the beacon ids: a simulated one begins with 32 bits that are always the same and 32 that
 * stand for its plan, where a tracker's are random throughout. Thread-safe.
 */
final class SimulatedDays {
    private static final long SIMULATED = 0x5157a7ed_00000000L;
    private static final long PLAN_BITS = 0xffff_ffffL;

    private final Pool owner;

    SimulatedDays(Pool owner) {
        this.owner = owner;
    }

    /** The first 64 bits of every beacon id of a plan that begins on this day. */
    static long mark(SimulationPlan plan, LocalDate first) {
        long hash = plan.site().id().value().hashCode();
        for (long part : new long[] {plan.seed(), first.toEpochDay(), plan.days(), plan.visitorsPerDay()}) {
            hash = Seeds.mix(hash, part);
        }
        return SIMULATED | (hash & PLAN_BITS);
    }

    /** Days that another plan has filled, or whose numbers are published: oldest first. */
    List<LocalDate> ofOthers(Site site, LocalDate first, LocalDate last, long mark) {
        List<LocalDate> days = new ArrayList<>();
        owner.preparedQuery("""
            select d.day
            from (select generate_series($2::date, $3::date, interval '1 day')::date as day) as d
            where exists (
              select from raw.event e
              where e.day = d.day and e.site = $1 and e.beacon_id between $4 and $5
                and e.beacon_id not between $6 and $7)
            order by d.day
            """)
                .execute(Tuple.of(
                        site.id().value(),
                        first,
                        last,
                        new UUID(SIMULATED, 0),
                        new UUID(SIMULATED | PLAN_BITS, -1),
                        new UUID(mark, 0),
                        new UUID(mark, -1)))
                .await()
                .forEach(row -> days.add(row.getLocalDate("day")));
        published(site, first, last).stream().filter(day -> !days.contains(day)).forEach(days::add);
        return days.stream().sorted().toList();
    }

    /** Whether anybody was measured here who was not simulated, or anything is published. */
    boolean hasOwnPast(Site site) {
        boolean hasVisitor = owner.preparedQuery("""
            select
            from raw.event
            where site = $1 and beacon_id not between $2 and $3
            limit 1
            """)
                        .execute(Tuple.of(
                                site.id().value(), new UUID(SIMULATED, 0), new UUID(SIMULATED | PLAN_BITS, -1)))
                        .await()
                        .size()
                > 0;
        return hasVisitor
                || !published(site, LocalDate.EPOCH, LocalDate.of(9999, 1, 1)).isEmpty();
    }

    boolean isHistoryTold(Site site) {
        return owner.preparedQuery("select from registry.job where job = $1 and last_success is not null")
                        .execute(Tuple.of(job(site)))
                        .await()
                        .size()
                > 0;
    }

    /** The day on which the history was begun that is not yet told: whoever goes on another day must invent the same. */
    Optional<LocalDate> historyBegun(Site site) {
        return owner
                .preparedQuery("select job from registry.job where starts_with(job, $1) order by job limit 1")
                .execute(Tuple.of(begun(site)))
                .await()
                .stream()
                .map(row -> LocalDate.parse(
                        row.getString("job").substring(begun(site).length())))
                .findFirst();
    }

    /** A job that has no success yet; its name says when it was begun. */
    void rememberHistoryBegun(Site site, LocalDate today) {
        owner.preparedQuery("insert into registry.job (job) values ($1) on conflict do nothing")
                .execute(Tuple.of(begun(site) + today))
                .await();
    }

    private static String begun(Site site) {
        return job(site) + " begun ";
    }

    /** A job that is done once. */
    void rememberHistoryTold(Site site, Instant at) {
        owner.preparedQuery("delete from registry.job where starts_with(job, $1)")
                .execute(Tuple.of(begun(site)))
                .await();
        owner.preparedQuery("""
            insert into registry.job (job, last_success)
            values ($1, $2)
            on conflict (job) do update set last_success = excluded.last_success
            """)
                .execute(Tuple.of(job(site), at.atOffset(ZoneOffset.UTC)))
                .await();
    }

    private static String job(Site site) {
        return "history of " + site.id().value();
    }

    private List<LocalDate> published(Site site, LocalDate first, LocalDate last) {
        List<LocalDate> days = new ArrayList<>();
        owner.preparedQuery("""
            select period
            from stats.published
            where site = $1 and grain = 'day' and period between $2 and $3
            """)
                .execute(Tuple.of(site.id().value(), first, last))
                .await()
                .forEach(row -> days.add(row.getLocalDate("period")));
        return days;
    }

    /** Lets the site's measured days begin with this one, if they began later. */
    void rememberFirstDay(Site site, LocalDate first) {
        owner.preparedQuery("update registry.site set first_day = $2 where site = $1 and first_day > $2")
                .execute(Tuple.of(site.id().value(), first))
                .await();
    }
}
