create schema if not exists duties;

-- What the pack says of warning times, the ladder and letters; one row a pack.
create table duties.setting (
  pack text primary key,
  body jsonb not null,
  sha256 text not null,
  loaded_at timestamptz not null
);

-- An organisation owes a subject (a typed indicator or a source) by its cadence.
create table duties.obligation (
  id bigint generated always as identity primary key,
  subject_kind text not null check (subject_kind in ('indicator', 'source')),
  subject text not null,
  subject_name text not null,
  -- Who owes it, and the agency whose head answers for it.
  organisation text not null,
  agency text not null,
  -- Answers to its ministry: requests instead of reminders.
  is_outside boolean not null default false,
  -- Whose figure it is: a figure of the whole is owed by one agency.
  figure_of text not null,
  cadence jsonb not null,
  since_at timestamptz not null,
  -- The next period that becomes due, and when its row is opened; null where nothing recurs.
  next_period text,
  next_opens_at timestamptz,
  last_arrival_at timestamptz,
  has_value boolean not null default false,
  ended_at timestamptz,
  unique (subject_kind, subject, organisation)
);
create index obligation_next on duties.obligation (next_opens_at) where ended_at is null;
create index obligation_agency on duties.obligation (agency) where ended_at is null;

-- One period of an obligation.
create table duties.duty (
  id bigint generated always as identity primary key,
  obligation_id bigint not null references duties.obligation,
  organisation text not null,
  agency text not null,
  period text not null,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  warn_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'due-soon', 'late', 'fulfilled', 'void')),
  warned_at timestamptz,
  -- When it was marked late; kept after the data have arrived, unless they turn out to have come in time.
  late_at timestamptz,
  arrived_at timestamptz,
  -- Working days between due time and arrival; null where it came in time or has not come.
  late_days int,
  excuse_reason text,
  excused_by text,
  excused_at timestamptz,
  unique (obligation_id, period)
);
create index duty_standing on duties.duty (obligation_id) where state in ('open', 'due-soon', 'late');
create index duty_warn on duties.duty (warn_at) where state = 'open';
create index duty_due on duties.duty (due_at) where state in ('open', 'due-soon');
create index duty_late on duties.duty (agency, due_at) where state = 'late';
create index duty_arrived on duties.duty (obligation_id, arrived_at) where state = 'fulfilled';
create index duty_history on duties.duty (agency, due_at desc, id desc);
create index duty_of_unit on duties.duty (organisation, due_at desc, id desc) where organisation <> agency;
create index duty_excused on duties.duty (agency, excused_at desc) where excused_at is not null;

-- A letter on its way: a reminder climbs the ladder once it is issued, a request never does.
create table duties.reminder (
  id bigint generated always as identity primary key,
  code text not null unique,
  kind text not null check (kind in ('reminder', 'request')),
  agency text not null,
  issuer text not null,
  state text not null check (state in ('asked', 'explained', 'to-sign', 'issued', 'excused', 'withdrawn', 'dropped')),
  drafted_at timestamptz not null,
  -- Until when the agency may explain; null for requests.
  explain_by timestamptz,
  explanation text,
  explained_by text,
  explained_at timestamptz,
  decision text,
  decided_by text,
  decided_at timestamptz,
  year int,
  number int,
  number_text text,
  issued_on date,
  issued_by text,
  issued_at timestamptz,
  -- The letter as it was issued.
  letter jsonb,
  closed_reason text,
  closed_by text,
  closed_at timestamptz
);
create unique index reminder_number on duties.reminder (issuer, year, number) where number is not null;
create unique index reminder_open on duties.reminder (agency) where state in ('asked', 'explained', 'to-sign');
create index reminder_year on duties.reminder (year, agency) where state = 'issued';
create index reminder_list on duties.reminder (drafted_at desc, id desc);

create table duties.reminder_duty (
  reminder_id bigint not null references duties.reminder,
  duty_id bigint not null references duties.duty,
  -- Accepted as excused: no longer held against the agency.
  is_excused boolean not null default false,
  primary key (reminder_id, duty_id)
);
create index reminder_of_duty on duties.reminder_duty (duty_id);

-- Every step of a letter; nothing is taken away.
create table duties.step (
  id bigint generated always as identity primary key,
  reminder_id bigint not null references duties.reminder,
  at timestamptz not null,
  by text not null,
  from_state text,
  to_state text not null,
  note text
);
create index step_reminder on duties.step (reminder_id, id);

-- Codes of drafts, counted within a year.
create table duties.draft_counter (
  year int primary key,
  last int not null
);
