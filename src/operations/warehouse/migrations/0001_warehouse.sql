create schema if not exists warehouse;
create extension if not exists pg_trgm;

-- A source and every version of its contract.
create table warehouse.source (
  code text primary key,
  pack text not null,
  organisation text not null,
  kind text not null,
  created_at timestamptz not null default now(),
  paused_at timestamptz
);
create index on warehouse.source (organisation);

create table warehouse.contract (
  source text not null references warehouse.source,
  version int not null,
  body jsonb not null,
  state text not null default 'current' check (state in ('draft', 'current', 'retired')),
  made_by text not null,
  made_at timestamptz not null default now(),
  reason text,
  primary key (source, version)
);
create unique index contract_current on warehouse.contract (source) where state = 'current';

-- One arrival: a file, a pushed batch, a pull. Its bytes are kept as they came.
create table warehouse.landing (
  id bigint generated always as identity primary key,
  source text not null references warehouse.source,
  contract_version int not null,
  channel text not null,
  file_name text,
  byte_count bigint not null default 0,
  sha256 bytea,
  received_at timestamptz not null default now(),
  received_by text not null,
  idempotency_key text,
  state text not null default 'landing' check (state in ('landing', 'landed', 'processing', 'done', 'refused')),
  -- Why the whole file was refused: {code, message, facts}.
  fault jsonb,
  -- Rows read and committed so far: where processing goes on after a crash.
  rows_done bigint not null default 0,
  received int not null default 0,
  applied int not null default 0,
  superseded int not null default 0,
  duplicate int not null default 0,
  quarantined int not null default 0,
  retracted int not null default 0,
  duplicate_lines int4multirange not null default '{}',
  started_at timestamptz,
  finished_at timestamptz,
  -- What the reader learned of the file (columns, encoding, log attributes).
  facts jsonb not null default '{}'
);
create index landing_source on warehouse.landing (source, id desc);
create unique index landing_idempotency on warehouse.landing (source, idempotency_key) where idempotency_key is not null;
create index landing_open on warehouse.landing (source, id) where state in ('landed', 'processing');

create table warehouse.landing_chunk (
  landing_id bigint not null references warehouse.landing,
  seq int not null,
  raw_offset bigint not null,
  raw_length int not null,
  -- gzip of `raw_length` bytes of the input from `raw_offset`; the input itself may be compressed.
  bytes bytea not null,
  primary key (landing_id, seq)
);
alter table warehouse.landing_chunk alter column bytes set storage external;

-- One version of one record of a source. Duplicates leave no row: their lines are in landing.duplicate_lines.
create table warehouse.record (
  id bigint generated always as identity primary key,
  source text not null,
  key text not null,
  landing_id bigint not null,
  line int not null,
  -- Where the record lies in the decompressed input, where the format can say so; else its values are in `payload`.
  byte_offset bigint,
  byte_length int,
  payload jsonb,
  sha256 bytea not null,
  version_order text,
  contract_version int not null,
  state text not null check (state in ('applied', 'superseded', 'retracted')),
  replaced_by bigint,
  replaced_at timestamptz
);
create unique index record_current on warehouse.record (source, key) where state = 'applied';
create index record_history on warehouse.record (source, key) where state <> 'applied';
create index record_landing on warehouse.record (landing_id, line);

create table warehouse.quarantine (
  id bigint generated always as identity primary key,
  source text not null,
  landing_id bigint not null references warehouse.landing,
  line int not null,
  key text,
  payload jsonb not null,
  -- The raw text of a line that could not be read at all.
  raw text,
  sha256 bytea not null,
  -- [{field, value, rule, message}]
  faults jsonb not null,
  rule text not null,
  state text not null default 'open' check (state in ('open', 'returned', 'replayed', 'dismissed')),
  mended jsonb,
  handled_by text,
  handled_at timestamptz,
  reason text,
  created_at timestamptz not null default now()
);
create index quarantine_source on warehouse.quarantine (source, state, id desc);
create index quarantine_landing on warehouse.quarantine (landing_id, line);
-- The same faulty record sent again is a duplicate, whatever became of the first.
create unique index quarantine_content on warehouse.quarantine (source, sha256);

-- Keys met in a landing under work that left no record there (duplicates, quarantined ones): with them a key that comes twice in one
-- file is noticed over any distance, and a key absent from a `full` file is told from one that was faulty. Emptied with the landing.
create unlogged table warehouse.landing_key (
  landing_id bigint not null,
  key_hash bigint not null
);
create index on warehouse.landing_key (landing_id, key_hash);

-- Canonical tables. (record_id, part): one record may become several rows.
create table warehouse.process_case (
  source text not null,
  case_id text not null,
  record_id bigint not null,
  part int not null default 0,
  organisation text not null,
  receiving_organisation text,
  area text,
  case_type text,
  channel text,
  state text,
  started_at timestamptz,
  started_on date,
  due_at timestamptz,
  due_on date,
  ended_at timestamptz,
  ended_on date,
  attributes jsonb,
  primary key (source, case_id)
);
create index process_case_record on warehouse.process_case (record_id);
create index process_case_started on warehouse.process_case (source, organisation, started_on);
create index process_case_ended on warehouse.process_case (source, organisation, ended_on) where ended_on is not null;
create index process_case_open on warehouse.process_case (source, organisation) where ended_at is null;
create index process_case_due on warehouse.process_case (source, organisation, due_on) where due_on is not null;

create table warehouse.case_event (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  case_id text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  case_type text,
  channel text,
  state text,
  started_at timestamptz,
  started_on date,
  due_at timestamptz,
  due_on date,
  ended_at timestamptz,
  ended_on date,
  activity text not null,
  lifecycle text,
  occurred_at timestamptz not null,
  occurred_on date not null,
  resource text,
  unit text,
  attributes jsonb,
  -- Attributes of the case as this event tells them; the case takes those of its last event.
  case_attributes jsonb,
  primary key (record_id, part)
);
create index case_event_case on warehouse.case_event (source, case_id, occurred_at);
create index case_event_day on warehouse.case_event (source, organisation, occurred_on);

create table warehouse.citizen_report (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  opened_at timestamptz not null,
  opened_on date not null,
  due_at timestamptz,
  due_on date,
  closed_at timestamptz,
  closed_on date,
  status text,
  category text,
  channel text,
  rating numeric,
  latitude numeric,
  longitude numeric,
  attributes jsonb,
  primary key (record_id, part)
);
create index citizen_report_opened on warehouse.citizen_report (source, organisation, opened_on);
create index citizen_report_closed on warehouse.citizen_report (source, organisation, closed_on) where closed_on is not null;
create index citizen_report_open on warehouse.citizen_report (source, organisation) where closed_at is null;
create index citizen_report_due on warehouse.citizen_report (source, organisation, due_on) where due_on is not null;

create table warehouse.observation (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  series text not null,
  property text not null,
  observed_at timestamptz not null,
  observed_on date not null,
  value numeric,
  unit text,
  latitude numeric,
  longitude numeric,
  attributes jsonb,
  primary key (record_id, part)
);
create index observation_day on warehouse.observation (source, organisation, observed_on);
create index observation_series on warehouse.observation (source, series, property, observed_at);

create table warehouse.project (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  project_id text not null,
  name text,
  category text,
  phase text,
  reported_on date,
  start_on date,
  finish_on date,
  planned_amount numeric,
  committed_amount numeric,
  spent_amount numeric,
  slip_days numeric,
  currency text,
  attributes jsonb,
  primary key (record_id, part)
);
create index project_day on warehouse.project (source, organisation, reported_on);
create index project_id on warehouse.project (source, project_id);

create table warehouse.budget_movement (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  project_id text,
  category text not null,
  movement text not null,
  occurred_on date,
  amount numeric not null,
  currency text,
  attributes jsonb,
  primary key (record_id, part)
);
create index budget_movement_day on warehouse.budget_movement (source, organisation, occurred_on);

create table warehouse.indicator_value (
  record_id bigint not null,
  part int not null default 0,
  source text not null,
  organisation text not null,
  receiving_organisation text,
  area text,
  indicator text not null,
  period text not null,
  period_on date,
  value numeric not null,
  unit text,
  attributes jsonb,
  primary key (record_id, part)
);
create index indicator_value_day on warehouse.indicator_value (source, organisation, period_on);

-- What changed and has not been recomputed yet: the cell (organisation, area, day) of a date field of a kind in a source.
-- `field` is '' for measures without a date (stock as of now).
create table warehouse.touch (
  id bigint generated always as identity primary key,
  source text not null,
  kind text not null,
  field text not null,
  organisation text not null,
  area text not null,
  day date,
  -- When the changed record was received; of several, any will do.
  received_at timestamptz not null default now()
);
