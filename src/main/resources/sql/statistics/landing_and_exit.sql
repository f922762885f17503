-- Different visitors by the page on which each day's first visit began, with its channel, and by the page on which its last visit
-- ended; pages outside the known list $4 are '(other)'. $1 site, $2 first day, $3 day after the last
with pageview as materialized (
    select
        c.day, c.pseudonym, coalesce(c.channel, 'direct') as channel,
        case when c.path = any($4::text[]) then c.path else '(other)' end as page,
        row_number() over (partition by c.day, c.pseudonym order by c.received_at, c.beacon_id) as nth,
        count(*) over (partition by c.day, c.pseudonym) as pageviews
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
)
select 'landing' as name, page as key, channel as key2, count(distinct pseudonym) as exact
from pageview
where nth = 1
group by page, channel
union all
select 'exit', page, '', count(distinct pseudonym)
from pageview
where nth = pageviews
group by page
