create schema if not exists alerts;

-- What is local: groupings of inlets, minutes, inhibitions; as the pack says. One row.
create table alerts.setting (
  only_row boolean primary key default true check (only_row),
  body jsonb not null,
  pack text not null,
  loaded_at timestamptz not null
);

-- One row for each occurrence that somebody told of: who sent it, which thing (fingerprint of its labels), and when it began. The same
-- told again changes at most its end.
create table alerts.signal (
  inlet text not null,
  fingerprint text not null,
  starts_at timestamptz not null,
  -- 'infinity' until told otherwise; of the Alertmanager inlet the instant at which it times out.
  ends_at timestamptz not null,
  -- Its end was told: a later word that it still goes on, which was under way, does not undo it.
  resolved boolean not null default false,
  group_key text not null,
  severity text not null,
  organisation text not null,
  labels jsonb not null,
  annotations jsonb not null,
  generator_url text,
  received_at timestamptz not null,
  updated_at timestamptz not null,
  -- Not shown, and why: `silence` or `inhibition`; by which.
  held text check (held in ('silence', 'inhibition')),
  held_by text,
  -- It meets the source side of an inhibition of the settings.
  can_inhibit boolean not null default false,
  -- All that makes an alert of it once it is no longer held.
  body jsonb,
  primary key (inlet, fingerprint, starts_at)
);
create index signal_group on alerts.signal (group_key, ends_at);
create index signal_held on alerts.signal (held_by) where held is not null;
-- The few that may hold others back.
create index signal_inhibiting on alerts.signal (inlet, fingerprint) where can_inhibit;

create table alerts.alert (
  id bigint generated always as identity primary key,
  code text not null generated always as ('CB-' || id) stored,
  -- The cause: of one cause at most one alert is open, whoever triggers it and however often at once.
  group_key text not null,
  inlet text not null,
  -- Code of the rule, account of the sender.
  origin text not null default '',
  headline text not null,
  search_key text not null,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low')),
  rank smallint not null generated always as (case severity when 'critical' then 1 when 'high' then 2 when 'medium' then 3 else 4 end) stored,
  state text not null default 'new' check (state in ('new', 'acknowledged', 'working', 'waiting', 'closed')),
  organisation text not null,
  area text,
  longitude float8,
  latitude float8,
  labels jsonb not null default '{}',
  annotations jsonb not null default '{}',
  -- The number or record behind it: {kind, code, title, url, factId}.
  subject jsonb,
  playbook text,
  -- Fingerprint of the earliest signal in it: what the headline says must not hang on the order of arrival.
  first_key text not null,
  starts_at timestamptz not null,
  last_at timestamptz not null,
  raised_at timestamptz not null,
  count int not null default 1,
  ended_at timestamptz,
  owner text,
  acknowledged_by text,
  acknowledged_at timestamptz,
  -- By when the next step must be done: acknowledged, or something after that.
  due_at timestamptz,
  escalation int not null default 0,
  notified_at timestamptz,
  silence_id uuid,
  inhibited_by text,
  toggles int not null default 0,
  toggled_at timestamptz,
  flapping_since timestamptz,
  verdict text check (verdict in ('true', 'false', 'duplicate')),
  duplicate_of text,
  closed_at timestamptz,
  closed_by text,
  close_reason text,
  check ((state = 'closed') = (closed_at is not null)),
  check (closed_at is null or close_reason is not null),
  check ((verdict = 'duplicate') = (duplicate_of is not null) or verdict is null)
);
create unique index alert_code on alerts.alert (code);
create unique index alert_cause on alerts.alert (group_key) where closed_at is null;
create index alert_open on alerts.alert (rank, id) where closed_at is null;
create index alert_due on alerts.alert (due_at) where closed_at is null;
create index alert_untold on alerts.alert (id) where notified_at is null and closed_at is null and severity in ('critical', 'high');
create index alert_history on alerts.alert (organisation, id);
create index alert_rule on alerts.alert (origin, raised_at) where inlet = 'rule';
create index alert_raised on alerts.alert (raised_at);

create table alerts.alert_event (
  id bigint generated always as identity primary key,
  alert_id bigint not null references alerts.alert,
  at timestamptz not null,
  actor text not null,
  actor_name text not null default '',
  deed text not null,
  note text,
  detail jsonb
);
create index alert_event_alert on alerts.alert_event (alert_id, id);

create table alerts.silence (
  id uuid primary key,
  matchers jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null check (reason <> ''),
  created_by text not null,
  created_name text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Code of the alert it was made from.
  alert text,
  check (ends_at >= starts_at)
);
create index silence_end on alerts.silence (ends_at);

-- What came and what became of it, by stretches of ten minutes; written with what it counts. Spread over shards, so that many senders do not
-- wait for one row.
create table alerts.balance (
  slot timestamptz not null,
  inlet text not null,
  shard smallint not null,
  received bigint not null default 0,
  shown bigint not null default 0,
  grouped bigint not null default 0,
  silenced bigint not null default 0,
  dropped bigint not null default 0,
  -- Why dropped: told again, not readable, from the future, too late.
  dropped_repeat bigint not null default 0,
  dropped_invalid bigint not null default 0,
  dropped_future bigint not null default 0,
  dropped_late bigint not null default 0,
  primary key (slot, inlet, shard),
  check (received = shown + grouped + silenced + dropped),
  check (dropped = dropped_repeat + dropped_invalid + dropped_future + dropped_late)
);

-- Rules in versions; the pack's own and those edited on the page alike.
create table alerts.rule (
  code text not null,
  version int not null,
  pack text not null,
  body jsonb not null,
  origin text not null default 'pack' check (origin in ('pack', 'edit')),
  made_by text not null,
  made_at timestamptz not null,
  retired_at timestamptz,
  retired_by text,
  reason text,
  primary key (code, version)
);
create unique index rule_current on alerts.rule (code) where retired_at is null;

-- How a rule stands for one thing it watches; what is off and waits for nothing has no row.
create table alerts.rule_state (
  rule text not null,
  key text not null,
  version int not null,
  state text not null check (state in ('off', 'on', 'no-data')),
  -- When it was first seen so, and the event time from which the condition holds.
  since timestamptz not null,
  starts_at timestamptz,
  firing boolean not null default false,
  -- When it must be looked at again although nothing new comes: pending time, silence, windows that run out.
  due_at timestamptz,
  primary key (rule, key)
);
create index rule_state_due on alerts.rule_state (rule, due_at) where due_at is not null;

-- When a rule was last evaluated, and since when it is in force here: what was over before is not told. Its row is held while it is evaluated.
create table alerts.rule_pass (
  rule text primary key,
  version int not null,
  evaluated_at timestamptz not null,
  first_at timestamptz not null,
  is_dirty boolean not null default false
);

-- Moves of duties and directives, as they were told: what rules over them look at.
create table alerts.move (
  id bigint generated always as identity primary key,
  stream text not null check (stream in ('duty', 'directive')),
  key text not null,
  organisation text not null,
  at timestamptz not null,
  from_state text not null,
  to_state text not null,
  detail jsonb not null default '{}',
  unique (stream, key, from_state, to_state, at)
);
create index move_stream on alerts.move (stream, at);
create index move_last on alerts.move (stream, key, at);
