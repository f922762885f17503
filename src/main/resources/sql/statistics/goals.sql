-- Different visitors who reached each goal, by the channel of their day's first pageview, each visitor-day counted for the first
-- $4 goals it reaches. $1 site, $2 first day, $3 day after the last
with reached as (
    select c.day, c.pseudonym, g.goal, min(c.received_at) as at
    from raw.counted c
    join registry.goal g on g.site = c.site
        and ((g.kind = 'page' and c.type = 'pageview' and c.path = g.target)
            or (g.kind = 'click' and c.type = 'click' and c.click = g.target))
    where c.site = $1 and c.day >= $2 and c.day < $3
    group by 1, 2, 3
),
placed as (
    select day, pseudonym, goal, row_number() over (partition by day, pseudonym order by at, goal) as place
    from reached
),
first_pageview as (
    select distinct on (c.day, c.pseudonym) c.day, c.pseudonym, coalesce(c.channel, 'direct') as channel
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    order by c.day, c.pseudonym, c.received_at, c.beacon_id
)
select 'goal' as name, p.goal as key, f.channel as key2, count(distinct p.pseudonym) as exact
from placed p
join first_pageview f using (day, pseudonym)
where p.place <= $4
group by 2, 3
