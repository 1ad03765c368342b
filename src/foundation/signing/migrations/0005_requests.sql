create schema if not exists signing;
create extension if not exists pg_trgm;

-- Who holds which certificate. Those that a list names are known by issuer and serial number alone; of those that were shown, the whole.
create table signing.certificate (
  id bigint primary key generated always as identity,
  -- SHA-256 of the DER, in hex.
  fingerprint text unique check (fingerprint ~ '^[0-9a-f]{64}$'),
  -- Hex in lower case without leading zeros.
  serial text not null check (serial ~ '^[0-9a-f]{1,64}$'),
  issuer text not null check (issuer <> ''),
  holder_kind text not null check (holder_kind in ('person', 'organisation')),
  holder text not null check (holder <> ''),
  -- Holder, serial number and issuer in lower case without diacritics.
  search_key text not null,
  -- Whose it is, where the person has an account here.
  account text,
  organisation text not null,
  means text not null check (means in ('token', 'remote', 'seal', 'unknown')),
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  der bytea,
  -- Taken from the means itself, imported from a list, or made for the demonstration.
  source text not null check (source in ('means', 'import', 'demo')),
  revoked_at timestamptz,
  revocation_reason text,
  checked_at timestamptz,
  -- The last answer of the authority could not be had: why.
  check_fault text,
  -- Least number of days before its end of which its holder was told already.
  told_days integer,
  -- A later certificate of the same holder makes its renewal needless.
  renewed_by bigint references signing.certificate,
  recorded_at timestamptz not null,
  recorded_by text not null,
  unique (issuer, serial),
  check (valid_to > valid_from)
);
create index certificate_ends on signing.certificate (valid_to, id);
create index certificate_of_organisation on signing.certificate (organisation, valid_to, id);
create index certificate_of_account on signing.certificate (account) where account is not null;
create index certificate_search on signing.certificate using gin (search_key gin_trgm_ops);

-- The key behind an agency's seal: where it lies; its PIN is sealed under a key file of the installation.
create table signing.seal (
  organisation text primary key,
  module text not null,
  token text not null,
  key_id text not null check (key_id ~ '^[0-9a-f]{2,64}$'),
  sealed_pin bytea not null,
  chain jsonb not null,
  algorithm text not null check (algorithm in ('rsa-pkcs1-sha256', 'ecdsa-p256-sha256')),
  certificate text not null,
  -- PNG of the seal, kept in #files.
  image_sha256 text,
  disabled_at timestamptz,
  changed_at timestamptz not null,
  changed_by text not null
);

create table signing.request (
  code text primary key,
  title text not null check (title <> ''),
  organisation text not null,
  state text not null check (state in ('pending', 'signed', 'refused', 'expired', 'withdrawn')),
  -- The document as it came, and with the signatures that it bears by now.
  document_sha256 text not null,
  current_sha256 text not null,
  file_name text not null,
  due_at timestamptz,
  -- Whose document it is, where another room asked: its capability and its own code, and the page to go back to.
  origin_capability text,
  origin_code text,
  origin_url text,
  created_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  reason text,
  unique (origin_capability, origin_code)
);
create index request_created on signing.request (created_at desc, code desc);
create index request_of_creator on signing.request (created_by, created_at desc);
create index request_due on signing.request (due_at) where state = 'pending';
create sequence signing.request_number;

create table signing.step (
  request text not null references signing.request,
  position integer not null check (position between 1 and 20),
  kind text not null check (kind in ('person', 'seal')),
  -- A person signs by account, an agency by its seal.
  account text,
  organisation text not null,
  -- Lines of the block as they stand over the name: "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH".
  block jsonb not null default '[]',
  state text not null check (state in ('waiting', 'current', 'signed', 'refused', 'dropped')),
  signed_at timestamptz,
  signed_by text,
  means text,
  certificate text,
  result_sha256 text,
  primary key (request, position),
  check ((kind = 'person') = (account is not null)),
  check ((state = 'signed') = (result_sha256 is not null))
);
create index step_of_account on signing.step (account, state) where account is not null;
create index step_of_seal on signing.step (organisation, state) where kind = 'seal';

-- One consent: the documents it names are signed one after the other.
create table signing.session (
  id uuid primary key,
  account text not null,
  actor_name text not null,
  organisation text,
  means text not null check (means in ('helper', 'remote', 'seal')),
  state text not null check (state in ('running', 'stopped', 'done', 'failed')),
  -- The agency whose seal it is, the credential of the remote service, or the certificate that the helper has shown.
  seal text,
  credential text,
  chain jsonb,
  algorithm text,
  -- Name of the consent at the remote service.
  handle text,
  fault text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index session_running on signing.session (expires_at) where state = 'running';

create table signing.session_item (
  session uuid not null references signing.session,
  place integer not null,
  request text not null,
  position integer not null,
  title text not null,
  document_sha256 text not null,
  state text not null check (state in ('waiting', 'prepared', 'signed', 'failed')),
  -- The document with room for the signature, and what completes it; gone when it is signed.
  prepared bytea,
  completion jsonb,
  digest text,
  -- A digest goes to the signer's machine once.
  sent_at timestamptz,
  fault text,
  primary key (session, place),
  unique (session, request, position),
  foreign key (request, position) references signing.step (request, position)
);

-- Whose keys the remote service holds.
create table signing.remote_user (
  account text not null,
  user_id text not null,
  credential text not null,
  label text not null,
  primary key (account, credential)
);
