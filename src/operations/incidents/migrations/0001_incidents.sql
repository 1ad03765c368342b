create schema if not exists incidents;

-- What the pack says: shifts, the ladder of calls, warnings of tasks. One row a topic.
create table incidents.setting (
  topic text primary key,
  body jsonb not null,
  sha256 text not null
);

-- Numbers of incidents and exercises, counted apart and anew each year.
create table incidents.counter (
  prefix text primary key,
  last int not null
);

-- Playbooks ---------------------------------------------------------------------------------------------------------

create table incidents.playbook (
  code text primary key,
  kind text not null,
  organisation text not null,
  -- The pack's file as it was last read; absent when written here.
  pack_sha256 text,
  created_at timestamptz not null
);

create table incidents.playbook_version (
  playbook text not null references incidents.playbook,
  version int not null,
  state text not null check (state in ('draft', 'approved', 'discarded')),
  body jsonb not null,
  drafted_by text not null,
  drafted_name text not null,
  -- Whom the drafting counts for: an absent colleague too.
  drafted_parties text[] not null,
  drafted_at timestamptz not null,
  changed_at timestamptz not null,
  approved_by text,
  approved_name text,
  approved_parties text[],
  approved_at timestamptz,
  primary key (playbook, version),
  check (state <> 'approved' or approved_at is not null),
  check (approved_parties is null or not (drafted_parties && approved_parties))
);
create unique index playbook_draft on incidents.playbook_version (playbook) where state = 'draft';

-- Incidents ---------------------------------------------------------------------------------------------------------

create table incidents.incident (
  code text primary key,
  -- Made with the row and never changed: nothing turns an exercise into a real incident, or the reverse.
  exercise boolean not null,
  kind text not null,
  title text not null,
  level_scale text not null check (level_scale in ('risk', 'severity')),
  level text not null,
  organisation text not null,
  area text,
  place text not null,
  longitude double precision,
  latitude double precision,
  commander text,
  commander_name text,
  state text not null check (state in ('open', 'closed')),
  round int not null default 1,
  alert text,
  playbook text,
  playbook_version int,
  started_at timestamptz not null,
  opened_at timestamptz not null,
  opened_by text not null,
  opened_name text not null,
  closed_at timestamptz,
  conclusion text,
  -- Of the form it was opened by: sent twice, it opens one.
  form_key text not null unique,
  unique (code, exercise),
  check (exercise = (code like 'DT-%')),
  check ((state = 'closed') = (closed_at is not null)),
  check (state = 'open' or conclusion is not null),
  check (level_scale <> 'risk' or level in ('1', '2', '3', '4', '5')),
  check (level_scale <> 'severity' or level in ('critical', 'high', 'medium', 'low')),
  foreign key (playbook, playbook_version) references incidents.playbook_version (playbook, version)
);
create unique index incident_of_alert on incidents.incident (alert) where alert is not null and state = 'open' and not exercise;
create index incident_newest on incidents.incident (exercise, started_at desc, code desc);
create index incident_open on incidents.incident (started_at) where state = 'open';

create table incidents.task (
  id bigint generated always as identity primary key,
  incident text not null,
  exercise boolean not null,
  number int not null,
  step text,
  title text not null,
  what text not null,
  organisation text not null,
  role text,
  assignee text,
  assignee_name text,
  -- How its due time was reckoned, as the playbook says it.
  due_rule jsonb,
  due_at timestamptz,
  evidence text,
  messages jsonb not null default '[]',
  state text not null check (state in ('waiting', 'open', 'done', 'skipped')),
  opened_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  ended_name text,
  result text,
  file jsonb,
  warned_at timestamptz,
  late_at timestamptz,
  form_key text unique,
  foreign key (incident, exercise) references incidents.incident (code, exercise),
  unique (incident, number),
  check ((state in ('done', 'skipped')) = (ended_at is not null)),
  check (state <> 'skipped' or result is not null),
  check (state <> 'done' or evidence is null or result is not null or file is not null)
);
create unique index task_step on incidents.task (incident, step) where step is not null;
create index task_due on incidents.task (due_at) where state = 'open';
create index task_organisation on incidents.task (organisation, incident);

create table incidents.bulletin (
  id bigint generated always as identity primary key,
  incident text not null,
  exercise boolean not null,
  number int not null,
  kind text not null check (kind in ('alert', 'update', 'cancel')),
  -- The bulletin it takes the place of, or calls off.
  refers_to bigint references incidents.bulletin,
  risk_level text check (risk_level in ('1', '2', '3', '4', '5')),
  title text not null,
  body text not null,
  area text not null,
  channels text[] not null,
  expires_at timestamptz,
  state text not null check (state in ('draft', 'approved', 'sent', 'dropped')),
  drafted_by text not null,
  drafted_name text not null,
  drafted_parties text[] not null,
  drafted_at timestamptz not null,
  approved_by text,
  approved_name text,
  approved_parties text[],
  approved_at timestamptz,
  approved_digest text,
  sent_by text,
  sent_name text,
  sent_parties text[],
  sent_at timestamptz,
  form_key text not null unique,
  foreign key (incident, exercise) references incidents.incident (code, exercise),
  unique (incident, number),
  check ((kind = 'alert') = (refers_to is null)),
  check (state not in ('approved', 'sent') or (approved_at is not null and not (drafted_parties && approved_parties))),
  check ((state = 'sent') = (sent_at is not null)),
  check (sent_parties is null or not (drafted_parties && sent_parties))
);

create table incidents.log_entry (
  id bigint generated always as identity primary key,
  incident text not null,
  exercise boolean not null,
  at timestamptz not null,
  happened_at timestamptz not null,
  kind text not null,
  text text not null,
  author text not null,
  author_name text not null,
  corrects bigint references incidents.log_entry,
  task bigint references incidents.task,
  bulletin bigint references incidents.bulletin,
  file jsonb,
  form_key text unique,
  foreign key (incident, exercise) references incidents.incident (code, exercise)
);
create index log_entry_of on incidents.log_entry (incident, id desc);

create table incidents.place (
  id bigint generated always as identity primary key,
  incident text not null,
  exercise boolean not null,
  name text not null,
  role text not null,
  area text,
  longitude double precision,
  latitude double precision,
  note text,
  added_by text not null,
  added_name text not null,
  added_at timestamptz not null,
  form_key text not null unique,
  foreign key (incident, exercise) references incidents.incident (code, exercise),
  check ((longitude is null) = (latitude is null))
);
create index place_of on incidents.place (incident, id);

create table incidents.command_offer (
  id bigint generated always as identity primary key,
  incident text not null,
  exercise boolean not null,
  offered_by text not null,
  offered_name text not null,
  offered_to text not null,
  offered_to_name text not null,
  situation text not null,
  offered_at timestamptz not null,
  state text not null check (state in ('offered', 'accepted', 'declined', 'withdrawn')),
  ended_at timestamptz,
  foreign key (incident, exercise) references incidents.incident (code, exercise)
);
create unique index command_offer_open on incidents.command_offer (incident) where state = 'offered';

create table incidents.quick_report (
  incident text not null,
  exercise boolean not null,
  version int not null,
  state text not null check (state in ('draft', 'signed')),
  sections jsonb not null,
  filled_at timestamptz not null,
  edited_by text not null,
  edited_name text not null,
  edited_at timestamptz not null,
  signed_by text,
  signed_name text,
  signed_position text,
  signed_at timestamptz,
  digest text,
  primary key (incident, version),
  foreign key (incident, exercise) references incidents.incident (code, exercise),
  check ((state = 'signed') = (signed_at is not null and digest is not null))
);
create unique index quick_report_draft on incidents.quick_report (incident) where state = 'draft';

-- What holds on every path, whatever the program does.
create function incidents.guard_incident() returns trigger language plpgsql as $$
begin
  if new.exercise <> old.exercise or new.code <> old.code then
    raise exception 'an exercise stays an exercise';
  end if;
  if new.state = 'closed' and old.state = 'open' and exists (
    select from incidents.task t where t.incident = new.code and t.state in ('waiting', 'open')
  ) then
    raise exception 'an incident with open tasks is not closed';
  end if;
  return new;
end $$;
create trigger guard_incident before update on incidents.incident
  for each row execute function incidents.guard_incident();

create function incidents.guard_task() returns trigger language plpgsql as $$
begin
  if new.state in ('waiting', 'open') and exists (
    select from incidents.incident i where i.code = new.incident and i.state = 'closed'
  ) then
    raise exception 'a closed incident has no open tasks';
  end if;
  return new;
end $$;
create trigger guard_task before insert or update on incidents.task
  for each row execute function incidents.guard_task();

create function incidents.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log of an incident is only added to';
end $$;
create trigger log_entry_stays before update or delete on incidents.log_entry
  for each row execute function incidents.refuse_change();

-- Duty roster -------------------------------------------------------------------------------------------------------

create table incidents.assignment (
  id bigint generated always as identity primary key,
  day date not null,
  shift text not null,
  duty text not null check (duty in ('lead', 'operator', 'deputy')),
  account text not null,
  name text not null,
  given_by text not null,
  given_at timestamptz not null,
  unique (day, shift, account)
);
create unique index assignment_lead on incidents.assignment (day, shift) where duty = 'lead';
create index assignment_account on incidents.assignment (account, day);

create table incidents.absence (
  id bigint generated always as identity primary key,
  account text not null,
  name text not null,
  from_day date not null,
  to_day date not null,
  reason text not null,
  entered_by text not null,
  entered_at timestamptz not null,
  check (from_day <= to_day)
);
create index absence_days on incidents.absence (to_day);

create table incidents.swap (
  id bigint generated always as identity primary key,
  assignment bigint not null,
  day date not null,
  shift text not null,
  asked_by text not null,
  asked_name text not null,
  asked_of text not null,
  asked_of_name text not null,
  reason text not null,
  state text not null check (state in ('asked', 'agreed', 'refused', 'withdrawn')),
  asked_at timestamptz not null,
  answered_at timestamptz
);
create unique index swap_open on incidents.swap (assignment) where state = 'asked';

create table incidents.call_out (
  id bigint generated always as identity primary key,
  key text not null unique,
  about text not null,
  url text not null,
  text text not null,
  duty text not null check (duty in ('lead', 'operator')),
  state text not null check (state in ('calling', 'answered', 'ended')),
  round int not null default 1,
  started_at timestamptz not null,
  -- When the next in the ladder is called unless somebody answers before.
  next_at timestamptz,
  answered_by text,
  answered_name text,
  answered_at timestamptz,
  ended_reason text,
  check ((state = 'calling') = (next_at is not null))
);
create index call_out_due on incidents.call_out (next_at) where state = 'calling';

create table incidents.call_attempt (
  call_out bigint not null references incidents.call_out,
  round int not null,
  position int not null,
  account text not null,
  name text not null,
  called_at timestamptz not null,
  answered_at timestamptz,
  primary key (call_out, round, position),
  unique (call_out, round, account)
);

create table incidents.hand_over (
  day date not null,
  shift text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  state text not null check (state in ('draft', 'left', 'taken')),
  body jsonb not null,
  edited_by text not null,
  edited_at timestamptz not null,
  -- The exact text that was signed, and its SHA-256.
  text text,
  digest text,
  left_by text,
  left_name text,
  left_parties text[],
  left_at timestamptz,
  taken_by text,
  taken_name text,
  taken_parties text[],
  taken_at timestamptz,
  remark text,
  primary key (day, shift),
  check (state = 'draft' or (text is not null and digest is not null and left_at is not null)),
  check ((state = 'taken') = (taken_at is not null)),
  check (taken_parties is null or not (left_parties && taken_parties))
);

-- What the leads of a shift have been reminded of, each once a step of time.
create table incidents.reminder (
  key text primary key,
  at timestamptz not null
);
