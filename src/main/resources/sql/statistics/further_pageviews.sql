-- Pageviews beyond each visitor-day's first, at most $4 a day. $1 site, $2 first day, $3 day after the last
with visitor_day as (
    select c.day, c.pseudonym, count(*) - 1 as further
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    group by c.day, c.pseudonym
)
select 'further_pageviews' as name, '' as key, '' as key2, coalesce(sum(least(further, $4)), 0)::bigint as exact
from visitor_day
