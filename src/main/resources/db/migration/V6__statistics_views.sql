-- What readers ask of published statistics: numbers with intervals, below the noise or not, side by side with the period before.
-- Every view reads stats, and three read a little of registry and rights, by the right of their owner; none reads raw events.
--
-- Columns that mean the same everywhere: value is the published number, never below zero; low and high hold the true one with a
-- probability of 95 % (1.96 sigma), never below zero; sigma is the noise's standard deviation; below_noise says that value is less
-- than 3 sigma, and that nothing should be read from it. time is the instant at which the period begins on the site.

-- Readers ask for one gap of many days.
create index reach_first_visits on stats.reach (site, period) include (noisy, sigma) where gap = 32767;

-- functions ----------------------------------------------------------------------------------------------------------------

-- A quotient of two numbers with normal noise and its 95 % interval by Fieller's theorem, which also holds where the denominator is
-- not much larger than its noise; at most $6, if that is not null. No row when the denominator is below the noise. sigma is that of
-- the delta method.
create function stats.ratio(
    numerator double precision, numerator_variance double precision,
    denominator double precision, denominator_variance double precision, covariance double precision, most double precision)
    returns table (value double precision, low double precision, high double precision, sigma double precision)
    language sql immutable parallel safe
as $$
    select
        least(greatest(r, 0), $6),
        least(greatest((b - root) / nullif(a, 0), 0), $6),
        least(greatest((b + root) / nullif(a, 0), 0), $6),
        sqrt(greatest($2 - 2 * r * $5 + r * r * $4, 0)) / nullif($3, 0)
    from (select
        $1 / nullif($3, 0) as r,
        -- 1.959964 squared.
        $3 * $3 - 3.8414588 * $4 as a,
        $1 * $3 - 3.8414588 * $5 as b,
        $1 * $1 - 3.8414588 * $2 as c) line
    cross join lateral (select sqrt(greatest(b * b - a * c, 0)) as root) discriminant
    where $3 > 0 and $3 * $3 >= 9 * $4
$$;

-- Whether noise alone explains that two published numbers differ. Of a thousand numbers that did not change, 3 are called real and
-- 47 more perhaps. It judges noise, not chance: that a Monday differs from a Sunday is real too.
create function stats.change(
    value double precision, sigma double precision, previous double precision, previous_sigma double precision)
    returns text
    language sql immutable parallel safe
as $$
    select case
        when $1 is null or $2 is null or $3 is null or $4 is null then null
        when abs($1 - $3) > 3 * sqrt($2 * $2 + $4 * $4) then 'real'
        when abs($1 - $3) > 1.959964 * sqrt($2 * $2 + $4 * $4) then 'perhaps'
        else 'within noise'
    end
$$;

-- counts -------------------------------------------------------------------------------------------------------------------

-- A day's numbers as drawn, and those that follow from them. Different cells have independent noise: variances add up.
create view stats.day_counts as
    select site, period, measure, noisy, sigma * sigma as variance
    from stats.total
    where grain = 'day'
    union all
    select site, period, 'visitor_days', noisy, sigma * sigma
    from stats.total
    where grain = 'day' and measure = 'visitors'
    union all
    select v.site, v.period, 'visits', v.noisy + f.noisy, v.sigma * v.sigma + f.sigma * f.sigma
    from stats.total v
    join stats.total f on f.site = v.site and f.grain = 'day' and f.measure = 'further_visits' and f.period = v.period
    where v.grain = 'day' and v.measure = 'visitors'
    union all
    select v.site, v.period, 'pageviews', v.noisy + f.noisy, v.sigma * v.sigma + f.sigma * f.sigma
    from stats.total v
    join stats.total f on f.site = v.site and f.grain = 'day' and f.measure = 'further_pageviews' and f.period = v.period
    where v.grain = 'day' and v.measure = 'visitors'
    union all
    select site, period, 'new_visitors', noisy, sigma * sigma
    from stats.reach
    where gap = 32767
    union all
    select v.site, v.period, 'returning_visitors', v.noisy - n.noisy, v.sigma * v.sigma + n.sigma * n.sigma
    from stats.total v
    join stats.reach n on n.site = v.site and n.period = v.period and n.gap = 32767
    where v.grain = 'day' and v.measure = 'visitors';

-- Sums over the days of a week or month, where all of its days are published.
create view stats.summed_counts as
    select p.site, p.grain, p.period, d.measure, d.noisy, d.variance
    from (
        select
            c.site, g.grain, date_trunc(g.grain, c.period::timestamp)::date as period, c.measure,
            sum(c.noisy)::bigint as noisy, sum(c.variance) as variance, count(*) as days
        from stats.day_counts c
        cross join (values ('week'), ('month')) g (grain)
        where c.measure in (
            'visitor_days', 'visits', 'pageviews', 'new_visitors', 'first_visit_bounced', 'engaged_minutes', 'click_visitors')
        group by c.site, g.grain, date_trunc(g.grain, c.period::timestamp)::date, c.measure
    ) d
    join stats.published p on p.site = d.site and p.grain = d.grain and p.period = d.period and p.state = 'published'
    -- In its first week or month a site is measured from a later day on.
    where d.days = (p.ends at time zone p.time_zone)::date - (p.begins at time zone p.time_zone)::date;

-- Every number that is a count, at every grain. A week's pageviews are the visitors of its days and the week's own further pageviews,
-- which are less noisy than the sum of seven days; a month has the sum of its days.
create view stats.counts as
    select site, 'day' as grain, period, measure, noisy, variance
    from stats.day_counts
    union all
    select site, grain, period, measure, noisy, sigma * sigma
    from stats.total
    where grain in ('week', 'month')
    union all
    select site, grain, period, measure, noisy, variance
    from stats.summed_counts
    where not (grain = 'week' and measure = 'pageviews')
    union all
    select s.site, s.grain, s.period, 'pageviews', s.noisy + f.noisy, s.variance + f.sigma * f.sigma
    from stats.summed_counts s
    join stats.total f
        on f.site = s.site and f.grain = s.grain and f.measure = 'further_pageviews' and f.period = s.period
    where s.grain = 'week' and s.measure = 'visitor_days'
    union all
    select s.site, s.grain, s.period, 'returning_visitors', v.noisy - s.noisy, v.sigma * v.sigma + s.variance
    from stats.summed_counts s
    join stats.total v on v.site = s.site and v.grain = s.grain and v.measure = 'visitors' and v.period = s.period
    where s.measure = 'new_visitors';

-- The headline numbers of every published period. Quotients have no noisy integer of their own, and no value where the denominator
-- is below the noise.
create view stats.totals as
    select
        c.site, c.grain, c.period, p.begins as time, c.measure,
        greatest(c.noisy, 0)::double precision as value,
        greatest(c.noisy - 1.959964 * sqrt(c.variance), 0) as low,
        greatest(c.noisy + 1.959964 * sqrt(c.variance), 0) as high,
        c.noisy,
        sqrt(c.variance) as sigma,
        c.noisy < 3 * sqrt(c.variance) as below_noise
    from stats.counts c
    join stats.published p on p.site = c.site and p.grain = c.grain and p.period = c.period
    union all
    select t.site, t.grain, t.period, p.begins, q.measure, r.value, r.low, r.high, null, r.sigma, r.value is null
    from (
        select
            c.site, c.grain, c.period,
            max(c.noisy) filter (where c.measure = 'visitor_days') as visitors,
            max(c.variance) filter (where c.measure = 'visitor_days') as visitors_variance,
            max(c.noisy) filter (where c.measure = 'visits') as visits,
            max(c.variance) filter (where c.measure = 'visits') as visits_variance,
            max(c.noisy) filter (where c.measure = 'pageviews') as pageviews,
            max(c.variance) filter (where c.measure = 'pageviews') as pageviews_variance,
            max(c.noisy) filter (where c.measure = 'first_visit_bounced') as bounced,
            max(c.variance) filter (where c.measure = 'first_visit_bounced') as bounced_variance,
            max(c.noisy) filter (where c.measure = 'engaged_minutes') as minutes,
            max(c.variance) filter (where c.measure = 'engaged_minutes') as minutes_variance,
            max(c.noisy) filter (where c.measure = 'click_visitors') as clicking,
            max(c.variance) filter (where c.measure = 'click_visitors') as clicking_variance
        from stats.counts c
        where c.measure in (
            'visitor_days', 'visits', 'pageviews', 'first_visit_bounced', 'engaged_minutes', 'click_visitors')
        group by c.site, c.grain, c.period
        having count(*) = 6
    ) t
    join stats.published p on p.site = t.site and p.grain = t.grain and p.period = t.period
    cross join lateral (values
        ('bounce_rate', t.bounced, t.bounced_variance, t.visitors, t.visitors_variance, 0, 1),
        ('click_rate', t.clicking, t.clicking_variance, t.visitors, t.visitors_variance, 0, 1),
        ('engaged_minutes_per_visitor', t.minutes, t.minutes_variance, t.visitors, t.visitors_variance, 0, null),
        -- The visitors' noise is in both the pageviews and the visits.
        ('views_per_visit', t.pageviews, t.pageviews_variance, t.visits, t.visits_variance, t.visitors_variance, null)
    ) q (measure, numerator, numerator_variance, denominator, denominator_variance, covariance, most)
    left join lateral stats.ratio(
        q.numerator, q.numerator_variance, q.denominator, q.denominator_variance, q.covariance, q.most) r on true;

-- histograms ---------------------------------------------------------------------------------------------------------------

-- Visitors by a dimension's keys. share is of the period's visitors; of consent, of both choices; null where these are below the
-- noise. Problems, by page and kind, can have more than 1,000 keys and need 4 sigma: at 3, one or two would stand out by noise alone.
create view stats.breakdowns as
    select
        b.site, b.grain, b.period, p.begins as time, b.dimension, b.key, b.key2,
        greatest(b.noisy, 0)::double precision as value,
        greatest(b.noisy - 1.959964 * b.sigma, 0) as low,
        greatest(b.noisy + 1.959964 * b.sigma, 0) as high,
        b.noisy,
        b.sigma,
        case
            when w.noisy >= 3 * w.sigma then least(greatest(b.noisy, 0)::double precision / w.noisy, 1)
            when c.noisy >= 3 * c.sigma then least(greatest(b.noisy, 0)::double precision / c.noisy, 1)
        end as share,
        b.noisy < case b.dimension when 'problem' then 4 else 3 end * b.sigma as below_noise
    from stats.published p
    join stats.breakdown b on b.site = p.site and b.grain = p.grain and b.period = p.period
    left join stats.total w
        on w.site = b.site and w.grain = b.grain and w.measure = 'visitors' and w.period = b.period and b.dimension <> 'consent'
    left join (
        select site, grain, period, sum(noisy) as noisy, sqrt(sum(sigma * sigma)) as sigma
        from stats.breakdown
        where dimension = 'consent'
        group by site, grain, period
    ) c on c.site = b.site and c.grain = b.grain and c.period = b.period and b.dimension = 'consent';

-- Visitors by weekday and hour of their days' first pageviews: 168 cells of a month.
create view stats.hour_of_week as
    select
        b.site, b.grain, b.period, b.time, b.key::int as weekday,
        (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[b.key::int] as weekday_name,
        b.key2::int as hour,
        b.value, b.low, b.high, b.noisy, b.sigma, b.share, b.below_noise
    from stats.breakdowns b
    where b.dimension = 'hour_of_week';

-- Visitors by a metric's 8 buckets. Edges are milliseconds for LCP and INP, a score for CLS; the last bucket has no upper edge.
create view stats.vital_buckets as
    select
        b.site, b.grain, b.period, p.begins as time, e.metric, b.key2 as device, n.bucket,
        coalesce(e.edges[n.bucket - 1], 0) as from_edge,
        e.edges[n.bucket] as to_edge,
        case when n.bucket <= 3 then 'good' when n.bucket <= 5 then 'needs improvement' else 'poor' end as rating,
        greatest(b.noisy, 0)::double precision as value,
        greatest(b.noisy - 1.959964 * b.sigma, 0) as low,
        greatest(b.noisy + 1.959964 * b.sigma, 0) as high,
        b.noisy, b.sigma,
        b.noisy < 3 * b.sigma as below_noise
    from (values
        ('LCP', 'lcp', array[1000, 1750, 2500, 3250, 4000, 6000, 10000]::double precision[]),
        ('INP', 'inp', array[50, 100, 200, 350, 500, 800, 1500]::double precision[]),
        ('CLS', 'cls', array[0.01, 0.05, 0.1, 0.175, 0.25, 0.5, 1]::double precision[])
    ) e (metric, dimension, edges)
    join stats.breakdown b on b.dimension = e.dimension
    join stats.published p on p.site = b.site and p.grain = b.grain and p.period = b.period
    cross join lateral (select b.key::int as bucket) n;

-- A metric's shares of good, needs improvement and poor, by device and for all devices together ('(all)'), and the value that three
-- of four visitors do not exceed: p75, between the edges of its bucket, where the share up to it is known to 5 points.
create view stats.vitals as
    with bucket as (
        select
            b.site, b.grain, b.period, b.time, b.metric, d.device, b.bucket, b.from_edge, b.to_edge, b.rating,
            sum(b.noisy)::double precision as noisy, sum(b.sigma * b.sigma) as variance
        from stats.vital_buckets b
        cross join lateral (values (b.device), ('(all)')) d (device)
        group by b.site, b.grain, b.period, b.time, b.metric, d.device, b.bucket, b.from_edge, b.to_edge, b.rating
    ),
    running as (
        select
            b.*,
            sum(noisy) over everything as visitors,
            sum(noisy) over so_far as up_to,
            sum(variance) over so_far as up_to_variance
        from bucket b
        window
            everything as (partition by site, grain, period, time, metric, device),
            so_far as (partition by site, grain, period, time, metric, device order by bucket)
    ),
    summed as (
        select
            site, grain, period, time, metric, device, visitors,
            sum(variance) as variance,
            sum(noisy) filter (where rating = 'good') as good,
            sum(variance) filter (where rating = 'good') as good_variance,
            sum(noisy) filter (where rating = 'needs improvement') as middling,
            sum(variance) filter (where rating = 'needs improvement') as middling_variance,
            sum(noisy) filter (where rating = 'poor') as poor,
            sum(variance) filter (where rating = 'poor') as poor_variance,
            -- The first bucket with which three quarters are reached.
            (array_agg(array[from_edge, to_edge, noisy, up_to, up_to_variance] order by bucket)
                filter (where up_to >= 0.75 * visitors))[1:1] as at
        from running
        group by site, grain, period, time, metric, device, visitors
    )
    select
        s.site, s.grain, s.period, s.time, s.metric, s.device,
        greatest(s.visitors, 0) as visitors,
        sqrt(s.variance) as sigma,
        g.value as good, g.low as good_low, g.high as good_high,
        m.value as needs_improvement, m.low as needs_improvement_low, m.high as needs_improvement_high,
        x.value as poor, x.low as poor_low, x.high as poor_high,
        -- The share's variance: noise below the point moves it by 1 - 0.75 of itself, noise above by 0.75.
        case when 1.959964 * sqrt(0.0625 * t.up_to_variance + 0.5625 * (s.variance - t.up_to_variance)) <= 0.05 * s.visitors
            then case
                when t.to_edge is null or t.noisy <= 0 then t.from_edge
                else t.from_edge
                    + (t.to_edge - t.from_edge) * greatest(least(1 - (t.up_to - 0.75 * s.visitors) / t.noisy, 1), 0)
            end
        end as p75,
        s.visitors < 3 * sqrt(s.variance) as below_noise
    from summed s
    cross join lateral (select
        s.at[1][1] as from_edge, s.at[1][2] as to_edge, s.at[1][3] as noisy, s.at[1][4] as up_to, s.at[1][5] as up_to_variance) t
    left join lateral stats.ratio(s.good, s.good_variance, s.visitors, s.variance, s.good_variance, 1) g on true
    left join lateral stats.ratio(s.middling, s.middling_variance, s.visitors, s.variance, s.middling_variance, 1) m on true
    left join lateral stats.ratio(s.poor, s.poor_variance, s.visitors, s.variance, s.poor_variance, 1) x on true;

-- ranges of days -----------------------------------------------------------------------------------------------------------

-- Different visitors of any range of days, cut to the days that are published. 'aligned': a day, 7 or 28 days, a week or a month has
-- a number of its own. 'estimated': each visitor is counted on the first day of the range on which she came: on day d those whose
-- visit before lies more than d - first days back. That is n(d, gap > d - first), or visitors(d) - n(d, gap <= d - first); the
-- first adds up 397 - (d - first) cells, the second d - first and one with less noise, so from the 199th day on the first form is
-- the better one. 'incomplete': a day of the range was lost, and nothing is said.
create function stats.unique_visitors(site text, first date, last date)
    returns table (
        value double precision, low double precision, high double precision, sigma double precision, kind text,
        first_day date, last_day date)
    language sql stable parallel safe
as $$
    with cut as (
        select greatest($2, min(p.period)) as a, least($3, max(p.period)) as b
        from stats.published p
        where p.site = $1 and p.grain = 'day' and p.state = 'published'
        having count(*) > 0
    ),
    span as (
        select
            c.a, c.b, c.b - c.a + 1 as days,
            (
                select count(*)
                from stats.published p
                where p.site = $1 and p.grain = 'day' and p.state = 'published' and p.period between c.a and c.b
            ) as published
        from cut c
        where c.a <= c.b
    ),
    aligned as (
        select t.noisy::double precision as estimate, t.sigma * t.sigma as variance
        from span s
        cross join lateral (values
            ('day', 'visitors', case when s.days = 1 then s.a end),
            ('day', 'unique_7', case when s.days = 7 then s.b end),
            ('day', 'unique_28', case when s.days = 28 then s.b end),
            ('week', 'visitors', case when s.days = 7 then s.a end),
            ('month', 'visitors', case when s.a + interval '1 month' = s.b + 1 then s.a end)
        ) own (grain, measure, period)
        join stats.total t
            on t.site = $1 and t.grain = own.grain and t.measure = own.measure and t.period = own.period
        order by t.sigma
        limit 1
    ),
    estimated as (
        select
            sum(case when f.near then v.noisy - coalesce(r.noisy, 0) else coalesce(r.noisy, 0) end)::double precision as estimate,
            sum(case when f.near then v.sigma * v.sigma else 0 end + coalesce(r.variance, 0)) as variance
        from span s
        join stats.total v
            on v.site = $1 and v.grain = 'day' and v.measure = 'visitors' and v.period between s.a and s.b
        cross join lateral (select v.period - s.a as k, v.period - s.a <= 198 as near) f
        cross join lateral (
            select sum(g.noisy) as noisy, sum(g.sigma * g.sigma) as variance
            from stats.reach g
            where g.site = $1 and g.period = v.period
                and g.gap between case when f.near then 1 else f.k + 1 end and case when f.near then f.k else 32767 end
        ) r
        where not exists (select from aligned) and s.days = s.published
        having count(*) > 0
    )
    select
        greatest(e.estimate, 0),
        greatest(e.estimate - 1.959964 * sqrt(e.variance), 0),
        greatest(e.estimate + 1.959964 * sqrt(e.variance), 0),
        sqrt(e.variance),
        coalesce(e.kind, 'incomplete'),
        s.a,
        s.b
    from span s
    left join (
        select estimate, variance, 'aligned' as kind
        from aligned
        union all
        select estimate, variance, 'estimated'
        from estimated
    ) e on true
$$;

-- The headline numbers of any range of days, cut to the days that are published; visitors are different ones, the other counts add
-- up days. days says how many were published.
create function stats.range_totals(site text, first date, last date)
    returns table (
        measure text, value double precision, low double precision, high double precision, sigma double precision,
        below_noise boolean, days bigint)
    language sql stable parallel safe
as $$
    with counted as (
        select c.measure, sum(c.noisy)::double precision as noisy, sum(c.variance) as variance, count(*) as days
        from stats.day_counts c
        where c.site = $1 and c.period between $2 and $3
            and c.measure in (
                'visitor_days', 'visits', 'pageviews', 'new_visitors', 'first_visit_bounced', 'engaged_minutes',
                'click_visitors')
        group by c.measure
    )
    select 'visitors', u.value, u.low, u.high, u.sigma, u.value is null or u.value < 3 * u.sigma, c.days
    from stats.unique_visitors($1, $2, $3) u
    join counted c on c.measure = 'visitor_days'
    union all
    select
        c.measure, greatest(c.noisy, 0), greatest(c.noisy - 1.959964 * sqrt(c.variance), 0),
        greatest(c.noisy + 1.959964 * sqrt(c.variance), 0), sqrt(c.variance), c.noisy < 3 * sqrt(c.variance), c.days
    from counted c
    union all
    select q.measure, r.value, r.low, r.high, r.sigma, r.value is null, n.days
    from (values
        ('bounce_rate', 'first_visit_bounced', 'visitor_days', 1),
        ('click_rate', 'click_visitors', 'visitor_days', 1),
        ('engaged_minutes_per_visitor', 'engaged_minutes', 'visitor_days', null),
        -- The visitors' noise is in both the pageviews and the visits.
        ('views_per_visit', 'pageviews', 'visits', null)
    ) q (measure, numerator, denominator, most)
    join counted n on n.measure = q.numerator
    join counted d on d.measure = q.denominator
    join counted v on v.measure = 'visitor_days'
    left join lateral stats.ratio(
        n.noisy, n.variance, d.noisy, d.variance,
        case when q.measure = 'views_per_visit' then v.variance else 0 end, q.most) r on true
$$;

-- The same numbers beside those of as many days before: difference, its relation to the earlier value, and stats.change. A range that
-- reaches beyond the published days is cut first; without as many days before it, everything about the earlier period is null.
create function stats.compare(site text, "from" date, "to" date)
    returns table (
        measure text, value double precision, low double precision, high double precision, sigma double precision,
        below_noise boolean, previous double precision, previous_low double precision, previous_high double precision,
        previous_sigma double precision, difference double precision, relative double precision, mark text,
        first_day date, last_day date, previous_first_day date, previous_last_day date)
    language sql stable parallel safe
as $$
    with cut as (
        select greatest($2, min(p.period)) as a, least($3, max(p.period)) as b
        from stats.published p
        where p.site = $1 and p.grain = 'day' and p.state = 'published'
        having count(*) > 0
    )
    select
        now.measure, now.value, now.low, now.high, now.sigma, now.below_noise,
        before.value, before.low, before.high, before.sigma,
        now.value - before.value,
        case when not before.below_noise then (now.value - before.value) / nullif(before.value, 0) end,
        stats.change(now.value, now.sigma, before.value, before.sigma),
        c.a, c.b, c.a - (c.b - c.a + 1), c.a - 1
    from cut c
    cross join lateral stats.range_totals($1, c.a, c.b) now
    left join lateral stats.range_totals($1, c.a - (c.b - c.a + 1), c.a - 1) before
        on before.measure = now.measure and before.days = c.b - c.a + 1
    where c.a <= c.b
$$;

-- sites and operations -----------------------------------------------------------------------------------------------------

-- The sites with the guarantee of their statistics. guess_points: by how many points, at most, somebody improves a guess whether a
-- browser came on one given day, who knows everything else (docs/statistics.md).
create view stats.sites as
    select
        s.site, s.time_zone, s.preset, s.synthetic, s.first_day, p.first_published_day, p.last_published_day,
        case s.preset when 'strict' then 0.05 when 'balanced' then 0.1 else 0.5 end::double precision as rho,
        case s.preset when 'strict' then 13 when 'balanced' then 18 else 38 end as guess_points
    from registry.site s
    left join lateral (
        select min(p.period) as first_published_day, max(p.period) as last_published_day
        from stats.published p
        where p.site = s.site and p.grain = 'day' and p.state = 'published'
    ) p on true;

-- Periods that were due two hours ago or more and are not published: a period is due at 06:00 of the day after it.
create view stats.overdue_periods as
    select s.site, g.grain, w.period::date as period
    from registry.site s
    cross join (values ('day', interval '1 day'), ('week', interval '7 days'), ('month', interval '1 month')) g (grain, length)
    cross join lateral generate_series(
        date_trunc(g.grain, s.first_day::timestamp), now() at time zone s.time_zone - g.length - interval '8 hours', g.length
    ) w (period)
    where not exists (
        select from stats.published p
        where p.site = s.site and p.grain = g.grain and p.period = w.period::date);

-- How the requests at the desk stand; the due day is the one that the desk itself goes by.
do $$
begin
    if to_regclass('rights.request') is null then
        create view stats.requests as
            select null::text as site, null::date as due, false as suspended
            where false;
        return;
    end if;
    execute $view$
        create view stats.requests as
            with open as (
                select request, site, least(received + 30, (received + interval '1 month')::date) as due
                from rights.request
                where closed is null
            ),
            stood_still as (
                select
                    o.request, o.due, s.suspended, s.resumed,
                    coalesce(sum(s.resumed - s.suspended) over (
                        partition by o.request order by s.suspended rows between unbounded preceding and 1 preceding), 0)::int as days
                from open o
                join rights.suspension s on s.request = o.request
            ),
            counting as (
                -- What was late already does not become less late by asking.
                select s.*, bool_and(s.suspended <= s.due + s.days) over (partition by s.request order by s.suspended) as counts
                from stood_still s
            )
            select
                o.site,
                o.due + coalesce(sum(c.resumed - c.suspended) filter (where c.counts), 0)::int as due,
                coalesce(bool_or(c.resumed is null and c.counts), false) as suspended
            from open o
            left join counting c on c.request = o.request
            group by o.request, o.site, o.due
    $view$;
end
$$;

-- What the Privacy board shows, one fact a row. Nothing in it counts visitors exactly.
create view stats.operations (name, site, time, number, text) as
    select j.job || '_last_success', null::text, j.last_success::timestamptz, extract(epoch from now() - j.last_success)::double precision,
        case when j.paused_because is not null then 'paused: ' || j.paused_because end
    from registry.job j
    where j.job in ('retention', 'publication')
    union all
    -- Partitions are made for days, whether anybody came or not.
    select 'raw_oldest_day', null, d.day::timestamp at time zone 'UTC', (now() at time zone 'UTC')::date - d.day, d.day::text
    from (
        select min(to_date(right(c.relname, 8), 'YYYYMMDD')) as day
        from pg_catalog.pg_inherits i
        join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'raw.event'::regclass
    ) d
    where d.day is not null
    union all
    -- Against 25 months, which no setting exceeds.
    select 'raw_partitions_overdue', null, now(), count(*), null
    from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'raw.event'::regclass
        -- The planner may ask this of every relation's name before it knows whose partition it is.
        and case when c.relname ~ '^event_[0-9]{8}$' then to_date(right(c.relname, 8), 'YYYYMMDD') end
            + interval '25 months' - interval '14 hours' - interval '24 hours' < now() at time zone 'UTC'
    union all
    select 'periods_' || p.state, p.site, max(p.at), count(*), p.grain
    from stats.published p
    group by p.state, p.site, p.grain
    union all
    select 'periods_overdue', s.site, now(), count(o.period), null
    from registry.site s
    left join stats.overdue_periods o on o.site = s.site
    group by s.site
    union all
    select 'budget_rho', s.site, now(), s.rho, s.preset
    from stats.sites s
    union all
    select 'guess_points', s.site, now(), s.guess_points, s.preset
    from stats.sites s
    union all
    select 'consent_' || b.key || '_share', b.site, b.time, b.share,
        case when b.share is null then 'below the noise' else 'week of ' || b.period end
    from stats.sites s
    join stats.breakdowns b on b.site = s.site and b.grain = 'week' and b.dimension = 'consent' and b.period = (
        select max(p.period)
        from stats.published p
        where p.site = s.site and p.grain = 'week' and p.state = 'published')
    union all
    -- Those due within 7 days, and those whose day has passed.
    select 'requests_' || f.name, null, now(), f.number, null
    from (
        select
            count(*) as open,
            count(*) filter (where suspended) as suspended,
            count(*) filter (where not suspended and due between current_date and current_date + 7) as due,
            count(*) filter (where not suspended and due < current_date) as overdue
        from stats.requests
    ) r
    cross join lateral (values
        ('open', r.open), ('suspended', r.suspended), ('due', r.due), ('overdue', r.overdue)) f (name, number)
    union all
    select 'month_keys_destroyed', null, max(l.at), count(*), null
    from registry.ledger l
    where l.kind = 'keys_destroyed';

-- grants -------------------------------------------------------------------------------------------------------------------

grant select on
    stats.day_counts, stats.summed_counts, stats.counts, stats.totals, stats.breakdowns, stats.hour_of_week,
    stats.vital_buckets, stats.vitals, stats.sites, stats.overdue_periods, stats.requests,
    stats.operations
    to ${dashboards}, ${publisher};
