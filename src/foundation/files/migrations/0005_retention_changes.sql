-- How long a use is kept, as an office has set it, each with the text that says so and the day from which it holds.
create table files.retention_change (
  id bigint generated always as identity primary key,
  use text not null,
  -- Absent: for ever.
  years int check (years between 1 and 100),
  citation text not null check (citation <> ''),
  from_on date not null,
  changed_by text not null,
  changed_at timestamptz not null,
  applied_at timestamptz
);
create index retention_change_use on files.retention_change (use, id desc);
create index retention_change_waiting on files.retention_change (from_on) where applied_at is null;

-- A list was drawn up by the period of its day: what is to be kept longer since then stays.
alter table files.disposal_item drop constraint disposal_item_outcome_check;
alter table files.disposal_item add check (outcome in ('disposed', 'held', 'kept-elsewhere', 'kept-longer'));
