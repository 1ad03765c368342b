create schema if not exists centre;

-- A page somebody arranged for a meeting.
create table centre.board (
  id bigint generated always as identity primary key,
  title text not null,
  -- Whose numbers its cards show where they name no other.
  organisation text not null,
  owner text not null,
  owner_name text not null,
  -- Shared with everybody of the owner's organisation and above; else for the owner alone.
  is_shared boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index board_owner on centre.board (owner, id desc);
create index board_shared on centre.board (organisation, id desc) where is_shared;

create table centre.board_piece (
  id bigint generated always as identity primary key,
  board_id bigint not null references centre.board on delete cascade,
  position int not null,
  kind text not null check (kind in ('card', 'course', 'units')),
  indicator text not null,
  organisation text not null,
  unique (board_id, position) deferrable initially deferred
);
