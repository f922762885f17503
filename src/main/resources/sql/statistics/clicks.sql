-- Different visitors of each named click, outbound host and kind of download, each visitor-day counted for the first $4 of them.
-- Names outside the known list $5 and hosts outside $6 are '(other)' together, which is one of those, and each a candidate by
-- itself. $1 site, $2 first day, $3 day after the last
with clicked as (
    select
        c.day, c.pseudonym, c.received_at,
        case when c.click is not null then 'click' when c.target_host is not null then 'outbound_host' else 'download' end as name,
        coalesce(c.click, c.target_host, c.download) as key,
        (c.click is not null and c.click <> all($5::text[]))
            or (c.click is null and c.target_host is not null and c.target_host <> all($6::text[])) as unknown
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'click'
        and exists (
            select from raw.counted p
            where p.site = $1 and p.day = c.day and p.pseudonym = c.pseudonym and p.type = 'pageview')
),
seen as (
    select day, pseudonym, name, case when unknown then '(other)' else key end as key, min(received_at) as at
    from clicked
    group by 1, 2, 3, 4
    union all
    select day, pseudonym, name, key, min(received_at)
    from clicked
    where unknown
    group by 1, 2, 3, 4
),
placed as (
    select day, pseudonym, name, key,
        row_number() over (partition by day, pseudonym order by at, key <> '(other)', name, key) as place
    from seen
)
select name, key, '' as key2, count(distinct pseudonym) as exact
from placed
where place <= $4
group by name, key
