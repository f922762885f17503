-- Different visitors of a range of days, known from the days since each came before, so that neither the change of pseudonyms at a
-- month's end nor a stored list of people is needed: a day of a visitor counts when the visit before it lies before the range.
-- $1 site, $2 first day, $3 day after the last
with visitor_day as (
    select c.day, c.pseudonym, max(c.gap) as gap
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    group by c.day, c.pseudonym
)
select $4::text as name, '' as key, '' as key2, count(*) as exact
from visitor_day
where not gap between 1 and day - $2::date
