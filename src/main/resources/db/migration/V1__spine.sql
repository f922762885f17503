-- The spine: sites, consent, keys, raw events and the ledger of their destruction.
-- ${collector}, ${retention} … are the duty roles; each gets what its duty needs and nothing else.

create schema raw;
create schema live;
create schema stats;
create schema registry;
create schema consent;
create schema rights;
create schema keys;

-- registry: what is measured, and what the installation's jobs did -----------------------------------------------------

create table registry.site (
    site text primary key check (site ~ '^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$'),
    origins text[] not null check (cardinality(origins) between 1 and 100),
    time_zone text not null,
    -- A change of zone takes effect with the next month, so that a month's days never overlap.
    next_time_zone text,
    next_time_zone_from date,
    preset text not null default 'balanced' check (preset in ('strict', 'balanced', 'light')),
    synthetic boolean not null default false,
    created_at timestamptz(0) not null default now(),
    check ((next_time_zone is null) = (next_time_zone_from is null))
);

create table registry.job (
    job text primary key,
    last_success timestamptz(0),
    paused_because text
);
insert into registry.job (job) values ('retention'), ('partitions');

-- One hash chain for everything that must be provable later. Appended by whoever did the deed, changed by nobody.
create table registry.ledger (
    seq bigint primary key check (seq > 0),
    at timestamptz(0) not null,
    kind text not null,
    detail text not null,
    previous bytea not null check (length(previous) = 32),
    hash bytea not null unique check (length(hash) = 32)
);

-- consent: which notice was shown, and that somebody chose -------------------------------------------------------------

create table consent.notice (
    version integer not null check (version >= 1),
    sha256 bytea not null check (length(sha256) = 32),
    text text not null,
    first_shown timestamptz(0) not null default now(),
    primary key (version, sha256)
);

-- A receipt proves a choice; it holds no address, no user agent and no pseudonym. Its number lives in the visitor's cookie only.
create table consent.receipt (
    receipt uuid primary key,
    site text not null,
    notice_version integer not null,
    notice_sha256 bytea not null check (length(notice_sha256) = 32),
    script_sha256 bytea check (length(script_sha256) = 32),
    choice text not null check (choice in ('granted', 'refused', 'withdrawn', 'objected')),
    method text not null check (method in ('banner', 'cmp', 'api', 'page')),
    first_choice boolean not null,
    day date not null
);
create index receipt_day on consent.receipt (day);

-- rights: what outlives the month keys, for those who asked ------------------------------------------------------------

create table rights.tag (
    site text not null,
    tag uuid not null,
    kind text not null check (kind in ('objected', 'restricted', 'released')),
    day date not null,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (tag, site)
);
create index tag_changed_at on rights.tag (changed_at);
create index tag_day on rights.tag (day);

-- keys: month keys, wrapped by a file that lies outside the database ---------------------------------------------------

create table keys.month (
    site text not null,
    month date not null check (extract(day from month) = 1),
    wrapped bytea not null check (length(wrapped) = 40),
    primary key (site, month)
);

-- raw: events with a pseudonym, one partition per site-local day -------------------------------------------------------
-- Closed lists are stored as small codes (raw.event_named names them); 8-byte columns first, so that no byte is padding.

create table raw.event (
    received_at timestamptz(0) not null,
    day date not null,
    pseudonym uuid not null,
    beacon_id uuid not null,
    type smallint not null,
    channel smallint,
    browser smallint not null,
    browser_major smallint not null,
    system smallint not null,
    device smallint not null,
    screen smallint,
    seconds smallint,
    scroll smallint,
    metric smallint,
    problem smallint,
    gap_days smallint,
    value real,
    site text not null,
    path text not null,
    country text,
    language text,
    referrer_host text,
    utm_source text,
    utm_medium text,
    utm_campaign text,
    click text,
    target_host text,
    download text,
    primary key (pseudonym, beacon_id, day)
) partition by range (day);

-- The same rows with the closed lists' names; a test compares them with the code's own lists.
create view raw.event_named as
    select
        e.received_at, e.day, e.pseudonym, e.beacon_id, e.site,
        (array[
            'pageview', 'click', 'engagement', 'vital', 'problem'])[e.type] as type,
        e.path, e.referrer_host,
        (array[
            'direct', 'search', 'social', 'email', 'ai_assistant', 'referral', 'campaign'])[e.channel] as channel,
        e.utm_source, e.utm_medium, e.utm_campaign,
        (array[
            'other', 'Chrome', 'Safari', 'Edge', 'Firefox', 'Samsung Internet', 'Opera', 'Opera Mini',
            'Internet Explorer', 'Android Browser', 'Android WebView', 'iOS in-app', 'Google app', 'DuckDuckGo',
            'Vivaldi', 'Yandex Browser', 'UC Browser', 'Huawei Browser', 'Mi Browser', 'Amazon Silk', 'Whale',
            'QQ Browser', 'Facebook app', 'Instagram app', 'LinkedIn app', 'Snapchat app', 'Pinterest app',
            'TikTok app', 'WeChat app', 'LINE app', 'Ecosia'])[e.browser + 1] as browser,
        nullif(e.browser_major, 0) as browser_major,
        (array[
            'other', 'Windows', 'macOS', 'iOS', 'Android', 'Linux', 'ChromeOS', 'HarmonyOS', 'TV system',
            'console system'])[e.system + 1] as system,
        (array[
            'other', 'desktop', 'mobile', 'tablet', 'tv', 'console', 'watch'])[e.device + 1] as device,
        (array[
            'xs', 'sm', 'md', 'lg', 'xl', 'xxl'])[e.screen] as screen,
        e.country, e.language, e.click, e.target_host, e.download, e.seconds, e.scroll,
        (array[
            'LCP', 'INP', 'CLS'])[e.metric] as metric,
        e.value,
        (array[
            'not_found', 'script_error'])[e.problem] as problem,
        -- 32767 marks a visitor who was never seen before.
        nullif(e.gap_days, 32767) as gap_days,
        e.gap_days = 32767 as first_visit
    from raw.event e;

-- Beacon ids of the minutes around a site's midnight: a retry on the other side of it has another day, and perhaps another pseudonym.
create table raw.seen (
    beacon_id uuid primary key,
    day date not null,
    seen_at timestamptz(0) not null
);
create index seen_seen_at on raw.seen (seen_at);

-- Makes the partition of a day without blocking inserts: LIKE and ATTACH take no lock that an insert or a long read waits for.
create function raw.make_day(wanted date) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    partition text := 'event_' || to_char(wanted, 'YYYYMMDD');
begin
    perform set_config('lock_timeout', '2s', true);
    perform pg_advisory_xact_lock(hashtextextended('lethe raw.make_day', 0));
    if exists (
        select from pg_inherits
        where inhparent = 'raw.event'::regclass and inhrelid = to_regclass('raw.' || partition)
    ) then
        return false;
    end if;
    execute format('create table raw.%I (like raw.event including all)', partition);
    execute format('alter table raw.event attach partition raw.%I for values from (%L) to (%L)',
        partition, wanted, wanted + 1);
    return true;
end
$$;

-- A day's partition, its bounds and size: what retention looks at and the compliance report prints.
create view raw.day as
    select
        to_date(right(c.relname, 8), 'YYYYMMDD') as day,
        c.oid::regclass::text as partition,
        i.inhdetachpending as detaching,
        pg_total_relation_size(c.oid) as bytes
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'raw.event'::regclass;

-- grants ----------------------------------------------------------------------------------------------------------------

alter schema raw owner to ${retention};
alter table raw.event owner to ${retention};
alter table raw.seen owner to ${retention};
alter function raw.make_day(date) owner to ${retention};
alter view raw.day owner to ${retention};
alter view raw.event_named owner to ${retention};
revoke execute on function raw.make_day(date) from public;

grant usage on schema registry to ${collector}, ${publisher}, ${retention}, ${rights};
grant select on registry.site to ${collector}, ${publisher}, ${retention}, ${rights};
grant select on registry.job to ${collector}, ${publisher}, ${retention}, ${rights};
grant update on registry.job to ${collector}, ${publisher}, ${retention};
grant select, insert on registry.ledger to ${retention}, ${rights}, ${publisher};

grant usage on schema consent to ${collector}, ${retention}, ${rights};
grant select, insert on consent.notice to ${collector}, ${rights};
grant insert on consent.receipt to ${collector}, ${rights};
grant select on consent.receipt to ${rights};
grant select, delete on consent.receipt to ${retention};

grant usage on schema rights to ${collector}, ${retention}, ${rights}, ${publisher};
grant select on rights.tag to ${collector}, ${publisher};
grant select, insert, update on rights.tag to ${rights};
grant select, delete on rights.tag to ${retention};

grant usage on schema keys to ${collector}, ${retention}, ${rights};
grant select, insert on keys.month to ${collector};
grant select on keys.month to ${rights};
grant select, delete on keys.month to ${retention};

grant usage on schema raw to ${collector}, ${rights}, ${publisher};
-- On conflict and the re-check after a partial insert read back the key columns only.
grant insert on raw.event to ${collector};
grant select (pseudonym, beacon_id, day) on raw.event to ${collector};
grant select, insert on raw.seen to ${collector};
grant execute on function raw.make_day(date) to ${collector};
grant select on raw.day to ${collector}, ${publisher}, ${rights};
grant select, delete on raw.event to ${rights};
grant select on raw.event to ${publisher};
grant select on raw.event_named to ${rights}, ${publisher};
