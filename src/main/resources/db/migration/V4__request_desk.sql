-- The request desk: what visitors ask by letter or mail, when the answer is due, and how it ended.
-- A request says nothing about who asked; how to reach her stands apart and goes 30 days after the end.

create table rights.request (
    request text primary key check (request ~ '^[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{4}$'),
    site text not null references registry.site,
    kind text not null check (kind in (
        'access', 'erasure', 'restriction', 'rectification', 'portability', 'objection')),
    language text not null check (language in ('fr', 'en')),
    received date not null,
    status text not null default 'open' check (status in ('open', 'suspended', 'completed', 'refused')),
    outcome text check (outcome in ('executed', 'nothing_held', 'not_identifiable', 'by_visitor', 'taken_back')),
    reason text check (reason in ('repetitive', 'unfounded', 'rights_of_others', 'legal_claims', 'not_completed')),
    -- What a refusal as repetitive rests on: the first request is never refused as one.
    earlier text references rights.request,
    closed date,
    reminded smallint not null default 0 check (reminded between 0 and 3),
    -- No end without a text: an outcome or a reason, never both, never neither.
    check ((status = 'completed') = (outcome is not null)),
    check ((status = 'refused') = (reason is not null)),
    check ((status in ('completed', 'refused')) = (closed is not null)),
    check (
        ((reason is not distinct from 'repetitive') = (earlier is not null)) and earlier <> request)
);

-- The days on which the clock stood still: from the first on, up to and without the last.
create table rights.suspension (
    request text not null references rights.request,
    suspended date not null,
    resumed date check (resumed >= suspended),
    primary key (request, suspended)
);
create unique index suspension_one_at_a_time on rights.suspension (request) where resumed is null;

create table rights.contact (
    request text primary key references rights.request,
    contact text not null check (length(contact) between 1 and 500)
);

grant select, insert on rights.request to ${rights};
grant update (status, outcome, reason, earlier, closed, reminded) on rights.request to ${rights};
grant select, insert on rights.suspension to ${rights};
grant update (resumed) on rights.suspension to ${rights};
grant select, insert on rights.contact to ${rights};

-- What expires: contact data, 30 days after the end. Whoever deletes it cannot read it.
grant select (request, closed) on rights.request to ${retention};
grant select (request), delete on rights.contact to ${retention};
