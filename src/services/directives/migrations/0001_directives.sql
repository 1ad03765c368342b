-- Directives: what a leader said, the document that made it binding, and the parts of it that agencies do.
create schema if not exists directives;

-- The pack's rules as they were loaded.
create table directives.setting (
  pack text primary key,
  body jsonb not null
);

-- Last number given of a series: codes by year, documents by office and year.
create table directives.numbering (
  series text primary key,
  last int not null
);

create table directives.directive (
  code text primary key,
  title text not null,
  words text not null,
  source_kind text not null check (source_kind in
    ('indicator', 'alert', 'record', 'duty', 'document', 'incident', 'project', 'hand')),
  source_code text,
  source_title text,
  source_url text,
  -- Whose opinion it is, and who wrote it down.
  giver text not null,
  giver_name text not null,
  giver_position text,
  recorded_by text not null,
  recorded_by_name text not null,
  -- In whose name it is given, and the office that gives it a number.
  authority text not null,
  office text not null,
  field text,
  legal_basis text,
  evidence_required text,
  state text not null check (state in ('opinion', 'issued', 'done', 'withdrawn')),
  document_number text,
  document_on date,
  -- Kept beside the date: a number is used once in a year.
  document_year int,
  issued_by text,
  issued_by_name text,
  issued_at timestamptz,
  -- Whether it was here within the working days that the pack allows after its document.
  entered_in_time boolean,
  -- Given to many agencies in one go.
  batch text,
  recorded_at timestamptz not null,
  search_key text not null,
  check ((state in ('issued', 'done')) <= (document_number is not null and issued_at is not null))
);
create unique index directive_document on directives.directive (office, document_year, document_number)
  where document_number is not null and batch is null;
create index directive_source on directives.directive (source_kind, source_code, recorded_at desc);
create index directive_office on directives.directive (office, state);
create index directive_batch on directives.directive (batch) where batch is not null;

create table directives.part (
  code text primary key,
  directive text not null references directives.directive,
  number int not null,
  organisation text not null,
  co_organisations text[] not null default '{}',
  -- Its own words, where the parts differ.
  task text,
  state text not null check (state in ('opinion', 'issued', 'assigned', 'adjustment-asked', 'accepted', 'in-progress',
    'awaiting-verification', 'done', 'withdrawn')),
  round int not null default 1,
  budget_amount int not null check (budget_amount between 1 and 1000),
  budget_unit text not null check (budget_unit in ('working-day', 'working-hour', 'calendar-day', 'month')),
  -- A day that was named instead of a span.
  due_on date,
  started_at timestamptz,
  -- [{from, to?, reason}]
  pauses jsonb not null default '[]',
  -- Null before it binds and while the clock stands still.
  due_at timestamptz,
  progress int not null default 0 check (progress between 0 and 100),
  -- Accounts whose work is in it: none of them may verify it.
  doers text[] not null default '{}',
  verifier text,
  -- {indicator, organisation, period, compare, value}
  condition jsonb,
  returned int not null default 0,
  escalated int not null default 0,
  submitted_at timestamptz,
  done_at timestamptz,
  done_in_time boolean,
  verified_by text,
  moved_at timestamptz not null,
  version int not null default 1,
  unique (directive, number),
  check ((state = 'done') = (done_at is not null))
);
create index part_organisation on directives.part (organisation, state, due_at);
create index part_due on directives.part (due_at) where state not in ('done', 'withdrawn');
create index part_moved on directives.part (moved_at desc, code desc);
create index part_condition on directives.part (code) where condition is not null and state not in ('opinion', 'done', 'withdrawn');

-- Every hop: who, what, when, from where to where.
create table directives.hop (
  id bigint generated always as identity primary key,
  part text not null references directives.part,
  deed text not null,
  from_state text,
  to_state text not null,
  at timestamptz not null,
  account text not null,
  actor_name text not null,
  on_behalf_of text,
  on_behalf_name text,
  note text,
  details jsonb not null default '{}'
);
create index hop_part on directives.hop (part, id desc);

-- What the agency asks of the giver: more time, or other terms. One at a time.
create table directives.request (
  id bigint generated always as identity primary key,
  part text not null references directives.part,
  round int not null,
  kind text not null check (kind in ('extension', 'adjustment')),
  reason text not null,
  days int check (days between 1 and 250),
  asked_by text[] not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  decision text check (decision in ('granted', 'refused', 'dropped')),
  granted_days int,
  answer text,
  decided_by text,
  decided_by_name text,
  decided_at timestamptz,
  check ((decision is null) = (decided_at is null))
);
create unique index request_open on directives.request (part) where decision is null;
create index request_part on directives.request (part, id desc);

create table directives.evidence (
  id bigint generated always as identity primary key,
  part text not null references directives.part,
  round int not null,
  sha256 text not null,
  name text not null,
  type text not null,
  size_bytes bigint not null,
  note text,
  added_by text not null,
  added_by_name text not null,
  added_at timestamptz not null
);
create index evidence_part on directives.evidence (part, id desc);

-- What falls due by itself: a warning, the lateness, each step of the ladder. Once for each due time.
create table directives.timer (
  id bigint generated always as identity primary key,
  part text not null references directives.part,
  kind text not null check (kind in ('due-soon', 'late', 'escalate')),
  step int not null default 0,
  base_due_at timestamptz not null,
  at timestamptz not null,
  done_at timestamptz,
  unique (part, kind, step, base_due_at)
);
create index timer_waiting on directives.timer (at) where done_at is null;

-- Private addresses of calendars; only the hash of the secret is kept.
create table directives.feed (
  id bigint generated always as identity primary key,
  account text not null,
  token_sha256 text not null unique,
  made_at timestamptz not null,
  revoked_at timestamptz
);
create index feed_account on directives.feed (account) where revoked_at is null;
