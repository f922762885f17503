-- Writes the hours of several sites and their last 30 minutes, rounded and hidden before anything is stored.
-- $1 sites, $2 their zones, $3 whether synthetic, $4 from when on their hours are counted again, $5 now,
-- $6 and $7 the first and the last day to be read
with site as (
    select s.site, s.zone, s.synthetic, date_trunc('hour', s.since, s.zone) as since
    from unnest($1::text[], $2::text[], $3::boolean[], $4::timestamptz[]) s (site, zone, synthetic, since)
),
event as (
    select
        s.site, c.received_at, c.received_at > $5::timestamptz - interval '30 minutes' as recent,
        case when c.received_at >= s.since then date_trunc('hour', c.received_at, s.zone) end as hour,
        c.pseudonym, c.type, c.seconds
    from site s
    join raw.counted c on c.site = s.site
    where c.day between $6::date and $7::date
        and c.received_at >= least(s.since, $5::timestamptz - interval '30 minutes')
        and c.received_at <= $5::timestamptz
),
-- Also those in which nobody came. By half hours, because one zone changes its clock by thirty minutes.
hour as (
    select distinct s.site, date_trunc('hour', t.at, s.zone) as begins
    from site s
    cross join lateral generate_series(s.since, $5::timestamptz, interval '30 minutes') t (at)
),
counted as (
    select
        h.site, h.begins,
        count(distinct e.pseudonym) as visitors,
        count(*) filter (where e.type = 'pageview') as pageviews,
        count(*) filter (where e.type = 'click') as clicks,
        (coalesce(sum(e.seconds), 0) + 30) / 60 as engaged_minutes
    from hour h
    left join event e on e.site = h.site and e.hour = h.begins
    group by h.site, h.begins
    union all
    select
        s.site, null,
        count(distinct e.pseudonym),
        count(*) filter (where e.type = 'pageview'),
        count(*) filter (where e.type = 'click'),
        (coalesce(sum(e.seconds), 0) + 30) / 60
    from site s
    left join event e on e.site = s.site and e.recent
    group by s.site
),
-- Many pageviews of one visitor say as much about her as one: nothing is shown of fewer than ten.
shown as (
    select
        c.site, c.begins,
        case when s.synthetic then c.visitors when c.visitors >= 10 then round(c.visitors, -1) end as visitors,
        case when s.synthetic then c.pageviews when least(c.visitors, c.pageviews) >= 10 then round(c.pageviews, -1) end as pageviews,
        case when s.synthetic then c.clicks when least(c.visitors, c.clicks) >= 10 then round(c.clicks, -1) end as clicks,
        case when s.synthetic then c.engaged_minutes
            when least(c.visitors, c.engaged_minutes) >= 10 then round(c.engaged_minutes, -1) end as engaged_minutes
    from counted c
    join site s on s.site = c.site
),
hours as (
    insert into live.hour (site, begins, visitors, pageviews, clicks, engaged_minutes)
    select site, begins, visitors, pageviews, clicks, engaged_minutes
    from shown
    where begins is not null
    on conflict (site, begins) do update set
        visitors = excluded.visitors, pageviews = excluded.pageviews, clicks = excluded.clicks,
        engaged_minutes = excluded.engaged_minutes
)
insert into live.half_hour (site, at, visitors, pageviews, clicks, engaged_minutes)
select site, $5::timestamptz, visitors, pageviews, clicks, engaged_minutes
from shown
where begins is null
on conflict (site) do update set
    at = excluded.at, visitors = excluded.visitors, pageviews = excluded.pageviews, clicks = excluded.clicks,
    engaged_minutes = excluded.engaged_minutes
