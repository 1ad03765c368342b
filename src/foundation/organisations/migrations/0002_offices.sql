-- Positions of an organisation and who holds them, in two times like the organisations themselves (0001): a row is closed as known
-- and written again, never changed. And who may sign for whom, which is taken back and never erased.
create table organisations.position (
  -- <organisation>:<short name>, such as H32:CT
  code text primary key check (code ~ '^[A-Z0-9-]+(\.[A-Z0-9-]+)*:[A-Z0-9-]+$' and length(code) <= 56),
  organisation text not null references organisations.organisation (code),
  pack text references organisations.pack (code)
);
create index position_by_organisation on organisations.position (organisation);

create table organisations.position_version (
  id bigint generated always as identity primary key,
  code text not null references organisations.position (code),
  organisation text not null references organisations.organisation (code),
  title text collate "vi-x-icu" not null check (title <> ''),
  rank text not null check (rank in ('head', 'deputy', 'officer')),
  -- How many may hold it at once; null: as many as there are.
  seats integer check (seats > 0),
  -- The body in whose name the head signs (TM.); null where the head decides alone.
  collective text check (collective <> ''),
  decision text,
  unverified boolean not null default false,
  valid_from date,
  valid_to date,
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null,
  check (valid_to >= valid_from),
  check (recorded_to > recorded_from),
  check (collective is null or rank = 'head'),
  exclude using gist (code with =, daterange(valid_from, valid_to, '[]') with &&,
    tstzrange(recorded_from, recorded_to) with &&),
  -- One position heads an organisation on any one day.
  exclude using gist (organisation with =, daterange(valid_from, valid_to, '[]') with &&,
    tstzrange(recorded_from, recorded_to) with &&) where (rank = 'head')
);

create table organisations.holding (
  id bigint generated always as identity primary key,
  position text not null references organisations.position (code),
  -- Handle of the person's account; his name as it was when he took the position.
  account text not null,
  person_name text collate "vi-x-icu" not null check (person_name <> ''),
  -- Entrusted with the head's powers without being appointed (Q.).
  acting boolean not null default false,
  decision text,
  valid_from date,
  valid_to date,
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null,
  check (valid_to >= valid_from),
  check (recorded_to > recorded_from),
  exclude using gist (position with =, account with =, daterange(valid_from, valid_to, '[]') with &&,
    tstzrange(recorded_from, recorded_to) with &&)
);
create index holding_by_position on organisations.holding (position) where recorded_to is null;
create index holding_by_account on organisations.holding (account) where recorded_to is null;

create table organisations.signing_authority (
  id bigint generated always as identity primary key,
  -- KT.: a deputy for his head; TL.: the head of a unit by order; TUQ.: entrusted in writing for a time.
  form text not null check (form in ('KT', 'TL', 'TUQ')),
  -- The head for whom is signed, and the position that signs; one person only, where it names him.
  principal text not null references organisations.position (code),
  signatory text not null references organisations.position (code),
  account text,
  -- Kinds of documents; `*` is every kind.
  kinds text[] not null check (cardinality(kinds) > 0),
  -- What it is limited to, in the words of the document.
  scope text,
  -- The position as it is printed, where that is not its title.
  printed_title text,
  document text not null check (document <> ''),
  document_on date,
  valid_from date not null,
  valid_to date,
  pack text references organisations.pack (code),
  given_by text not null,
  given_at timestamptz not null,
  -- The first day on which it no longer holds.
  revoked_from date,
  revoked_by text,
  revoked_at timestamptz,
  revoked_document text,
  check (principal <> signatory),
  check (valid_to >= valid_from),
  -- Decree 30/2020, article 13.3: in writing, limited in time and content.
  check (form <> 'TUQ' or (valid_to is not null and document_on is not null and scope is not null)),
  check ((revoked_by is null) = (revoked_at is null) and (revoked_by is null) = (revoked_from is null)
    and (revoked_by is null) = (revoked_document is null))
);
create index signing_authority_by_principal on organisations.signing_authority (principal);
create index signing_authority_by_signatory on organisations.signing_authority (signatory);

-- What was last read of the positions of a pack.
create table organisations.office_file (
  pack text primary key references organisations.pack (code),
  content_sha256 text not null,
  loaded_at timestamptz not null
);
