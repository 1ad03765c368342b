-- Since when a project is slow, and until when it was: each is found and told of once, whether somebody recorded it or time went by.
create table portfolio.slow_spell (
  id bigint generated always as identity primary key,
  project bigint not null references portfolio.project,
  reason text not null check (reason in ('disbursement', 'milestone')),
  since timestamptz not null,
  ended_at timestamptz,
  check (ended_at >= since)
);
create unique index slow_spell_open on portfolio.slow_spell (project, reason) where ended_at is null;

-- A milestone that was reached, however late, slips no longer.
update portfolio.project p
set slip_days = coalesce((
  select max(m.forecast_on - m.planned_on) from portfolio.milestone m where m.project = p.id and m.actual_on is null), 0)
where exists (select from portfolio.milestone m where m.project = p.id);
