-- What each duty may say about the jobs. Only retention ends a pause for the clock; nobody else can note a success for it, which would
-- silence the alarm. Row security shows everybody every row and lets each duty change its own.

revoke update on registry.job from ${collector}, ${publisher};
grant update (last_success) on registry.job to ${collector}, ${publisher};

alter table registry.job enable row level security;
create policy job_select on registry.job for select using (true);
create policy job_update_retention on registry.job for update to ${retention} using (true);
create policy job_update_publisher on registry.job for update to ${publisher} using (job in ('publication', 'live'));
create policy job_update_collector on registry.job for update to ${collector} using (job = 'partitions');
