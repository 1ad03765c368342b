-- What is fetched from elsewhere on a schedule: a file over HTTP, or the new rows of a table of an agency's database.
create table warehouse.pull (
  id bigint generated always as identity primary key,
  source text not null references warehouse.source,
  -- {type: http | database, …}; passwords by the name of a file only.
  settings jsonb not null,
  schedule text not null,
  paused_at timestamptz,
  next_run_at timestamptz,
  made_by text not null,
  made_at timestamptz not null default now(),
  -- Where the next run goes on: {etag, lastModified, sha256} or {watermark, key, more}.
  position jsonb not null default '{}',
  failures int not null default 0,
  last_run_at timestamptz,
  -- {outcome: landed | unchanged | failed, message, landing, rows, bytes, seconds}
  last_result jsonb
);
create index pull_source on warehouse.pull (source);
create index pull_due on warehouse.pull (next_run_at) where paused_at is null;
