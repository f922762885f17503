-- Different visitors of a week or month by what is known of each day's first pageview: dimensions, referrer host, campaign.
-- $1 site, $2 first day, $3 day after the last, $4 whether a browser is named with its major version
with first_pageview as materialized (
    select distinct on (c.day, c.pseudonym)
        c.pseudonym, c.device, c.browser, c.browser_major, c.system, c.screen, c.country, c.language, c.channel,
        c.referrer_host, c.utm_source, c.utm_medium, c.utm_campaign
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    order by c.day, c.pseudonym, c.received_at, c.beacon_id
)
select named.name, named.key, named.key2, count(distinct f.pseudonym) as exact
from first_pageview f
cross join lateral (values
    ('device', f.device, ''),
    ('browser', f.browser || case when $4 and f.browser_major is not null then ' ' || f.browser_major else '' end, ''),
    ('system', f.system, ''),
    ('screen', coalesce(f.screen, '(unknown)'), ''),
    ('country', coalesce(f.country, '(unknown)'), ''),
    ('language', coalesce(f.language, '(unknown)'), ''),
    ('channel', coalesce(f.channel, 'direct'), ''),
    ('referrer_host', f.referrer_host, ''),
    ('campaign',
        case when coalesce(f.utm_campaign, f.utm_source, f.utm_medium) is not null
            then coalesce(f.utm_campaign, '(unnamed)') end,
        coalesce(f.utm_source, '(none)') || ' / ' || coalesce(f.utm_medium, '(none)'))
) named (name, key, key2)
where named.key is not null
group by named.name, named.key, named.key2
