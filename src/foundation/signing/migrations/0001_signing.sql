create schema signing;

-- Signed documents that anyone may check by the code printed on them; the bytes lie with the files.
create table signing.published (
  code text primary key check (code ~ '^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  file_name text not null,
  title text not null,
  organisation text not null,
  published_by text not null,
  published_at timestamptz not null,
  withdrawn_at timestamptz,
  withdrawn_reason text,
  check ((withdrawn_at is null) = (withdrawn_reason is null))
);
create index published_sha256 on signing.published (sha256);
