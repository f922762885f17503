-- Different visitors with a day beyond a bound: more than $4 further pageviews, more than $5 pages.
-- $1 site, $2 first day, $3 day after the last
with visitor_day as (
    select c.day, c.pseudonym, count(*) - 1 as further_pageviews, count(distinct c.path) as pages
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    group by c.day, c.pseudonym
)
select 'bound_hits_views' as name, '' as key, '' as key2, count(distinct pseudonym) filter (where further_pageviews > $4) as exact
from visitor_day
union all
select 'bound_hits_pages', '', '', count(distinct pseudonym) filter (where pages > $5)
from visitor_day
