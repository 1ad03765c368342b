create schema if not exists calendar;

-- A working calendar. `revision` changes with any change of its hours, years or days: compiled forms are kept under it.
create table calendar.calendar (
  code text primary key,
  name text not null,
  time_zone text not null,
  -- Who administers the calendar must hold the permission over this organisation.
  owner text not null,
  revision uuid not null default gen_random_uuid(),
  -- Who last set the working hours; the pack's later files leave alone what the office keeps.
  hours_kept_by text not null default 'pack' check (hours_kept_by in ('pack', 'office')),
  -- Fingerprint of the pack's files last taken in.
  pack_sha256 text
);

-- Which organisations work by it, each with all below it that have no calendar of their own.
create table calendar.assignment (
  organisation text primary key,
  calendar text not null references calendar.calendar
);
create index assignment_calendar on calendar.assignment (calendar);

-- Working hours of the week from a date on.
create table calendar.hours (
  calendar text not null references calendar.calendar,
  valid_from date not null,
  week jsonb not null,
  citation text not null,
  unverified boolean not null default false,
  primary key (calendar, valid_from)
);

-- A year of the calendar, kept by the pack until the office changes a day of it or confirms it.
create table calendar.year (
  calendar text not null references calendar.calendar,
  year int not null check (year between 1990 and 2099),
  state text not null check (state in ('proposed', 'confirmed')),
  citation text not null,
  kept_by text not null check (kept_by in ('pack', 'office')),
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (calendar, year)
);

-- A day that differs from its weekday; no sessions of its own: closed, or for a make-up day the hours of the day it replaces.
create table calendar.day (
  calendar text not null,
  date date not null,
  year int not null generated always as (extract(year from date)::int) stored,
  kind text not null check (kind in ('holiday', 'swapped-off', 'make-up', 'closure')),
  name text not null,
  replaces date,
  sessions jsonb,
  citation text not null,
  unverified boolean not null default false,
  primary key (calendar, date),
  foreign key (calendar, year) references calendar.year,
  check ((kind = 'make-up') = (replaces is not null))
);
create index day_year on calendar.day (calendar, year);
