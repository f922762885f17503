-- Different visitors by the bucket of each visitor-day's first sample of a metric, and by device. Bucket n ends where the nth edge
-- stands; the third edge is the limit of "good", the fifth that of "poor".
-- $1 site, $2 first day, $3 day after the last
with sample as (
    select distinct on (c.day, c.pseudonym, c.metric) c.pseudonym, c.device, c.metric, c.value
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'vital'
        and exists (
            select from raw.counted p
            where p.site = $1 and p.day = c.day and p.pseudonym = c.pseudonym and p.type = 'pageview')
    order by c.day, c.pseudonym, c.metric, c.received_at, c.beacon_id
)
select
    lower(metric) as name,
    (width_bucket(value::double precision, case metric
        when 'LCP' then array[1000, 1750, 2500, 3250, 4000, 6000, 10000]::double precision[]
        when 'INP' then array[50, 100, 200, 350, 500, 800, 1500]::double precision[]
        when 'CLS' then array[0.01, 0.05, 0.1, 0.175, 0.25, 0.5, 1]::double precision[]
    end) + 1)::text as key,
    device as key2,
    count(distinct pseudonym) as exact
from sample
group by 1, 2, 3
