create schema ledger;

-- Written once, in the transaction of the deed it tells of. `body` and `batch` are canonical JSON kept as text: exactly the characters
-- that the commitment was made over, which jsonb would rewrite.
create table ledger.entry (
  id uuid primary key,
  at timestamptz(3) not null,
  actor text not null,
  organisation text not null,
  action text not null,
  subject text not null,
  purpose text,
  sealed_under text,
  body text not null,
  batch text,
  salt bytea not null check (octet_length(salt) = 16),
  commitment bytea not null check (octet_length(commitment) = 32)
);
-- Ids are UUIDv7 of `at`, so each of these also answers in order of time.
create index entry_by_subject on ledger.entry (subject, id);
create index entry_by_actor on ledger.entry (actor, id);
create index entry_by_action on ledger.entry (action, id);
create index entry_by_organisation on ledger.entry (organisation, id);
create index entry_by_key on ledger.entry (sealed_under) where sealed_under is not null;

-- Entries waiting for a number, in order of writing. Filled by a trigger, emptied by the sequencer.
create table ledger.pending (
  position bigint generated always as identity primary key,
  entry_id uuid not null
);

create table ledger.leaf (
  leaf_index bigint primary key check (leaf_index >= 0),
  entry_id uuid not null unique,
  hash bytea not null check (octet_length(hash) = 32)
);

-- Roots of perfect subtrees of 256, 65.536, 16.777.216 … leaves. A row is written once, when its last leaf is; everything between
-- is at most 255 hashes away from rows that lie side by side.
create table ledger.subtree (
  height smallint not null check (height > 0 and height % 8 = 0),
  index bigint not null check (index >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (height, index)
);

create table ledger.checkpoint (
  size bigint primary key check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  at timestamptz(3) not null,
  -- The signed note as text, and the public key it is checked with (C2SP signed-note).
  note text not null,
  verifier_key text not null
);

-- The items of a batch, as the leaf hashes of its own tree.
create table ledger.batch (
  entry_id uuid primary key,
  salt bytea not null check (octet_length(salt) = 32)
);
create table ledger.batch_chunk (
  entry_id uuid not null,
  number integer not null check (number >= 0),
  hashes bytea not null,
  primary key (entry_id, number)
);
alter table ledger.batch_chunk alter column hashes set storage external;

-- The only thing that may be destroyed: without its key a sealed body is noise, while its commitment and proofs stand.
create table ledger.body_key (
  name text primary key,
  key bytea check (octet_length(key) = 32),
  fingerprint bytea not null,
  created_at timestamptz(3) not null,
  destroyed_at timestamptz(3),
  check ((key is null) = (destroyed_at is not null))
);

create function ledger.refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'ledger.% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;

create function ledger.queue_entries() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into ledger.pending (entry_id) select id from written;
  return null;
end $$;

create trigger entry_queued after insert on ledger.entry
  referencing new table as written for each statement execute function ledger.queue_entries();

do $$
declare name text;
begin
  foreach name in array array['entry', 'leaf', 'subtree', 'checkpoint', 'batch', 'batch_chunk'] loop
    execute format('create trigger no_rewriting before update or delete or truncate on ledger.%I
      for each statement execute function ledger.refuse_rewriting()', name);
    execute format('revoke update, delete, truncate on ledger.%I from public, current_user', name);
  end loop;
end $$;

create trigger no_truncating before truncate on ledger.pending
  for each statement execute function ledger.refuse_rewriting();
create trigger no_changing before update on ledger.pending
  for each statement execute function ledger.refuse_rewriting();
create trigger no_deleting before delete or truncate on ledger.body_key
  for each statement execute function ledger.refuse_rewriting();

create function ledger.guard_key() returns trigger language plpgsql as $$
begin
  if old.key is null or new.key is not null
    or (new.name, new.fingerprint, new.created_at) is distinct from (old.name, old.fingerprint, old.created_at) then
    raise exception 'a key of the ledger can only be destroyed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger only_destroying before update on ledger.body_key for each row execute function ledger.guard_key();
