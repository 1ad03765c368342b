create schema files;

-- One row for each content; the bytes lie under `var`. Whoever owns a file keeps its hash and the name it bore.
create table files.content (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  type text not null,
  size_bytes bigint not null check (size_bytes > 0),
  first_name text not null,
  kept_by text not null,
  kept_at timestamptz not null
);
