-- Different visitors who met each problem on a page, each visitor-day counted for the first $4 of them. Pages outside the known
-- list $5 are '(other)' together, which is one of those, and each a candidate by itself.
-- $1 site, $2 first day, $3 day after the last
with met as (
    select c.day, c.pseudonym, c.received_at, c.problem, c.path, c.path <> all($5::text[]) as unknown
    from raw.counted c
    where c.site = $1 and c.day >= $2 and c.day < $3 and c.type = 'problem'
        and exists (
            select from raw.counted p
            where p.site = $1 and p.day = c.day and p.pseudonym = c.pseudonym and p.type = 'pageview')
),
seen as (
    select day, pseudonym, problem, case when unknown then '(other)' else path end as page, min(received_at) as at
    from met
    group by 1, 2, 3, 4
    union all
    select day, pseudonym, problem, path, min(received_at)
    from met
    where unknown and path <> '/(other)'
    group by 1, 2, 3, 4
),
placed as (
    select day, pseudonym, problem, page,
        row_number() over (partition by day, pseudonym order by at, page <> '(other)', problem, page) as place
    from seen
)
select 'problem' as name, page as key, problem as key2, count(distinct pseudonym) as exact
from placed
where place <= $4
group by page, problem
