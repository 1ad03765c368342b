-- What stood until something else was known: with it projects, milestones and obstacles are asked as of an earlier moment. Capital has
-- its own ledger, and spells of slowness their own times.
create table portfolio.former (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('project', 'milestone', 'obstacle', 'programme', 'setting')),
  -- Of the row, and of what it is a part of: the list of a project, the project of a milestone.
  key text not null,
  part_of text not null,
  known_from timestamptz not null,
  gone_at timestamptz not null,
  body jsonb not null,
  check (known_from < gone_at)
);
create index former_part on portfolio.former (kind, part_of, gone_at);
create index former_key on portfolio.former (kind, key, gone_at);

-- Since when a row stands as it does. Of what was there before this was kept: since the last change of its project, at the latest.
alter table portfolio.project add column known_from timestamptz;
update portfolio.project set known_from = greatest(changed_at, withdrawn_at);
alter table portfolio.project alter column known_from set not null;
alter table portfolio.milestone add column known_from timestamptz;
update portfolio.milestone set known_from = changed_at;
alter table portfolio.milestone alter column known_from set not null;
alter table portfolio.obstacle add column known_from timestamptz;
update portfolio.obstacle o set known_from = p.known_from from portfolio.project p where p.id = o.project;
alter table portfolio.obstacle alter column known_from set not null;
alter table portfolio.programme add column known_from timestamptz;
update portfolio.programme set known_from = now();
alter table portfolio.programme alter column known_from set not null;
alter table portfolio.setting add column known_from timestamptz not null default '-infinity';

-- Before that only its capital and its name are known: its state says so, and nothing is told of its progress.
insert into portfolio.former (kind, key, part_of, known_from, gone_at, body)
select 'project', p.id::text, p.source, f.at, p.known_from, to_jsonb(p) || jsonb_build_object('state', 'unkept', 'phase', null,
    'slip_days', 0, 'next_due_on', null, 'open_obstacles', 0, 'start_on', null, 'finish_on', null, 'reported_on', null,
    'withdrawn_at', null, 'changed_at', f.at, 'known_from', f.at)
from portfolio.project p
  cross join lateral (
    select least(
      (select min(m.entered_at) from portfolio.movement m where m.project = p.id),
      (select min(m.changed_at) from portfolio.milestone m where m.project = p.id)) as at) f
where f.at < p.known_from;
insert into portfolio.former (kind, key, part_of, known_from, gone_at, body)
select 'programme', g.code, '', f.at, g.known_from, to_jsonb(g)
  || jsonb_build_object('known_from', f.at, 'stated', jsonb_build_object('unverified', true,
    'source', 'Số được nêu trước ngày ' || to_char(g.known_from, 'DD/MM/YYYY') || ' không được giữ lại.'))
from portfolio.programme g
  cross join lateral (
    select min(m.entered_at) as at from portfolio.movement m join portfolio.project p on p.id = m.project where p.programme = g.code) f
where f.at < g.known_from;

-- Whoever moves `known_from` on leaves behind what stood before.
create function portfolio.keep_former() returns trigger language plpgsql as $$
declare
  before jsonb := to_jsonb(old);
begin
  insert into portfolio.former (kind, key, part_of, known_from, gone_at, body)
  values (tg_table_name, before ->> tg_argv[0], coalesce(before ->> tg_argv[1], ''), old.known_from, new.known_from, before);
  return null;
end $$;
create trigger keep_former after update on portfolio.project
  for each row when (old.known_from < new.known_from) execute function portfolio.keep_former('id', 'source');
create trigger keep_former after update on portfolio.milestone
  for each row when (old.known_from < new.known_from) execute function portfolio.keep_former('id', 'project');
create trigger keep_former after update on portfolio.obstacle
  for each row when (old.known_from < new.known_from) execute function portfolio.keep_former('id', 'project');
create trigger keep_former after update on portfolio.programme
  for each row when (old.known_from < new.known_from) execute function portfolio.keep_former('code', '');
create trigger keep_former after update on portfolio.setting
  for each row when (old.known_from < new.known_from) execute function portfolio.keep_former('name', '');

-- Capital as of a moment is summed from the movements entered by then, without looking at their rows.
create index movement_entered on portfolio.movement (project, entered_at) include (kind, year, amount);
create index movement_year on portfolio.movement (year, entered_at);
