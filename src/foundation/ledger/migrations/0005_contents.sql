-- How far kept contents were read again and compared with what their entries say, for each action that tells of such.
create table ledger.reading (
  action text primary key,
  -- The last entry gone through in this round; absent at its beginning.
  after uuid,
  begun_at timestamptz(3) not null,
  -- Entries of this action when the round began, and what was read of them.
  total bigint not null,
  entries bigint not null default 0,
  contents bigint not null default 0,
  bytes bigint not null default 0,
  -- When a whole round was last finished.
  finished_at timestamptz(3)
);

-- Contents that were not what their entry says when they were last looked at; what is whole again goes, the entries of both stay.
create table ledger.content_fault (
  subject text primary key,
  entry_id uuid not null,
  action text not null,
  code text not null check (code in ('changed', 'missing', 'unreadable')),
  name text not null,
  source text,
  expected text not null,
  found text,
  kept_at timestamptz(3) not null,
  found_at timestamptz(3) not null
);
create index content_fault_found on ledger.content_fault (found_at desc);
