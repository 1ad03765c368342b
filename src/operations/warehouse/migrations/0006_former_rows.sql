-- When a version of a record began to count. Of those taken in before this was kept, when their file was received.
alter table warehouse.record add column applied_at timestamptz;

-- Canonical rows that stood until something else was known: with them a list of records is asked as of an earlier moment.
create table warehouse.former_row (
  id bigint generated always as identity primary key,
  kind text not null,
  source text not null,
  organisation text not null,
  record_id bigint not null,
  part int not null,
  -- Of a case: its row is made anew with each of its events.
  case_id text,
  known_from timestamptz not null,
  gone_at timestamptz not null,
  body jsonb not null
);
create index former_row_standing on warehouse.former_row (source, kind, organisation, gone_at);
create index former_row_case on warehouse.former_row (source, case_id, gone_at) where kind = 'case';
