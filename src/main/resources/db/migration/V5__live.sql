-- The live plane: what went on at a site in the last 48 hours and 30 minutes, for those who run it. Internal, not anonymised.

insert into registry.job (job) values ('live');

-- Only what may be shown is stored, never an exact count: null is hidden, because it is less than 10 or because fewer than 10 visitors
-- came; anything else is rounded to tens. Synthetic sites, which nobody visits, have everything exactly.
--
-- Unlogged: neither the write-ahead log nor a replica keeps it. After a crash of PostgreSQL both tables are empty, and the hours of
-- the day are counted again.
create unlogged table live.hour (
    site text not null,
    -- When an hour of the site's clock begins: an hour that a change of the clock repeats has two rows.
    begins timestamptz(0) not null,
    visitors bigint,
    pageviews bigint,
    clicks bigint,
    engaged_minutes bigint,
    primary key (site, begins)
);

create unlogged table live.half_hour (
    site text primary key,
    -- The end of these 30 minutes.
    at timestamptz(0) not null,
    visitors bigint,
    pageviews bigint,
    clicks bigint,
    engaged_minutes bigint
);

-- What readers see. Rows go after 48 hours; the condition holds where the job that deletes them does not run.
create view live.hours as
    select
        h.site, h.begins as time, h.visitors, h.pageviews, h.clicks, h.engaged_minutes, 'internal, not anonymised' as plane
    from live.hour h
    where h.begins > now() - interval '48 hours';

create view live.now as
    select
        h.site, h.at as time, h.visitors, h.pageviews, h.clicks, h.engaged_minutes, 'internal, not anonymised' as plane
    from live.half_hour h
    where h.at > now() - interval '48 hours';

comment on schema live is 'Internal, not anonymised: for those who run a site, outside the guarantee of the published statistics.';
comment on view live.hours is 'Internal, not anonymised: a site''s hours of the last 48. Empty: hidden, fewer than 10. Rounded to tens.';
comment on view live.now is 'Internal, not anonymised: the 30 minutes before time. Empty: hidden, fewer than 10. Rounded to tens.';

grant usage on schema live to ${publisher}, ${live};
grant select, insert, update, delete on live.hour, live.half_hour to ${publisher};
grant select on live.hours, live.now to ${live};
