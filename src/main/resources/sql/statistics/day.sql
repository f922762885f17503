-- A day's totals, channel, device and country of each visitor's first pageview, and days since the visit before.
-- $1 site, $2 day, $3 the day after, $4 further visits, $5 further pageviews, $6 engaged minutes at most
with ordered as (
    select
        c.pseudonym, c.type, c.received_at, c.beacon_id, c.channel, c.device, c.country, c.seconds, c.gap,
        c.received_at - lag(c.received_at) over visitor > interval '30 minutes' as after_gap,
        count(*) filter (where c.type = 'pageview') over visitor as pageviews_so_far
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3
    -- Within one second pageviews come first, and then the order of the random beacon ids: any, but always the same.
    window visitor as (partition by c.pseudonym order by c.received_at, c.type <> 'pageview', c.beacon_id)
),
stretched as (
    select
        o.*,
        count(*) filter (where o.after_gap)
            over (partition by o.pseudonym order by o.received_at, o.type <> 'pageview', o.beacon_id) as gaps
    from ordered o
),
opened as (
    select
        s.*,
        -- A visit begins with a pageview when 30 minutes without any event lie between it and the pageview before. They need not lie
        -- just before it: a page that was left open tells how long it was read a moment before the next one is shown.
        s.type = 'pageview' and (s.pageviews_so_far = 1 or s.gaps > max(s.gaps) filter (where s.type = 'pageview') over (
            partition by s.pseudonym order by s.received_at, s.type <> 'pageview', s.beacon_id
            rows between unbounded preceding and 1 preceding)) as opens
    from stretched s
),
numbered as (
    select
        o.*,
        -- What comes between two pageviews belongs to the visit of the earlier one; what comes before the day's first, to its visit.
        greatest(1, count(*) filter (where o.opens)
            over (partition by o.pseudonym order by o.received_at, o.type <> 'pageview', o.beacon_id)) as visit
    from opened o
),
visitor_day as materialized (
    select
        pseudonym,
        max(visit) - 1 as further_visits,
        count(*) filter (where type = 'pageview') - 1 as further_pageviews,
        (coalesce(sum(seconds), 0) + 30) / 60 as engaged_minutes,
        bool_or(type = 'click') as clicked,
        count(*) filter (where visit = 1 and type = 'pageview') = 1
            and count(*) filter (where visit = 1 and type = 'click') = 0
            and coalesce(sum(seconds) filter (where visit = 1), 0) < 10 as bounced,
        max(gap) as gap,
        min(channel) filter (where type = 'pageview' and pageviews_so_far = 1) as channel,
        min(device) filter (where type = 'pageview' and pageviews_so_far = 1) as device,
        min(country) filter (where type = 'pageview' and pageviews_so_far = 1) as country
    from numbered
    group by pseudonym
    -- A day has at least one pageview; beacons of other days count nowhere.
    having count(*) filter (where type = 'pageview') > 0
)
select 'visitors' as name, '' as key, '' as key2, count(*) as exact from visitor_day
union all
select 'further_visits', '', '', coalesce(sum(least(further_visits, $4)), 0)::bigint from visitor_day
union all
select 'first_visit_bounced', '', '', count(*) filter (where bounced) from visitor_day
union all
select 'further_pageviews', '', '', coalesce(sum(least(further_pageviews, $5)), 0)::bigint from visitor_day
union all
select 'engaged_minutes', '', '', coalesce(sum(least(engaged_minutes, $6)), 0)::bigint from visitor_day
union all
select 'click_visitors', '', '', count(*) filter (where clicked) from visitor_day
union all
select 'channel', coalesce(channel, 'direct'), '', count(*) from visitor_day group by 2
union all
select 'device', device, '', count(*) from visitor_day group by 2
union all
select 'country', coalesce(country, '(unknown)'), '', count(*) from visitor_day group by 2
union all
select 'reach', gap::text, '', count(*) from visitor_day where gap between 1 and 396 or gap = 32767 group by 2
