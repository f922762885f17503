-- First choices of a period. $1 site, $2 first day, $3 day after the last
select 'consent' as name, choice as key, '' as key2, count(*) as exact
from consent.receipt
where site = $1 and day >= $2 and day < $3 and first_choice and choice in ('granted', 'refused')
group by choice
