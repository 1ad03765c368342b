-- Parts as they stood before their changes were kept, worked out from the hops. State, round, progress and answers are certain; a deadline
-- that moved since is known only where one of its timers went off; terms are those of the last adjustment. These rows say so.
with known as (
  -- The earliest row that was kept, or the part itself: what it says holds back to the last hop that changed it.
  select distinct on (code) * from (
    select code, directive, number, organisation, co_organisations, task, budget_amount, budget_unit, due_on, started_at, pauses, due_at,
      verifier, condition, done_in_time, moved_at, version from directives.former_part
    union all
    select code, directive, number, organisation, co_organisations, task, budget_amount, budget_unit, due_on, started_at, pauses, due_at,
      verifier, condition, done_in_time, moved_at, version from directives.part
  ) each
  order by code, moved_at, version
), step as (
  select hop.part, hop.id, hop.deed, hop.to_state, hop.at,
    least(coalesce(lead(hop.at) over own, known.moved_at), known.moved_at) as stood_until,
    count(*) over own as place,
    -- A round begins anew, a term has its own start, a span its own deadline.
    count(*) filter (where deed = 'reopen') over own as round,
    count(*) filter (where deed in ('assign', 'reopen') or deed = 'settle-adjustment' and (details ->> 'granted')::boolean) over own as term,
    count(*) filter (where deed in ('assign', 'reopen', 'submit', 'return', 'verify', 'recount', 'ask-adjustment', 'settle-adjustment',
      'ask-extension', 'settle-extension')) over own as span
  from directives.hop join known on known.code = hop.part
  where hop.at <= known.moved_at
  window own as (partition by hop.part order by hop.id)
), reach as (
  select *, max(term) over (partition by part) as last_term, max(span) over (partition by part) as last_span,
    max(round) over (partition by part) as last_round,
    min(id) over (partition by part, round) as round_began,
    min(at) over (partition by part, term) as term_began_at,
    min(at) over (partition by part, span) as span_began_at, max(stood_until) over (partition by part, span) as span_ended_at
  from step
)
insert into directives.former_part (code, directive, number, organisation, co_organisations, task, state, round, budget_amount, budget_unit,
  due_on, started_at, pauses, due_at, progress, doers, verifier, condition, returned, escalated, submitted_at, done_at, done_in_time,
  verified_by, moved_at, version, stood_until, kept)
select known.code, known.directive, known.number, known.organisation, known.co_organisations, known.task, reach.to_state, reach.round + 1,
  known.budget_amount, known.budget_unit, known.due_on,
  case when term = 0 then null when term = last_term then known.started_at else term_began_at end,
  case when term = last_term then (
      select coalesce(jsonb_agg(case when (pause ->> 'to')::timestamptz <= reach.at then pause else pause - 'to' end), '[]')
      from jsonb_array_elements(known.pauses) pause where (pause ->> 'from')::timestamptz <= reach.at)
    else '[]' end,
  case when term = 0 then null when span = last_span then known.due_at else (
      select base_due_at from directives.timer
      where timer.part = known.code and done_at >= span_began_at and done_at < span_ended_at order by done_at desc limit 1) end,
  coalesce((
    select case deed when 'report' then (details ->> 'progress')::int else 100 end from directives.hop
    where hop.part = known.code and id between round_began and reach.id and deed in ('report', 'submit', 'verify')
    order by id desc limit 1), 0),
  array(
    select distinct doer from directives.hop, unnest(array[account, on_behalf_of]) doer
    where hop.part = known.code and id <= reach.id and doer is not null and account <> 'system'
      and deed in ('accept', 'report', 'submit', 'ask-extension', 'ask-adjustment', 'add-evidence')),
  known.verifier, known.condition, own.returned, own.escalated,
  case when own.answered is null or own.submitted > own.answered then own.submitted_at end,
  case when to_state = 'done' then own.done_at end,
  case when to_state = 'done' then case when round = last_round and known.done_in_time is not null then known.done_in_time else not own.was_late end end,
  case when to_state = 'done' then own.verified_by end,
  reach.at, reach.place + 1, reach.stood_until, false
from reach join known on known.code = reach.part
join lateral (
  select (select count(*) from directives.hop every where every.part = known.code and every.id <= reach.id and every.deed = 'return')
      as returned,
    coalesce(max((details ->> 'step')::int) filter (where deed = 'escalate'), 0) as escalated,
    max(id) filter (where deed = 'submit') as submitted,
    max(at) filter (where deed = 'submit') as submitted_at,
    max(id) filter (where deed = 'return') as answered,
    max(at) filter (where deed = 'verify') as done_at,
    max(account) filter (where deed = 'verify') as verified_by,
    bool_or(deed = 'late') as was_late
  from directives.hop where hop.part = known.code and id between round_began and reach.id
) own on true
where reach.at < reach.stood_until;
