-- Web vitals: in half the time, over several weeks at once, and with "(all)" made of the devices that are there.

-- Shares of good, needs improvement and poor, and p75, from a metric's eight buckets with their variances and upper edges. p75 is the
-- value that three of four visitors do not exceed, interpolated within its bucket; null where the share up to that bucket is not
-- known to 5 points.
create function stats.rated(noisy double precision[], variance double precision[], edges double precision[])
    returns table (
        visitors double precision, sigma double precision,
        good double precision, good_low double precision, good_high double precision,
        needs_improvement double precision, needs_improvement_low double precision, needs_improvement_high double precision,
        poor double precision, poor_low double precision, poor_high double precision,
        p75 double precision, below_noise boolean)
    language sql immutable parallel safe
as $$
    select
        greatest(s.whole, 0), sqrt(s.spread), g.value, g.low, g.high, m.value, m.low, m.high, x.value, x.low, x.high,
        -- The share's variance: noise below the point moves it by 1 - 0.75 of itself, noise above by 0.75; 0.0625 below and 0.5625
        -- (all - below) are 0.5625 all - 0.5 below.
        case
            when 1.959964 * sqrt(0.5625 * s.spread - 0.5 * coalesce(s.spread_to[t.at], s.spread)) > 0.05 * s.whole then null
            when $3[t.at] is null or $1[t.at] <= 0 then coalesce($3[t.at - 1], 0)
            else coalesce($3[t.at - 1], 0) + ($3[t.at] - coalesce($3[t.at - 1], 0))
                * greatest(least(1 - (s.up_to[t.at] - 0.75 * s.whole) / $1[t.at], 1), 0)
        end,
        s.whole < 3 * sqrt(s.spread)
    from (
        select
            $1[1] + $1[2] + $1[3] as good, $2[1] + $2[2] + $2[3] as good_spread,
            $1[4] + $1[5] as middling, $2[4] + $2[5] as middling_spread,
            $1[6] + $1[7] + $1[8] as poor, $2[6] + $2[7] + $2[8] as poor_spread,
            array[
                $1[1], $1[1] + $1[2], $1[1] + $1[2] + $1[3], $1[1] + $1[2] + $1[3] + $1[4], $1[1] + $1[2] + $1[3] + $1[4] + $1[5],
                $1[1] + $1[2] + $1[3] + $1[4] + $1[5] + $1[6], $1[1] + $1[2] + $1[3] + $1[4] + $1[5] + $1[6] + $1[7]] as up_to,
            array[
                $2[1], $2[1] + $2[2], $2[1] + $2[2] + $2[3], $2[1] + $2[2] + $2[3] + $2[4], $2[1] + $2[2] + $2[3] + $2[4] + $2[5],
                $2[1] + $2[2] + $2[3] + $2[4] + $2[5] + $2[6], $2[1] + $2[2] + $2[3] + $2[4] + $2[5] + $2[6] + $2[7]] as spread_to
        -- Once for each row: else every sum is put in wherever it is named, and made again there.
        offset 0
    ) e
    cross join lateral (
        select
            e.good + e.middling + e.poor as whole, e.good_spread + e.middling_spread + e.poor_spread as spread, e.up_to, e.spread_to,
            e.good, e.good_spread, e.middling, e.middling_spread, e.poor, e.poor_spread
        offset 0
    ) s
    -- The first bucket with which three quarters are reached.
    cross join lateral (
        select
            case
                when s.up_to[1] >= 0.75 * s.whole then 1 when s.up_to[2] >= 0.75 * s.whole then 2
                when s.up_to[3] >= 0.75 * s.whole then 3 when s.up_to[4] >= 0.75 * s.whole then 4
                when s.up_to[5] >= 0.75 * s.whole then 5 when s.up_to[6] >= 0.75 * s.whole then 6
                when s.up_to[7] >= 0.75 * s.whole then 7 else 8
            end as at
        offset 0
    ) t
    left join lateral stats.ratio(s.good, s.good_spread, s.whole, s.spread, s.good_spread, 1) g on true
    left join lateral stats.ratio(s.middling, s.middling_spread, s.whole, s.spread, s.middling_spread, 1) m on true
    left join lateral stats.ratio(s.poor, s.poor_spread, s.whole, s.spread, s.poor_spread, 1) x on true
$$;

-- A metric's shares by device and for all devices together ('(all)'), and p75 where it is known. (all) adds up the devices that stand
-- out of the noise; all of them, where none does: a device that nobody uses would add its noise and nothing else.
create or replace view stats.vitals as
    with device as (
        select
            b.site, b.grain, b.period, b.time, b.metric, b.device,
            array_agg(b.noisy::double precision order by b.bucket) as noisy,
            array_agg((b.sigma * b.sigma)::double precision order by b.bucket) as variance,
            array_agg(b.to_edge order by b.bucket) as edges,
            sum(b.noisy) >= 3 * sqrt(sum(b.sigma * b.sigma)) as stands_out
        from stats.vital_buckets b
        -- The only grain of vitals; said, it is looked up by the index.
        where b.grain = 'week'
        group by b.site, b.grain, b.period, b.time, b.metric, b.device
    ),
    counted as (
        select
            site, grain, period, time, metric, device, noisy, variance, edges,
            stands_out or not bool_or(stands_out) over (partition by site, grain, period, time, metric) as in_all
        from device
    ),
    every_row as (
        select
            d.site, d.grain, d.period, d.time, d.metric, n.device,
            array[
                sum(d.noisy[1]), sum(d.noisy[2]), sum(d.noisy[3]), sum(d.noisy[4]), sum(d.noisy[5]), sum(d.noisy[6]), sum(d.noisy[7]),
                sum(d.noisy[8])] as noisy,
            array[
                sum(d.variance[1]), sum(d.variance[2]), sum(d.variance[3]), sum(d.variance[4]), sum(d.variance[5]), sum(d.variance[6]),
                sum(d.variance[7]), sum(d.variance[8])] as variance,
            max(d.edges) as edges
        from counted d
        cross join lateral (values (d.device, true), ('(all)', d.in_all)) n (device, counts)
        where n.counts
        group by d.site, d.grain, d.period, d.time, d.metric, n.device
    )
    select
        e.site, e.grain, e.period, e.time, e.metric, e.device,
        r.visitors, r.sigma, r.good, r.good_low, r.good_high, r.needs_improvement, r.needs_improvement_low, r.needs_improvement_high,
        r.poor, r.poor_low, r.poor_high, r.p75, r.below_noise
    from every_row e
    cross join lateral stats.rated(e.noisy, e.variance, e.edges) r;

-- The same over the weeks that begin from one day to another, added up: who came in two of them counts twice.
create function stats.vitals_of(site text, first date, last date)
    returns table (
        metric text, device text, visitors double precision, sigma double precision,
        good double precision, good_low double precision, good_high double precision,
        needs_improvement double precision, needs_improvement_low double precision, needs_improvement_high double precision,
        poor double precision, poor_low double precision, poor_high double precision,
        p75 double precision, below_noise boolean)
    language sql stable parallel safe
as $$
    with bucket as (
        select b.metric, b.device, b.bucket, b.to_edge, sum(b.noisy)::double precision as noisy, sum(b.sigma * b.sigma) as variance
        from stats.vital_buckets b
        where b.site = $1 and b.grain = 'week' and b.period between $2 and $3
        group by b.metric, b.device, b.bucket, b.to_edge
    ),
    device as (
        select
            b.metric, b.device,
            array_agg(b.noisy order by b.bucket) as noisy,
            array_agg(b.variance order by b.bucket) as variance,
            array_agg(b.to_edge order by b.bucket) as edges,
            sum(b.noisy) >= 3 * sqrt(sum(b.variance)) as stands_out
        from bucket b
        group by b.metric, b.device
    ),
    counted as (
        select
            metric, device, noisy, variance, edges,
            stands_out or not bool_or(stands_out) over (partition by metric) as in_all
        from device
    ),
    every_row as (
        select
            d.metric, n.device,
            array[
                sum(d.noisy[1]), sum(d.noisy[2]), sum(d.noisy[3]), sum(d.noisy[4]), sum(d.noisy[5]), sum(d.noisy[6]), sum(d.noisy[7]),
                sum(d.noisy[8])] as noisy,
            array[
                sum(d.variance[1]), sum(d.variance[2]), sum(d.variance[3]), sum(d.variance[4]), sum(d.variance[5]), sum(d.variance[6]),
                sum(d.variance[7]), sum(d.variance[8])] as variance,
            max(d.edges) as edges
        from counted d
        cross join lateral (values (d.device, true), ('(all)', d.in_all)) n (device, counts)
        where n.counts
        group by d.metric, n.device
    )
    select
        e.metric, e.device, r.visitors, r.sigma, r.good, r.good_low, r.good_high, r.needs_improvement, r.needs_improvement_low,
        r.needs_improvement_high, r.poor, r.poor_low, r.poor_high, r.p75, r.below_noise
    from every_row e
    cross join lateral stats.rated(e.noisy, e.variance, e.edges) r
$$;
