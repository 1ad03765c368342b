create schema portfolio;

-- Where projects come from: the list that is kept here (`own`), and sources of the warehouse, each kept apart from all others.
create table portfolio.source (
  code text primary key,
  name text not null,
  kind text not null check (kind in ('own', 'fed')),
  -- Of the province itself; others are samples and never stand under its name.
  is_home boolean not null,
  fed_at timestamptz
);

create table portfolio.programme (
  code text primary key,
  name text not null,
  year int not null,
  organisation text not null,
  -- What is stated of it elsewhere, with where: never computed from, only compared with.
  stated jsonb not null,
  pack_sha256 text not null
);

create table portfolio.setting (name text primary key, body jsonb not null);

create table portfolio.project (
  id bigint generated always as identity primary key,
  code text not null unique,
  source text not null references portfolio.source,
  programme text references portfolio.programme,
  nature text not null check (nature in ('project', 'task')),
  name text collate "vi-x-icu" not null,
  search text not null,
  organisation text not null,
  category text,
  state text not null,
  phase text,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  illustration boolean not null default false,
  -- Where what is known of it is stated, and what is not.
  citation text,
  start_on date,
  finish_on date,
  -- Sums of its movements, written with each of them; `granted` is what was allotted, with its adjustments.
  total numeric not null default 0,
  planned numeric not null default 0,
  granted numeric not null default 0,
  disbursed numeric not null default 0,
  -- Disbursed of what was granted, or of the plan where nothing is; below nought where there is neither, so that it can be ordered by.
  share numeric not null generated always as (
    coalesce(disbursed / nullif(case when granted > 0 then granted else greatest(planned, 0) end, 0), -1)) stored,
  -- Worst of its milestones as they were recorded, and the first day by which an open one should have been reached.
  slip_days int not null default 0,
  next_due_on date,
  open_obstacles int not null default 0,
  -- Of a fed one: its key there, its own page, the day of the latest report.
  fed_key text,
  fed_url text,
  reported_on date,
  withdrawn_at timestamptz,
  changed_at timestamptz not null,
  unique (source, fed_key)
);
create index project_name on portfolio.project (source, name, code);
create index project_code on portfolio.project (source, code);
create index project_total on portfolio.project (source, total, code);
create index project_granted on portfolio.project (source, granted, code);
create index project_disbursed on portfolio.project (source, disbursed, code);
create index project_share on portfolio.project (source, share, code);
create index project_place on portfolio.project (source, nature, organisation) where withdrawn_at is null;

create table portfolio.year_sum (
  project bigint not null references portfolio.project,
  year int not null,
  planned numeric not null,
  granted numeric not null,
  disbursed numeric not null,
  primary key (year, project)
);
create index year_sum_project on portfolio.year_sum (project);

-- The ledger of capital: added to, never changed. What was wrong is undone by a movement that names it.
create table portfolio.movement (
  id bigint generated always as identity primary key,
  project bigint not null references portfolio.project,
  kind text not null check (kind in ('total', 'planned', 'allotted', 'adjusted', 'disbursed')),
  fund text not null,
  year int check (year between 1990 and 2100),
  amount numeric not null check (amount <> 0),
  occurred_on date not null,
  document text,
  note text,
  reverses bigint unique references portfolio.movement,
  -- Of a fed one: which figure of which report it brings to its level.
  fed_key text,
  -- The same form sent twice is one movement.
  request uuid unique,
  entered_by text not null,
  entered_at timestamptz not null
);
create index movement_project on portfolio.movement (project, id);

create table portfolio.obstacle (
  id bigint generated always as identity primary key,
  project bigint not null references portfolio.project,
  said text not null,
  raised_on date not null,
  raised_by text not null,
  resolved_on date,
  resolution text,
  resolved_by text,
  request uuid unique,
  check ((resolved_on is null) = (resolution is null)),
  check (resolved_on >= raised_on)
);
create index obstacle_project on portfolio.obstacle (project, id);

create table portfolio.milestone (
  id bigint generated always as identity primary key,
  project bigint not null references portfolio.project,
  name text not null,
  planned_on date not null,
  -- What is now expected, while it is not reached.
  forecast_on date,
  actual_on date,
  changed_by text not null,
  changed_at timestamptz not null,
  unique (project, name)
);
