-- Uploads under way (tus): a row each, and a row for each piece that lies whole in the store. What is received is what the pieces hold,
-- whichever process took them; an upload goes when its file is taken, when it is given up, or when its time is over.
create table files.upload (
  id uuid primary key,
  account text not null,
  use text not null,
  name text not null,
  size_bytes bigint not null check (size_bytes > 0),
  received_bytes bigint not null default 0 check (received_bytes between 0 and size_bytes),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index upload_account on files.upload (account);
create index upload_expires on files.upload (expires_at);

create table files.upload_piece (
  upload uuid not null references files.upload (id) on delete cascade,
  at_byte bigint not null check (at_byte >= 0),
  size_bytes bigint not null check (size_bytes > 0),
  -- Of the bytes in the store.
  name text not null,
  primary key (upload, at_byte)
);
