-- Parts as they stood before each change, so that everything can be asked as of an earlier moment: from `moved_at` until `stood_until`.
create table directives.former_part (
  code text not null,
  directive text not null,
  number int not null,
  organisation text not null,
  co_organisations text[] not null,
  task text,
  state text not null,
  round int not null,
  budget_amount int not null,
  budget_unit text not null,
  due_on date,
  started_at timestamptz,
  pauses jsonb not null,
  due_at timestamptz,
  progress int not null,
  doers text[] not null,
  verifier text,
  condition jsonb,
  returned int not null,
  escalated int not null,
  submitted_at timestamptz,
  done_at timestamptz,
  done_in_time boolean,
  verified_by text,
  moved_at timestamptz not null,
  version int not null,
  stood_until timestamptz not null,
  -- Written when it changed, or worked out afterwards from the hops, which do not hold terms and deadlines.
  kept boolean not null default true,
  check (moved_at < stood_until)
);
create index former_part_standing on directives.former_part using gist (tstzrange(moved_at, stood_until));
create index former_part_code on directives.former_part (code, stood_until);

-- What was moved twice at the same instant stood as it was last moved. By statement: a changed calendar moves thousands at once.
create function directives.keep_former_parts() returns trigger language plpgsql as $$
begin
  insert into directives.former_part (
    code, directive, number, organisation, co_organisations, task, state, round, budget_amount, budget_unit, due_on, started_at,
    pauses, due_at, progress, doers, verifier, condition, returned, escalated, submitted_at, done_at, done_in_time, verified_by, moved_at,
    version, stood_until)
  select a.code, a.directive, a.number, a.organisation, a.co_organisations, a.task, a.state, a.round, a.budget_amount, a.budget_unit, a.due_on, a.started_at,
    a.pauses, a.due_at, a.progress, a.doers, a.verifier, a.condition, a.returned, a.escalated, a.submitted_at,
    a.done_at, a.done_in_time, a.verified_by, a.moved_at, a.version, b.moved_at
  from former a join latter b using (code)
  where a.moved_at < b.moved_at;
  return null;
end $$;
create trigger part_changed after update on directives.part
  referencing old table as former new table as latter
  for each statement execute function directives.keep_former_parts();
