-- Fills stats with 25 months of one site's published periods: about 1,200 rows a day with the keys and the noise that the preset
-- balanced gives, 900 visitors a day, fewer at weekends, slowly more. Settings lethe.site and lethe.until (the last day) are set
-- before; the numbers are believable, not drawn from events.
create function pg_temp.noisy(mean double precision, sigma double precision) returns bigint
    language sql volatile
as $$
    select round($1 + $2 * sqrt(-2 * ln(1 - random())) * cos(6.283185307 * random()))::bigint
$$;

select setseed(0.25);

create temporary table invented as
with span as (
    select current_setting('lethe.site') as site, current_setting('lethe.until')::date as until,
        (current_setting('lethe.until')::date + 1 - interval '25 months')::date as since
),
period as (
    select 'day' as grain, d::date as period, (d + interval '1 day')::date as period_end
    from span, generate_series(since::timestamp, until, interval '1 day') d
    union all
    select 'week', d::date, (d + interval '7 days')::date
    from span, generate_series(date_trunc('week', since + interval '6 days'), until - 6, interval '7 days') d
    union all
    select 'month', d::date, (d + interval '1 month')::date
    from span, generate_series(
        date_trunc('month', since + interval '27 days'), (until + 1) - interval '1 month', interval '1 month') d
)
select s.site, p.grain, p.period, p.period_end,
    case p.grain when 'day' then 1 when 'week' then 6.0 else 21.0 end
        * (800 + 0.3 * (p.period - s.since))
        * case when p.grain = 'day' and extract(isodow from p.period) > 5 then 0.6 else 1 end as visitors
from period p, span s;

insert into stats.published (site, grain, period, begins, ends, time_zone, state, at, preset, bounds)
select site, grain, period, period::timestamp at time zone 'Europe/Paris', period_end::timestamp at time zone 'Europe/Paris',
    'Europe/Paris', 'published', period_end::timestamp at time zone 'Europe/Paris' + interval '6 hours', 'balanced', '{}'
from invented
order by period_end, grain;

insert into stats.total (site, grain, period, measure, noisy, sigma)
select i.site, i.grain, i.period, m.measure, pg_temp.noisy(i.visitors * m.share, m.sigma), m.sigma
from invented i
join (values
    ('day', 'visitors', 1.0, 9.1), ('day', 'further_visits', 0.15, 25.8), ('day', 'first_visit_bounced', 0.44, 15.8),
    ('day', 'further_pageviews', 1.9, 77.8), ('day', 'engaged_minutes', 2.2, 141), ('day', 'click_visitors', 0.16, 22.4),
    ('day', 'unique_7', 5.6, 34.2), ('day', 'unique_28', 20, 59.2),
    ('week', 'visitors', 1, 22.4), ('week', 'further_pageviews', 2.0, 142),
    ('month', 'visitors', 1, 22.4), ('month', 'bound_hits_views', 0.02, 44.7), ('month', 'bound_hits_pages', 0.03, 44.7)
) m (grain, measure, share, sigma) on m.grain = i.grain
order by i.period_end, m.measure;

insert into stats.reach (site, period, gap, noisy, sigma)
select i.site, i.period, g.gap,
    pg_temp.noisy(i.visitors * case when g.gap = 32767 then 0.7 else 0.3 * 0.08 * exp(-g.gap * 0.08) end, 19.4), 19.4
from invented i
cross join (select generate_series(1, 396) as gap union all select 32767) g
where i.grain = 'day'
order by i.period, g.gap;

create temporary table invented_key as
with dimension (dimension, key, key2, share) as (
    select 'channel', key, '', share
    from (values
        ('direct', 0.31), ('search', 0.37), ('social', 0.08), ('email', 0.05), ('ai_assistant', 0.06), ('referral', 0.1),
        ('campaign', 0.03)) c (key, share)
    union all
    select 'device', key, '', share
    from (values
        ('desktop', 0.55), ('mobile', 0.41), ('tablet', 0.03), ('tv', 0), ('console', 0), ('watch', 0), ('other', 0.01)) c (key, share)
    union all
    select 'country', (array['FR', 'DE', 'BE', 'CH', 'ES', 'IT', 'GB', 'US', 'NL', 'CA'])[n], '',
        (array[0.55, 0.1, 0.08, 0.06, 0.05, 0.04, 0.04, 0.03, 0.02, 0.01])[n]
    from generate_series(1, 10) n
    union all
    select 'country', chr(65 + n / 26) || lower(chr(65 + n % 26)), '', 0.0002 from generate_series(1, 242) n
    union all
    select 'page', case when n = 0 then '/' when n < 500 then '/page/' || n else '(other)' end, '', 0.3 / (1 + n)
    from generate_series(0, 500) n
    union all
    select 'browser', 'Browser ' || n, '', 0.5 / (n * n) from generate_series(1, 31) n
    union all
    select 'system', 'System ' || n, '', 0.5 / (n * n) from generate_series(1, 10) n
    union all
    select 'screen', key, '', 1.0 / 7 from unnest(array['xs', 'sm', 'md', 'lg', 'xl', 'xxl', '(unknown)']) key
    union all
    select 'language', 'l' || n, '', 0.7 / (n * n) from generate_series(1, 188) n
    union all
    select 'referrer_host', case when n = 0 then '(other)' else 'host' || n || '.example' end, '', 0.1 / (1 + n)
    from generate_series(0, 300) n
    union all
    select 'campaign', 'campaign-' || n, 'newsletter / email', 0.01 from generate_series(1, 5) n
    union all
    select 'landing', case when n = 0 then '/' when n < 100 then '/page/' || n else '(other)' end, channel, 0.2 / (1 + n) / 7
    from generate_series(0, 100) n, unnest(array['direct', 'search', 'social', 'email', 'ai_assistant', 'referral', 'campaign']) channel
    union all
    select 'exit', case when n = 0 then '/' when n < 100 then '/page/' || n else '(other)' end, '', 0.2 / (1 + n)
    from generate_series(0, 100) n
    union all
    select 'click', 'click-' || n, '', 0.1 / n from generate_series(1, 20) n
    union all
    select 'outbound_host', 'host' || n || '.example', '', 0.05 / n from generate_series(1, 300) n
    union all
    select 'download', 'ext' || n, '', 0.01 / n from generate_series(1, 30) n
    union all
    select 'goal', goal, channel, 0.01
    from unnest(array['sign-up', 'demo asked']) goal,
        unnest(array['direct', 'search', 'social', 'email', 'ai_assistant', 'referral', 'campaign']) channel
    union all
    select metric, bucket::text, device, share * (array[0.12, 0.33, 0.27, 0.12, 0.07, 0.05, 0.03, 0.01])[bucket]
    from unnest(array['lcp', 'inp', 'cls']) metric, generate_series(1, 8) bucket,
        (values ('desktop', 0.55), ('mobile', 0.41), ('tablet', 0.03), ('tv', 0), ('console', 0), ('watch', 0), ('other', 0.01)) d (device, share)
    union all
    select 'problem', '/page/' || n, kind, 0.01 / n
    from generate_series(1, 30) n, unnest(array['not_found', 'script_error']) kind
    union all
    select 'consent', key, '', share from (values ('granted', 0.6), ('refused', 0.5)) c (key, share)
    union all
    select 'hour_of_week', weekday::text, lpad(hour::text, 2, '0'), (1 + sin((hour - 8) / 24.0 * 6.283)) / 168
    from generate_series(1, 7) weekday, generate_series(0, 23) hour
)
select d.dimension, d.key, d.key2, d.share, g.grain, g.sigma
from dimension d
join (values
    ('channel', 'day', 13.7), ('device', 'day', 13.7), ('country', 'day', 13.7), ('page', 'day', 25.8),
    ('device', 'week', 18.7), ('browser', 'week', 18.7), ('system', 'week', 18.7), ('screen', 'week', 18.7),
    ('country', 'week', 18.7), ('language', 'week', 18.7), ('channel', 'week', 18.7), ('page', 'week', 20.0),
    ('referrer_host', 'week', 14.1), ('campaign', 'week', 14.1), ('landing', 'week', 14.1), ('exit', 'week', 22.4),
    ('click', 'week', 22.4), ('outbound_host', 'week', 22.4), ('download', 'week', 22.4), ('goal', 'week', 22.4),
    ('lcp', 'week', 22.4), ('inp', 'week', 22.4), ('cls', 'week', 22.4), ('problem', 'week', 25.8), ('consent', 'week', 31.6),
    ('device', 'month', 41.8), ('browser', 'month', 41.8), ('system', 'month', 41.8), ('screen', 'month', 41.8),
    ('country', 'month', 41.8), ('language', 'month', 41.8), ('channel', 'month', 41.8), ('page', 'month', 40.0),
    ('referrer_host', 'month', 31.6), ('campaign', 'month', 31.6), ('hour_of_week', 'month', 22.4)
) g (dimension, grain, sigma) using (dimension);

insert into stats.breakdown (site, grain, period, dimension, key, key2, noisy, sigma)
select i.site, i.grain, i.period, k.dimension, k.key, k.key2, pg_temp.noisy(i.visitors * k.share, k.sigma), k.sigma
from invented i
join invented_key k on k.grain = i.grain
order by i.period_end, k.dimension, k.key, k.key2;

drop table invented, invented_key;
analyze stats.published, stats.total, stats.breakdown, stats.reach;
