create schema identity;

create table identity.account (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$' and name <> 'system'),
  person_name text not null check (person_name <> ''),
  position text,
  -- Code of the organisation the person works in; none for the installation's own administrator and for machines of no agency.
  organisation text,
  -- Name, person and organisation in lower case without diacritics.
  search_key text not null,
  -- argon2id in PHC form; machines have none and cannot sign in at the page.
  password_hash text,
  -- Somebody else chose the password: the person is asked for a new one.
  password_given boolean not null default false,
  machine boolean not null default false,
  demo boolean not null default false,
  disabled_at timestamptz,
  created_at timestamptz not null,
  -- Changes with everything that bears on what the account may do, so that each process sees when what it has kept is stale.
  access_stamp uuid not null default gen_random_uuid(),
  check (not machine or password_hash is null)
);

create table identity.role_assignment (
  id bigint primary key generated always as identity,
  account text not null references identity.account,
  role text not null check (role in ('leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor')),
  -- '*' reaches every organisation.
  organisation text not null,
  valid_from date not null,
  valid_to date,
  given_by text not null,
  given_at timestamptz not null,
  check (valid_to is null or valid_to >= valid_from)
);
create index role_assignment_by_account on identity.role_assignment (account);

create table identity.session (
  id uuid primary key default gen_random_uuid(),
  -- sha-256 of the token: who reads this table cannot take over a session.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  account text not null references identity.account,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  address text not null,
  user_agent text not null
);
create index session_by_account on identity.session (account, seen_at);
create index session_by_expiry on identity.session (expires_at);

create table identity.api_token (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  account text not null references identity.account,
  label text not null,
  scopes text[] not null check (cardinality(scopes) > 0),
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index api_token_by_account on identity.api_token (account, created_at);

-- Failed sign-ins by address, and by account and address together. Never by account alone: a stranger could lock its owner out.
create table identity.sign_in_brake (
  key text primary key,
  failures integer not null,
  failed_at timestamptz not null,
  blocked_until timestamptz not null
);
create index sign_in_brake_by_age on identity.sign_in_brake (failed_at);
