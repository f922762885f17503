-- Sizes, activity counters, row estimates, transaction and log positions tell how much was collected, exactly and at
-- any moment; advisory locks and large objects let readers signal and store. Privileges on the catalog are per
-- database: other databases of the server are not touched. Only what changes is written.
do $$
declare
  keepers constant text[] := array['keepers'];
  telling constant text := '^(pg_database_size|pg_tablespace_size|pg_(total_)?relation_size|pg_table_size'
    || '|pg_indexes_size'
    || '|pg_stat_.*|pg_stat_get_.*|pg_lock_status|pg_blocking_pids|pg_safe_snapshot_blocking_pids'
    || '|pg_current_wal_.*|pg_last_wal_.*|pg_walfile_.*|pg_control_.*|pg_get_replication_slots|pg_get_wal_.*'
    || '|pg_current_xact_id(_if_assigned)?|txid_current(_if_assigned)?|pg_current_snapshot|txid_current_snapshot'
    || '|mxid_age'
    || '|pg_(try_)?advisory_.*|lo_.*|loread|lowrite)$';
  telling_views constant text := '^(pg_stat_.*|pg_statio_.*|pg_stats|pg_stats_ext|pg_stats_ext_exprs|pg_locks)$';
  telling_columns constant name[] := array[
    'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'];
  routine record;
  view record;
  keeper text;
  harmless text;
begin
  for routine in
    select p.oid, p.oid::regprocedure as name
    from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname ~ telling or p.oid = 'pg_catalog.age(xid)'::regprocedure)
      -- What PostgreSQL itself keeps from everybody stays so.
      and not exists (
        select from pg_catalog.pg_init_privs i where i.classoid = 'pg_catalog.pg_proc'::regclass and i.objoid = p.oid)
  loop
    if has_function_privilege('public', routine.oid, 'execute') then
      execute format('revoke execute on function %s from public', routine.name);
    end if;
    foreach keeper in array keepers loop
      if not has_function_privilege(keeper, routine.oid, 'execute') then
        execute format('grant execute on function %s to %I', routine.name, keeper);
      end if;
    end loop;
  end loop;

  for view in
    select c.oid, c.oid::regclass as name
    from pg_catalog.pg_class c
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v' and c.relname ~ telling_views
  loop
    if has_table_privilege('public', view.oid, 'select') then
      execute format('revoke select on %s from public', view.name);
    end if;
    foreach keeper in array keepers loop
      if not has_table_privilege(keeper, view.oid, 'select') then
        execute format('grant select on %s to %I', view.name, keeper);
      end if;
    end loop;
  end loop;

  if has_table_privilege('public', 'pg_catalog.pg_class', 'select') then
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    into harmless
    from pg_catalog.pg_attribute a
    where a.attrelid = 'pg_catalog.pg_class'::regclass and a.attnum > 0 and not a.attname = any (telling_columns);
    revoke select on pg_catalog.pg_class from public;
    execute format('grant select (%s) on pg_catalog.pg_class to public', harmless);
  end if;
  foreach keeper in array keepers loop
    if not has_table_privilege(keeper, 'pg_catalog.pg_class', 'select') then
      execute format('grant select on pg_catalog.pg_class to %I', keeper);
    end if;
  end loop;
end
$$
