-- Different visitors of each page, each visitor-day counted for the first $4 pages it sees. Pages outside the known list $5 are
-- '(other)' together, which is one of those pages, and each a candidate by itself.
-- $1 site, $2 first day, $3 day after the last, $6 whether candidates are wanted
with seen as (
    select
        c.day, c.pseudonym, case when c.path = any($5::text[]) then c.path else '(other)' end as page,
        min(c.received_at) as at
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
    group by 1, 2, 3
    union all
    select c.day, c.pseudonym, c.path, min(c.received_at)
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'pageview'
        and $6 and c.path <> all($5::text[]) and c.path <> '/(other)'
    group by 1, 2, 3
),
placed as (
    select day, pseudonym, page,
        row_number() over (partition by day, pseudonym order by at, page <> '(other)', page) as place
    from seen
)
select 'page' as name, page as key, '' as key2, count(distinct pseudonym) as exact
from placed
where place <= $4
group by page
