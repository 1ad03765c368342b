-- Compared with the table itself, found by its key: a plan made for one part serves thousands as well.
create or replace function directives.keep_former_parts() returns trigger language plpgsql as $$
begin
  insert into directives.former_part (
    code, directive, number, organisation, co_organisations, task, state, round, budget_amount, budget_unit, due_on, started_at,
    pauses, due_at, progress, doers, verifier, condition, returned, escalated, submitted_at, done_at, done_in_time, verified_by, moved_at,
    version, stood_until)
  select a.code, a.directive, a.number, a.organisation, a.co_organisations, a.task, a.state, a.round, a.budget_amount, a.budget_unit,
    a.due_on, a.started_at, a.pauses, a.due_at, a.progress, a.doers, a.verifier, a.condition, a.returned, a.escalated, a.submitted_at,
    a.done_at, a.done_in_time, a.verified_by, a.moved_at, a.version, part.moved_at
  from former a join directives.part on part.code = a.code
  where a.moved_at < part.moved_at;
  return null;
end $$;
