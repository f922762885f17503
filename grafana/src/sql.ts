/**
 * The questions that the boards ask, as SQL on the schema `stats`. Grafana puts in `$site` and the other variables as text and
 * expands `$__timeFilter(column)`, `$__timeFrom()` and `$__timeTo()`; an argument of a macro ends at the first `)`, so none holds
 * parentheses. Who may read what is decided by the database role, never by these texts.
 */

/** How much time a row stands for. `$grain`, `$coarse` and `$step` follow the chosen range, see {@link GRAINS}. */
export type Grain = "day" | "week" | "month" | "$grain" | "$coarse" | "$step";

/** What the name of a dimension is in `stats.breakdown`. */
export type Dimension =
    | "channel" | "device" | "country" | "page" | "browser" | "system" | "screen" | "language" | "referrer_host" | "campaign"
    | "landing" | "exit" | "click" | "outbound_host" | "download" | "goal" | "problem" | "consent";

/** The finest grain whose rows are worth adding up over a range of so many days. A month's row knows who came in two weeks. */
export const GRAINS = {
    /** Where days have rows: channel, device, country, page. */
    grain: byLength("day", 10, "week", 62, "month"),
    /** Where only weeks and months have rows. */
    coarse: byLength("week", 0, "week", 62, "month"),
    /** Points of a line: enough to see its shape, few enough to see each one's interval. */
    step: byLength("day", 100, "week", 800, "month"),
} as const;

function byLength(fine: string, most: number, middle: string, mostMiddle: number, rough: string): string {
    const first = most === 0 ? "" : `    when days <= ${most} then '${fine}'\n`;
    return `select case\n${first}    when days <= ${mostMiddle} then '${middle}'\n    else '${rough}'\nend as grain
from (select round(extract(epoch from $__timeTo()::timestamptz - $__timeFrom()::timestamptz) / 86400) as days) chosen`;
}

/** Real sites before invented ones. */
export const SITES = `select site
from stats.sites
order by synthetic, site`;

/** Headline numbers of the range beside those of as many days before; the range is cut to days of the site's calendar. */
const COMPARED = `from stats.sites s
cross join lateral stats.compare(
    s.site,
    ($__timeFrom()::timestamptz at time zone s.time_zone)::date,
    ($__timeTo()::timestamptz at time zone s.time_zone - interval '1 second')::date) c
where s.site = '$site'`;

/** How a headline number is written, and how far its interval reaches: a number, a share, a quotient, minutes. */
const FORMS = {
    count: {factor: "", pattern: "FM999,999,999,990", unit: ""},
    share: {factor: "100 * ", pattern: "FM990.0", unit: " %"},
    quotient: {factor: "", pattern: "FM9990.00", unit: ""},
    minutes: {factor: "", pattern: "FM9990.00", unit: " min"},
} as const;

/** A column of its own for each measure: its number and, after ±, the farther end of its interval. */
export function headlines(measures: Record<string, [label: string, form: keyof typeof FORMS]>): string {
    const columns = Object.entries(measures).map(([measure, [label, form]]) => {
        const {factor, pattern, unit} = FORMS[form];
        return `    max(
        case
            when c.below_noise then 'below the noise'
            else to_char(${factor}c.value, '${pattern}') || ' ± '
                || to_char(${factor}greatest(c.high - c.value, c.value - c.low), '${pattern}') || '${unit}'
        end) filter (where c.measure = '${measure}') as "${label}"`;
    });
    return `select\n${columns.join(",\n")}\n${COMPARED}`;
}

/** A row for each headline number: interval, number before, change and its mark. */
export const COMPARISON = `with compared as (
    select
        c.measure, c.value, c.low, c.high, c.sigma, c.previous, c.previous_sigma, c.relative, c.mark, c.below_noise
    ${COMPARED.replaceAll("\n", "\n    ")}
),
back_again as (
    select
        d.value - n.value as value, sqrt(d.sigma * d.sigma + n.sigma * n.sigma) as sigma, d.previous - n.previous as previous,
        sqrt(d.previous_sigma * d.previous_sigma + n.previous_sigma * n.previous_sigma) as previous_sigma
    from compared d
    join compared n on n.measure = 'new_visitors'
    where d.measure = 'visitor_days'
),
every_row as (
    select measure, value, low, high, previous, relative, mark, below_noise
    from compared
    union all
    select
        'returning_visitors', greatest(value, 0), greatest(value - 1.959964 * sigma, 0), greatest(value + 1.959964 * sigma, 0),
        greatest(previous, 0), case when previous > 3 * previous_sigma then (value - previous) / previous end,
        stats.change(value, sigma, previous, previous_sigma), value < 3 * sigma
    from back_again
)
select
    l.label as "Measure",
    case
        when r.value is null then 'below the noise'
        when l.form = 'share' then to_char(100 * r.value, 'FM990.0') || ' %'
        when l.form = 'quotient' then to_char(r.value, 'FM9990.00')
        else to_char(r.value, 'FM999,999,999,990')
    end as "Value",
    case
        when r.low is null or r.high is null then '–'
        when l.form = 'share' then to_char(100 * r.low, 'FM990.0') || ' – ' || to_char(100 * r.high, 'FM990.0') || ' %'
        when l.form = 'quotient' then to_char(r.low, 'FM9990.00') || ' – ' || to_char(r.high, 'FM9990.00')
        else to_char(r.low, 'FM999,999,999,990') || ' – ' || to_char(r.high, 'FM999,999,999,990')
    end as "Between (95 %)",
    case
        when r.previous is null then '–'
        when l.form = 'share' then to_char(100 * r.previous, 'FM990.0') || ' %'
        when l.form = 'quotient' then to_char(r.previous, 'FM9990.00')
        else to_char(r.previous, 'FM999,999,999,990')
    end as "As many days before",
    round(r.relative::numeric, 2) as "Change",
    case when r.below_noise then 'below the noise' else coalesce(r.mark, 'nothing to compare') end as "The change is"
from every_row r
join (values
    (1, 'visitors', 'Visitors, different ones in the range', 'count'),
    (2, 'new_visitors', 'New visitors', 'count'),
    (3, 'returning_visitors', 'Returning visitors, each day''s', 'count'),
    (4, 'visits', 'Visits', 'count'),
    (5, 'pageviews', 'Pageviews', 'count'),
    (6, 'views_per_visit', 'Views per visit', 'quotient'),
    (7, 'bounce_rate', 'Bounce rate', 'share'),
    (8, 'click_rate', 'Visitors who click', 'share'),
    (9, 'engaged_minutes_per_visitor', 'Engaged minutes per visitor and day', 'quotient')
) l (place, measure, label, form) on l.measure = r.measure
order by l.place`;

/** One number over time with its interval: the band lies between `low` and `high`. */
export function line(measure: string, label: string, grain: Grain = "$step"): string {
    return `select time, value as "${label}", low as "low", high as "high"
from stats.totals
where site = '$site' and grain = '${grain}' and measure = '${measure}' and $__timeFilter(time)
order by time`;
}

/**
 * The same number of as many periods before those of the range, each under the one that it is compared with: the first under the
 * first. Times are never added to: a day has 23 or 25 hours when the clock changes.
 */
export function lineBefore(measure: string, grain: Grain = "$step"): string {
    return `with listed as (
    select
        p.period, p.begins, p.begins >= $__timeFrom()::timestamptz as chosen, row_number() over (order by p.begins) as place
    from stats.published p
    where p.site = '$site' and p.grain = '${grain}' and p.begins <= $__timeTo()::timestamptz
),
under as (
    select c.begins, b.period
    from listed c
    join listed b on b.place = c.place - (select count(*) from listed where chosen)
    where c.chosen
)
select u.begins as time, t.value as "the period before"
from under u
join stats.totals t on t.site = '$site' and t.grain = '${grain}' and t.measure = '${measure}' and t.period = u.period
order by u.begins`;
}

/**
 * The largest keys of a dimension over time, each a line of its own: those whose usual point stands out of the noise. The names of
 * keys that nobody knows beforehand begin with their rank, by which they have a colour.
 */
export function lines(dimension: Dimension, grain: Grain, most: number, names: "keys" | "ranks" = "keys"): string {
    const name = names === "keys" ? "s.key" : "l.rank || '. ' || s.key";
    return `with summed as (
    select p.begins as time, b.key, sum(b.noisy)::double precision as noisy, sum(b.sigma * b.sigma) as variance
    from stats.published p
    join stats.breakdown b on b.site = p.site and b.grain = p.grain and b.period = p.period and b.dimension = '${dimension}'
    where p.site = '$site' and p.grain = '${grain}' and $__timeFilter(p.begins)
    group by p.begins, b.key
),
largest as (
    select key, row_number() over (order by sum(noisy) desc, key) as rank
    from summed
    group by key
    having avg(noisy) >= 3 * sqrt(avg(variance))
)
select s.time, ${name} as metric, greatest(s.noisy, 0) as value
from summed s
join largest l on l.key = s.key
where l.rank <= ${most}
order by s.time, l.rank`;
}

/** One key over time with its interval. */
export function lineOfKey(dimension: Dimension, key: string, label: string, grain: Grain): string {
    return `select time, value as "${label}", low as "low", high as "high"
from stats.breakdowns
where site = '$site' and grain = '${grain}' and dimension = '${dimension}' and key = '${key}' and $__timeFilter(time)
order by time`;
}

/**
 * Which periods a table adds up: those that begin in the range; if none does, the last published one before its end. And as many
 * right before them.
 */
function sides(grain: Grain): string {
    return `with listed as (
    select
        p.period, p.begins >= least($__timeFrom()::timestamptz, max(p.begins) over ()) as chosen,
        row_number() over (order by p.begins desc) as back
    from stats.published p
    where p.site = '$site' and p.grain = '${grain}' and p.state = 'published' and p.begins < $__timeTo()
),
side as (
    select l.period, l.chosen
    from listed l
    cross join (select count(*) filter (where chosen) as chosen, count(*) as every from listed) n
    -- Fewer before are no comparison.
    where l.chosen or l.back <= 2 * n.chosen and n.every >= 2 * n.chosen
),
whole as (
    select
        count(*) filter (where s.chosen) = count(*) filter (where not s.chosen) as comparable,
        sum(t.noisy) filter (where s.chosen) as visitors,
        sqrt(sum(t.sigma * t.sigma) filter (where s.chosen)) as sigma
    from side s
    join stats.total t on t.site = '$site' and t.grain = '${grain}' and t.measure = 'visitors' and t.period = s.period
)`;
}

export interface Table {
    dimension: Dimension;
    grain: Grain;
    /** The heading of the key's column; with `second` that of key2's. */
    key: string;
    second?: string;
    most?: number;
    /** What else rows must be, in terms of `b.key` and `b.key2`. */
    only?: string;
    /** How many sigma a number must reach to be told from noise; 4 where there can be more than 1,000 keys. */
    above?: 3 | 4;
}

/** The largest keys of a dimension: number, interval, share of visitors, number before, and whether the change is real. */
export function table({dimension, grain, key, second, most = 20, only, above = 3}: Table): string {
    const columns = second === undefined ? "b.key" : "b.key, b.key2";
    const names = second === undefined ? "key" : "key, key2";
    const rest = second === undefined ? "" : ", null";
    return `${sides(grain)},
summed as (
    select
        ${columns},
        sum(b.noisy) filter (where s.chosen)::double precision as value,
        sqrt(sum(b.sigma * b.sigma) filter (where s.chosen)) as sigma,
        sum(b.noisy) filter (where not s.chosen)::double precision as previous,
        sqrt(sum(b.sigma * b.sigma) filter (where not s.chosen)) as previous_sigma,
        count(*) filter (where s.chosen) as listed, count(*) filter (where not s.chosen) as listed_before
    from side s
    cross join lateral (
        select e.key, e.key2, e.noisy, e.sigma
        from stats.breakdown e
        where e.site = '$site' and e.grain = '${grain}' and e.dimension = '${dimension}' and e.period = s.period
        -- Period by period: else a single day reads the dimension's every day.
        offset 0) b
    ${only === undefined ? "" : `where ${only}\n    `}group by ${columns}
),
judged as (
    select s.*, value >= ${above} * s.sigma as stands_out,
        -- What stood out before and is below the noise now has fallen, which is worth a row.
        value < ${above} * s.sigma and w.comparable and coalesce(previous >= ${above} * previous_sigma, false) as fell
    from summed s, whole w
    where value is not null
),
ranked as (
    select *, stands_out or fell as shown,
        row_number() over (order by case when fell then previous else value end desc, ${names}) as place,
        bool_or(listed <> listed_before) over () as moved
    from judged
)
(
    select
        key as "${key}",${second === undefined ? "" : ` key2 as "${second}",`}
        case when stands_out then value end as "Visitors",
        to_char(greatest(value - 1.959964 * r.sigma, 0), 'FM999,999,999,990') || ' – '
            || to_char(value + 1.959964 * r.sigma, 'FM999,999,999,990') as "Between (95 %)",
        case when w.visitors >= 3 * w.sigma and stands_out then least(value / w.visitors, 1) end as "Share",
        case when w.comparable and previous is not null then greatest(previous, 0) end as "Before",
        case
            when w.comparable and listed = listed_before and not (key = '(other)' and moved) and previous >= ${above} * previous_sigma
            then round(((value - previous) / previous)::numeric, 2)
        end as "Change",
        case
            when not w.comparable then 'nothing to compare'
            when listed_before = 0 then 'not listed before'
            when key = '(other)' and moved then 'not comparable'
            when listed <> listed_before then 'listed in part'
            else coalesce(stats.change(value, r.sigma, previous, previous_sigma), 'nothing to compare')
        end as "The change is"
    from ranked r, whole w
    where shown and place <= ${most}
    order by place
)
union all
select
    '(' || case when bool_or(shown) then count(*) || ' more, ' else '' end || count(*) filter (where not shown)
        || ' below the noise)'${rest},
    null, null, null, null, null, null
from ranked
where not shown or place > ${most}
having count(*) > 0`;
}

/** Lost periods, as marks on every line. */
export const LOST = `select
    begins as time, ends as timeend, 'The ' || grain || ' of ' || period || ' is lost: its noise is unknown, so it is never published'
    as text, 'lost' as tags
from stats.published
where site = '$site' and state = 'lost' and begins < $__timeTo() and ends > $__timeFrom()
order by begins`;

/** The first period under another preset: from here on, intervals are wider or narrower. */
export const PRESETS = `select begins as time, 'From here on published with the preset ' || preset as text, 'preset' as tags
from (
    select begins, preset, lag(preset) over (order by begins) as earlier
    from stats.published
    where site = '$site' and grain = 'day'
) p
where preset <> earlier and $__timeFilter(begins)
order by begins`;

/** Which days and weeks are published, in words. */
export const COVERS = `select
    coalesce(to_char(max(period) filter (where grain = 'day'), 'YYYY-MM-DD'), 'nothing yet') as "Days until",
    coalesce(to_char(max(ends) filter (where grain = 'week') - interval '1 day', 'YYYY-MM-DD'), 'none yet') as "Weeks until",
    coalesce(to_char(max(period) filter (where grain = 'month'), 'YYYY-MM'), 'none yet') as "Months until"
from stats.published
where site = '$site' and state = 'published'`;

/** Goals with the share of all visitors that reached them: by weeks, both numbers with their noise. */
export function conversions(): string {
    return `${sides("week")},
all_visitors as (
    select
        sum(t.noisy) filter (where s.chosen)::double precision as value,
        sum(t.sigma * t.sigma) filter (where s.chosen) as variance,
        sum(t.noisy) filter (where not s.chosen)::double precision as previous,
        sum(t.sigma * t.sigma) filter (where not s.chosen) as previous_variance
    from side s
    join stats.total t on t.site = '$site' and t.grain = 'week' and t.measure = 'visitors' and t.period = s.period
),
goals as (
    select
        b.key as goal,
        sum(b.noisy) filter (where s.chosen)::double precision as value,
        sum(b.sigma * b.sigma) filter (where s.chosen) as variance,
        sum(b.noisy) filter (where not s.chosen)::double precision as previous,
        sum(b.sigma * b.sigma) filter (where not s.chosen) as previous_variance
    from side s
    join stats.breakdown b on b.site = '$site' and b.grain = 'week' and b.dimension = 'goal' and b.period = s.period
    group by b.key
)
select
    g.goal as "Goal",
    case when g.value >= 3 * sqrt(g.variance) then g.value end as "Visitors",
    case when g.value >= 3 * sqrt(g.variance) then n.value end as "Conversion",
    coalesce(to_char(100 * n.low, 'FM990.00') || ' – ' || to_char(100 * n.high, 'FM990.00') || ' %', 'below the noise') as "Between (95 %)",
    case when w.comparable and g.previous >= 3 * sqrt(g.previous_variance) then g.previous end as "Before",
    case
        when w.comparable and g.value >= 3 * sqrt(g.variance) and g.previous >= 3 * sqrt(g.previous_variance)
        then round(((n.value - b.value) / b.value)::numeric, 2)
    end as "Change",
    case
        when g.value < 3 * sqrt(g.variance) then 'below the noise'
        when w.comparable then coalesce(stats.change(n.value, n.sigma, b.value, b.sigma), 'not listed before')
        else 'nothing to compare'
    end as "The change is"
from goals g
cross join all_visitors a
cross join whole w
left join lateral stats.ratio(g.value, g.variance, a.value, a.variance, 0, 1) n on true
left join lateral stats.ratio(g.previous, g.previous_variance, a.previous, a.previous_variance, 0, 1) b on true
where g.value is not null
order by g.value desc`;
}

/** The goals of the last published week, the most reached first. */
export const GOALS = `select key
from stats.breakdown
where site = '$site' and grain = 'week' and dimension = 'goal' and period = (
    select max(period)
    from stats.published
    where site = '$site' and grain = 'week' and state = 'published')
group by key
order by sum(noisy) desc, key`;

/** One goal by week, its channels added up. */
export const GOAL_LINE = `select
    p.begins as time, greatest(g.noisy, 0) as "Visitors", greatest(g.noisy - 1.959964 * g.sigma, 0) as "low",
    greatest(g.noisy + 1.959964 * g.sigma, 0) as "high"
from stats.published p
cross join lateral (
    select sum(b.noisy)::double precision as noisy, sqrt(sum(b.sigma * b.sigma)) as sigma
    from stats.breakdown b
    where b.site = p.site and b.grain = p.grain and b.period = p.period and b.dimension = 'goal' and b.key = '$goal'
) g
where p.site = '$site' and p.grain = 'week' and g.noisy is not null and $__timeFilter(p.begins)
order by p.begins`;

/** A month's hours by weekday; the months of the range added up. */
export const HOURS = `${sides("month")},
cell as (
    select b.key as weekday, b.key2 as hour, sum(b.noisy)::double precision as value, sqrt(sum(b.sigma * b.sigma)) as sigma
    from side s
    join stats.breakdown b on b.site = '$site' and b.grain = 'month' and b.dimension = 'hour_of_week' and b.period = s.period
    where s.chosen
    group by b.key, b.key2
)
select
    hour || ':00' as "Hour",
${["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    .map((day, index) => `    max(value) filter (where weekday = '${index + 1}' and value >= 3 * sigma) as "${day}"`).join(",\n")}
from cell
group by hour
order by hour::int`;

/** Visitors by the days since they came before, added up over the range, beside as many days before. */
export const RECENCY = `with range as (
    select
        ($__timeFrom()::timestamptz at time zone s.time_zone)::date as first,
        least(
            ($__timeTo()::timestamptz at time zone s.time_zone - interval '1 second')::date, s.last_published_day) as last
    from stats.sites s
    where s.site = '$site'
),
span as materialized (
    select r.first, r.last, (
        select count(*)
        from stats.published p
        where p.site = '$site' and p.grain = 'day' and p.state = 'published'
            and p.period between r.first - (r.last - r.first + 1) and r.first - 1) = r.last - r.first + 1 as comparable
    from range r
),
counted as (
    select
        r.comparable, g.period >= r.first as chosen,
        case when g.gap = 32767 then 6 when g.gap = 1 then 1 when g.gap <= 7 then 2 when g.gap <= 28 then 3 when g.gap <= 90 then 4 else 5 end
            as place,
        sum(g.noisy)::double precision as noisy, sum(g.sigma * g.sigma) as variance
    from span r
    join stats.reach g on g.site = '$site'
        and g.period between case when r.comparable then r.first - (r.last - r.first + 1) else r.first end and r.last
    group by 1, 2, 3
),
beside as (
    select
        n.place, n.comparable, n.noisy as value, sqrt(n.variance) as sigma, b.noisy as previous, sqrt(b.variance) as previous_sigma
    from counted n
    left join counted b on b.place = n.place and not b.chosen
    where n.chosen
)
select
    (array['the day before', '2 to 7 days', '8 to 28 days', '29 to 90 days', 'more than 90 days', 'never before: new'])[place]
        as "The visit before",
    case when value >= 3 * sigma then value end as "Visitors",
    to_char(greatest(value - 1.959964 * sigma, 0), 'FM999,999,999,990') || ' – '
        || to_char(greatest(value, 0) + 1.959964 * sigma, 'FM999,999,999,990') as "Between (95 %)",
    case
        when value < 3 * sigma then 'below the noise'
        when comparable then coalesce(stats.change(value, sigma, previous, previous_sigma), 'nothing to compare')
        else 'nothing to compare'
    end as "The change is"
from beside
order by place`;

export type Vital = "LCP" | "INP" | "CLS";

/** The weeks that begin in the range, or the last one before, added up. */
const VITALS = `(
    select min(p.period) as first, max(p.period) as last
    from (
        select p.period, p.begins, max(p.begins) over () as latest
        from stats.published p
        where p.site = '$site' and p.grain = 'week' and p.state = 'published' and p.begins < $__timeTo()
    ) p
    where p.begins >= least($__timeFrom()::timestamptz, p.latest)
) w
cross join lateral stats.vitals_of('$site', w.first, w.last) v`;

export function vital(metric: Vital): string {
    return `select
    v.device as "Device", v.good / s.whole as "good", v.needs_improvement / s.whole as "needs improvement", v.poor / s.whole as "poor"
from ${VITALS}
cross join lateral (select nullif(v.good + v.needs_improvement + v.poor, 0) as whole) s
where v.metric = '${metric}' and not v.below_noise and v.device <> '(all)'
order by v.visitors desc`;
}

export function vitalLine(metric: Vital): string {
    return `select time, good as "Good", good_low as "low", good_high as "high"
from stats.vitals
where site = '$site' and grain = 'week' and metric = '${metric}' and device = '(all)' and $__timeFilter(time)
order by time`;
}

export const P75 = `select
    v.metric as "Metric", v.device as "Device",
    round(100 * v.good) || ' %' as "Good",
    round(100 * v.good_low) || ' – ' || round(100 * v.good_high) || ' %' as "Between (95 %)",
    case
        when v.p75 is null then 'not known to 5 points'
        when v.metric = 'CLS' then to_char(v.p75, 'FM90.00')
        else to_char(v.p75, 'FM999,990') || ' ms'
    end as "p75",
    case
        when v.p75 is null then '–'
        when v.p75 <= case v.metric when 'LCP' then 2500 when 'INP' then 200 else 0.1 end then 'good'
        when v.p75 <= case v.metric when 'LCP' then 4000 when 'INP' then 500 else 0.25 end then 'needs improvement'
        else 'poor'
    end as "Rating",
    to_char(v.visitors, 'FM999,999,990') || ' ± ' || to_char(1.959964 * v.sigma, 'FM999,990') as "Of visitors"
from ${VITALS}
where not v.below_noise
order by array_position(array['LCP', 'INP', 'CLS'], v.metric), v.device = '(all)' desc, v.visitors desc`;

/** Each week with the three before it: at 1,000 visitors a day a single week's p75 is not known. */
export const VITAL_LINES = `select p.begins as time, v.p75 as "p75"
from stats.published p
cross join lateral stats.vitals_of(p.site, p.period - 21, p.period) v
where p.site = '$site' and p.grain = 'week' and p.state = 'published' and $__timeFilter(p.begins)
    and v.metric = 'LCP' and v.device = '(all)' and v.p75 is not null
order by p.begins`;

/** Facts of the installation, each a column. */
export function facts(names: Record<string, string>): string {
    const columns = Object.entries(names).map(([name, label]) => `    max(number) filter (where name = '${name}') as "${label}"`);
    return `select\n${columns.join(",\n")}\nfrom stats.operations`;
}

/** The first choices and their shares. Fewer choices are fewer visitors; whether they choose otherwise is seen in the shares. */
export const CONSENT = `${sides("week")},
summed as (
    select
        b.key, s.chosen, sum(b.noisy)::double precision as noisy, sum(b.sigma * b.sigma) as variance,
        (sum(sum(b.noisy)) over side_of)::double precision as every_choice,
        sum(sum(b.sigma * b.sigma)) over side_of as every_variance
    from side s
    join stats.breakdown b on b.site = '$site' and b.grain = 'week' and b.dimension = 'consent' and b.period = s.period
    group by b.key, s.chosen
    window side_of as (partition by s.chosen)
),
shared as (
    select m.key, m.chosen, m.noisy, r.value, r.low, r.high, r.sigma
    from summed m
    left join lateral stats.ratio(m.noisy, m.variance, m.every_choice, m.every_variance, m.variance, 1) r on true
)
select
    n.key as "Choice", greatest(n.noisy, 0) as "Choices", n.value as "Share",
    coalesce(to_char(100 * n.low, 'FM990.0') || ' – ' || to_char(100 * n.high, 'FM990.0') || ' %', 'below the noise') as "Between (95 %)",
    case when w.comparable then b.value end as "Share before",
    case when w.comparable then to_char(100 * (n.value - b.value), 'FMSG990.0') || ' points' end as "Difference",
    case
        when n.value is null then 'below the noise'
        when w.comparable then coalesce(stats.change(n.value, n.sigma, b.value, b.sigma), 'nothing to compare')
        else 'nothing to compare'
    end as "The change is"
from shared n
cross join whole w
left join shared b on b.key = n.key and not b.chosen
where n.chosen
order by n.key`;

/** Of each week's first choices, those to grant, with the interval of the share. */
export const CONSENT_LINE = `select p.begins as time, r.value as "Granted", r.low as "low", r.high as "high"
from stats.published p
cross join lateral (
    select
        sum(b.noisy) filter (where b.key = 'granted')::double precision as granted,
        sum(b.sigma * b.sigma) filter (where b.key = 'granted') as granted_variance,
        sum(b.noisy)::double precision as every_choice, sum(b.sigma * b.sigma) as every_variance
    from stats.breakdown b
    where b.site = p.site and b.grain = p.grain and b.period = p.period and b.dimension = 'consent'
) c
cross join lateral stats.ratio(c.granted, c.granted_variance, c.every_choice, c.every_variance, c.granted_variance, 1) r
where p.site = '$site' and p.grain = 'week' and $__timeFilter(p.begins)
order by p.begins`;

export const BOUND_HITS = `select
    to_char(h.period, 'YYYY-MM') as "Month",
    case h.measure when 'bound_hits_views' then 'views' else 'pages' end as "Bound",
    case when h.below_noise then 'below the noise' else to_char(h.value, 'FM999,999,990') end as "Visitors cut",
    to_char(h.low, 'FM999,999,990') || ' – ' || to_char(h.high, 'FM999,999,990') as "Between (95 %)"
from stats.totals h
where h.site = '$site' and h.grain = 'month' and h.measure in ('bound_hits_views', 'bound_hits_pages') and h.time < $__timeTo()
order by h.period desc, h.measure desc
limit 12`;

export const RUNS = `select
    case name when 'retention_last_success' then 'Retention' else 'Publication' end as "Job",
    coalesce(to_char(time at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC', 'never') as "Last success",
    round(number / 3600)::text || ' h' as "Ago",
    coalesce(text, 'not paused') as "State"
from stats.operations
where name in ('retention_last_success', 'publication_last_success')
order by name desc`;

export const PERIODS = `select
    replace(name, 'periods_', '') as "Periods", coalesce(text, 'all') as "Grain", number as "How many", time as "Last"
from stats.operations
where name in ('periods_published', 'periods_lost', 'periods_overdue') and site = '$site'
order by name, text`;

export const GUARANTEES = `select
    site as "Site", preset as "Preset", rho as "Budget ρ", guess_points as "Guess gains",
    first_published_day::text as "From", last_published_day::text as "Until"
from stats.sites
order by synthetic, site`;

export const LIVE_SITES = `select site
from live.hours
union
select site
from live.now
order by site`;

export const LIVE_NOW = `select visitors as "Visitors", pageviews as "Pageviews", clicks as "Clicks", engaged_minutes as "Engaged time"
from live.now
where site = '$site'`;

export const LIVE_HOURS = `select time, visitors as "Visitors", pageviews as "Pageviews"
from live.hours
where site = '$site' and $__timeFilter(time)
order by time`;
