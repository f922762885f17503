-- Different visitors by the weekday (1 Monday) and hour, in zone $4, of their days' first pageviews.
-- $1 site, $2 first day, $3 day after the last
with first_pageview as (
    select c.day, c.pseudonym, min(c.received_at) as at
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    group by c.day, c.pseudonym
)
select
    'hour_of_week' as name,
    extract(isodow from day)::int::text as key,
    lpad(extract(hour from at at time zone $4)::int::text, 2, '0') as key2,
    count(distinct pseudonym) as exact
from first_pageview
group by 2, 3
