-- Citizens: who they are, how they are known at VNeID, and who has looked at their data.

-- A citizen signs in at VNeID only, works in no organisation and holds no role.
alter table identity.account add column citizen boolean not null default false;
-- The organisation that an organisational VNeID account speaks for.
alter table identity.account add column represented_identifier text;
alter table identity.account add column represented_name text;
alter table identity.account add constraint account_of_citizen
  check (not citizen or (not machine and password_hash is null and organisation is null));
alter table identity.account add constraint account_representing
  check ((represented_identifier is null) = (represented_name is null) and (citizen or represented_identifier is null));

alter table identity.role_assignment drop constraint role_assignment_role_check;
alter table identity.role_assignment add constraint role_assignment_role_check
  check (role in ('leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor', 'clerk'));

create table identity.person (
  id uuid primary key,
  -- The personal identification number as VNeID has verified it: a keyed hash to look it up, and sealed. Never in the open.
  number_hash bytea unique check (octet_length(number_hash) = 32),
  number_sealed bytea,
  name text not null check (name <> ''),
  -- The name in lower case without diacritics.
  name_key text not null,
  birth_date date,
  sex text check (sex in ('male', 'female')),
  account text not null unique references identity.account,
  -- Decided by a clerk: this record and that one are of one person. Only a record without a number can be another's.
  same_as uuid references identity.person,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((number_hash is null) = (number_sealed is null)),
  check (same_as is null or (number_hash is null and same_as <> id))
);
create index person_by_facts on identity.person (name_key, birth_date);
create index person_by_same on identity.person (same_as) where same_as is not null;

-- An account at VNeID, by the name it gives to us.
create table identity.vneid_account (
  issuer text not null,
  subject text not null,
  person uuid not null references identity.person,
  -- Of its own where it speaks for an organisation, otherwise the person's.
  account text references identity.account,
  linked_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (issuer, subject)
);
create index vneid_account_by_person on identity.vneid_account (person);

-- Two records that may be of one person: a clerk decides, the program never does.
create table identity.person_case (
  id uuid primary key,
  kind text not null check (kind in ('same-facts', 'number-met')),
  -- The record without a number, and the one it may be.
  person uuid not null references identity.person,
  other uuid not null references identity.person,
  state text not null default 'open' check (state in ('open', 'linked', 'apart', 'undone')),
  opened_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  ground text,
  undone_by text,
  undone_at timestamptz,
  undo_ground text,
  check (person <> other),
  check ((state = 'open') = (decided_at is null)),
  check ((state = 'undone') = (undone_at is not null))
);
create unique index person_case_open on identity.person_case (person, other) where state in ('open', 'linked', 'apart');
create index person_case_by_state on identity.person_case (state, opened_at);

-- A sign-in at VNeID that is under way, known by a cookie of the browser that began it; used once.
create table identity.vneid_flow (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  state text not null,
  nonce text not null,
  verifier text not null,
  level text not null check (level in ('vneid:1', 'vneid:2')),
  return_to text not null,
  -- Whose level is raised; none at a first sign-in.
  account text references identity.account,
  expires_at timestamptz not null
);
create index vneid_flow_by_expiry on identity.vneid_flow (expires_at);

-- What ends the session at VNeID together with ours; sealed.
create table identity.vneid_session (
  session uuid primary key references identity.session on delete cascade,
  id_token_sealed bytea not null
);
