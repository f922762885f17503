-- Published statistics: bounded counts with noise, drawn once, kept for ever; and what the operator registers for them.

-- registry: what is measured ---------------------------------------------------------------------------------------------

-- Statistics begin with this day.
alter table registry.site add column first_day date not null default current_date;
update registry.site set first_day = (created_at at time zone time_zone)::date;
-- How much one browser's day may count for where the site differs from the defaults: {"further_pageviews": 30}.
alter table registry.site add column bounds jsonb not null default '{}';

-- Pages that are published whether visited or not; a segment that begins with a colon stands for any.
create table registry.route (
    site text not null references registry.site,
    pattern text not null check (pattern like '/%' and length(pattern) <= 256),
    primary key (site, pattern)
);

-- Named clicks that are published whether clicked or not.
create table registry.click (
    site text not null references registry.site,
    click text not null,
    primary key (site, click)
);

-- What the operator wants visitors to reach: a page or a named click.
create table registry.goal (
    site text not null references registry.site,
    goal text not null check (length(goal) between 1 and 60),
    kind text not null check (kind in ('page', 'click')),
    target text not null,
    primary key (site, goal)
);

insert into registry.job (job) values ('publication');

-- The draw that was begun last for a period. The journal holds the same number: a database that does not know it is older than the draw.
create table registry.draw (
    site text not null,
    grain text not null,
    period date not null,
    draw uuid not null,
    primary key (site, grain, period)
);

-- rights: whose rows stay and are used for nothing until released, by the pseudonyms of their living months ---------------

create table rights.withheld (
    site text not null,
    pseudonym uuid not null,
    month date not null,
    primary key (pseudonym, site)
);

-- raw: what statistics may use. The gap of a first visit is larger than any number of days a cookie lives.
create view raw.counted as
    select
        e.site, e.day, e.pseudonym, e.received_at, e.beacon_id, e.type, e.path, e.referrer_host, e.channel,
        e.utm_source, e.utm_medium, e.utm_campaign, e.browser, e.browser_major, e.system, e.device, e.screen,
        e.country, e.language, e.click, e.target_host, e.download, e.seconds, e.metric, e.value, e.problem,
        case when e.first_visit then 32767 else e.gap_days end as gap
    from raw.event_named e
    where not exists (
        select from rights.withheld w
        where w.site = e.site and w.pseudonym = e.pseudonym);

-- stats: immutable rows ----------------------------------------------------------------------------------------------------

create table stats.published (
    site text not null,
    grain text not null check (grain in ('day', 'week', 'month')),
    -- The period's first day; weeks begin on Monday.
    period date not null,
    begins timestamptz(0) not null,
    ends timestamptz(0) not null,
    time_zone text not null,
    -- A period whose noise was drawn before the database returned to an older state, and whose rows nobody has, is lost: it is never
    -- drawn again.
    state text not null check (state in ('published', 'lost')),
    at timestamptz(0) not null,
    preset text not null,
    bounds jsonb not null,
    primary key (site, grain, period),
    check (ends > begins)
);

create table stats.total (
    site text not null,
    grain text not null,
    period date not null,
    measure text not null,
    noisy bigint not null,
    sigma double precision not null,
    primary key (site, grain, measure, period),
    foreign key (site, grain, period) references stats.published
);

create table stats.breakdown (
    site text not null,
    grain text not null,
    period date not null,
    dimension text not null,
    key text not null,
    key2 text not null default '',
    noisy bigint not null,
    sigma double precision not null,
    primary key (site, grain, dimension, period, key, key2),
    foreign key (site, grain, period) references stats.published
);

-- Visitors of a day by the days since they came before; 32767: never before.
create table stats.reach (
    site text not null,
    period date not null,
    gap smallint not null check (gap between 1 and 396 or gap = 32767),
    noisy bigint not null,
    sigma double precision not null,
    primary key (site, period, gap)
);

create function stats.refuse_change() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'published statistics never change' using errcode = 'integrity_constraint_violation';
end
$$;

do $$
declare
    name text;
begin
    foreach name in array array['published', 'total', 'breakdown', 'reach'] loop
        execute format('create trigger never_changes before update or delete or truncate on stats.%I'
            ' for each statement execute function stats.refuse_change()', name);
    end loop;
end
$$;

-- grants -------------------------------------------------------------------------------------------------------------------

alter view raw.counted owner to ${retention};
grant select on raw.counted to ${publisher};
grant select, delete on rights.withheld to ${retention};
grant select, insert, delete on rights.withheld to ${rights};

grant select on registry.route to ${collector}, ${publisher};
grant select on registry.click, registry.goal to ${publisher};
grant select, insert, update on registry.draw to ${publisher};

grant usage on schema stats to ${publisher}, ${dashboards};
grant select, insert on stats.published, stats.total, stats.breakdown, stats.reach to ${publisher};
grant select on stats.published, stats.total, stats.breakdown, stats.reach to ${dashboards};

grant usage on schema consent to ${publisher};
grant select (site, choice, first_choice, day) on consent.receipt to ${publisher};
