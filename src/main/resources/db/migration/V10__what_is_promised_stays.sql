-- Where V6 says that low and high hold the true number, it is the one before the noise: bounded, as the definitions say.
--
-- A site's promise outlives a change of its zone or preset: what readers are told is that of the weakest noise that was ever
-- published, and a month keeps its days.

-- A weaker preset takes effect with a month's first day: the days before it were collected under the stronger one.
alter table registry.site
    add column next_preset text check (next_preset in ('strict', 'balanced', 'light')),
    add column next_preset_from date,
    -- The weakest that was in force before; null: no other than the present one.
    add column weakest_preset text check (weakest_preset in ('strict', 'balanced', 'light')),
    add check ((next_preset is null) = (next_preset_from is null));

update registry.site s
set weakest_preset = (array['strict', 'balanced', 'light'])[(
    select max(array_position(array['strict', 'balanced', 'light'], p.preset))
    from stats.published p
    where p.site = s.site and p.state = 'published')];

-- Sums over the days of a week or month, where all of its days are published. How many it has says the calendar: midnight at its end
-- may be that of another zone than at its beginning.
create or replace view stats.summed_counts as
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
    where d.days = (p.period + case p.grain when 'week' then interval '7 days' else interval '1 month' end)::date
        - (p.begins at time zone p.time_zone)::date;

-- The same numbers beside those of as many days before: difference, its relation to the earlier value, and stats.change. A range that
-- reaches beyond the published days is cut first; without as many days before it, everything about the earlier period is null. A
-- range with a lost day is compared with nothing: the missing day would look like a fall.
drop function stats.compare(text, date, date);
create function stats.compare(site text, "from" date, "to" date)
    returns table (
        measure text, value double precision, low double precision, high double precision, sigma double precision,
        below_noise boolean, previous double precision, previous_low double precision, previous_high double precision,
        previous_sigma double precision, difference double precision, relative double precision, mark text,
        first_day date, last_day date, previous_first_day date, previous_last_day date, previous_below_noise boolean)
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
        case when w.whole then now.value - before.value end,
        case when w.whole and not before.below_noise then (now.value - before.value) / nullif(before.value, 0) end,
        case when w.whole then stats.change(now.value, now.sigma, before.value, before.sigma) end,
        c.a, c.b, c.a - (c.b - c.a + 1), c.a - 1, before.below_noise
    from cut c
    cross join lateral stats.range_totals($1, c.a, c.b) now
    cross join lateral (select now.days = c.b - c.a + 1 as whole) w
    left join lateral stats.range_totals($1, c.a - (c.b - c.a + 1), c.a - 1) before
        on before.measure = now.measure and before.days = c.b - c.a + 1
    where c.a <= c.b
$$;

-- The sites as they are today, with the guarantee of everything published of them: weakest_preset is the weakest preset that any of
-- it has or that holds now. guess_points: by how many points, at most, somebody improves a guess whether a browser came on one given
-- day, who knows everything else (docs/statistics.md).
create or replace view stats.sites as
    select
        s.site, z.time_zone, n.preset, s.synthetic, s.first_day, p.first_published_day, p.last_published_day,
        case w.preset when 'strict' then 0.05 when 'balanced' then 0.1 else 0.5 end::double precision as rho,
        case w.preset when 'strict' then 13 when 'balanced' then 18 else 38 end as guess_points,
        w.preset as weakest_preset
    from registry.site s
    -- Nobody moves the columns of a change along when its day has come.
    cross join lateral (
        select case when s.next_time_zone_from <= (now() at time zone s.next_time_zone)::date
            then s.next_time_zone else s.time_zone end as time_zone
    ) z
    cross join lateral (
        select case when s.next_preset_from <= (now() at time zone z.time_zone)::date
            then s.next_preset else s.preset end as preset
    ) n
    cross join lateral (
        select (array['strict', 'balanced', 'light'])[
            max(array_position(array['strict', 'balanced', 'light'], any_of.preset))] as preset
        from (
            values (n.preset), (s.weakest_preset)
            union all
            select p.preset
            from stats.published p
            where p.site = s.site and p.state = 'published'
        ) any_of (preset)
    ) w
    left join lateral (
        select min(p.period) as first_published_day, max(p.period) as last_published_day
        from stats.published p
        where p.site = s.site and p.grain = 'day' and p.state = 'published'
    ) p on true;

-- Periods that were due two hours ago or more and are not published: a period is due at 06:00 of the day after it.
create or replace view stats.overdue_periods as
    select s.site, g.grain, w.period::date as period
    from stats.sites s
    cross join (values ('day', interval '1 day'), ('week', interval '7 days'), ('month', interval '1 month')) g (grain, length)
    cross join lateral generate_series(
        date_trunc(g.grain, s.first_day::timestamp), now() at time zone s.time_zone - g.length - interval '8 hours', g.length
    ) w (period)
    where not exists (
        select from stats.published p
        where p.site = s.site and p.grain = g.grain and p.period = w.period::date);
