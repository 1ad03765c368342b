-- What stood when: a row is kept whole each time it has changed, in the transaction that changed it, so that a page can be asked as of
-- an earlier moment. Log lines and places need no copy: they are only added to.
create table incidents.kept (
  id bigint generated always as identity primary key,
  -- The table of the row.
  thing text not null check (thing in
    ('incident', 'task', 'bulletin', 'quick_report', 'assignment', 'absence', 'hand_over', 'playbook_version')),
  -- What its rows are asked for by: an incident, a day, a playbook.
  scope text not null,
  key text not null,
  at timestamptz not null,
  -- Absent: from then on it was no longer there.
  row jsonb
);
create index kept_of on incidents.kept (thing, scope, key, at desc, id desc);
create index kept_since on incidents.kept (thing, at);

-- What stood before was not kept: it is known from now on.
insert into incidents.kept (thing, scope, key, at, row)
select 'incident', code, code, now(), to_jsonb(t) from incidents.incident t
union all select 'task', incident, id::text, now(), to_jsonb(t) from incidents.task t
union all select 'bulletin', incident, id::text, now(), to_jsonb(t) from incidents.bulletin t
union all select 'quick_report', incident, version::text, now(), to_jsonb(t) from incidents.quick_report t
union all select 'assignment', day::text, id::text, now(), to_jsonb(t) from incidents.assignment t
union all select 'absence', to_day::text, id::text, now(), to_jsonb(t) from incidents.absence t
union all select 'hand_over', day::text, shift, now(), to_jsonb(t) from incidents.hand_over t
union all select 'playbook_version', playbook, version::text, now(), to_jsonb(t) from incidents.playbook_version t;

create function incidents.refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'what was kept of an earlier moment is only added to';
end $$;
create trigger kept_stays before update or delete on incidents.kept
  for each row execute function incidents.refuse_rewriting();
