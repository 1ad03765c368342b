-- A file that somebody uploaded and has not yet had taken in, with his answers about a contract that is being made for it.
create table warehouse.import_draft (
  id uuid primary key default gen_random_uuid(),
  account text not null,
  -- The source whose contract it is for; absent while a new source is being described.
  source text,
  file_name text not null,
  byte_count bigint not null default 0,
  -- Answers so far: `drafts/answers.ts`.
  answers jsonb,
  created_at timestamptz not null default now(),
  touched_at timestamptz not null default now()
);
create index on warehouse.import_draft (account, touched_at desc);
create index on warehouse.import_draft (touched_at);

create table warehouse.import_draft_piece (
  draft uuid not null references warehouse.import_draft on delete cascade,
  seq int not null,
  bytes bytea not null,
  primary key (draft, seq)
);
