-- Directories of agencies (LDAP, Active Directory) in which people prove themselves. The password of the bind account is sealed under a
-- key file of the installation, so that a copy of the database alone opens no directory.
create table identity.directory (
  code text primary key check (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  name text not null check (name <> ''),
  organisation text not null,
  url text not null check (url ~ '^ldaps?://'),
  start_tls boolean not null default false,
  -- Certificates in PEM that are trusted besides those of the system.
  ca text,
  base_dn text not null,
  -- `{name}` stands for the sign-in name, escaped by RFC 4515.
  filter text not null check (position('{name}' in filter) > 0),
  bind_dn text not null check (bind_dn <> ''),
  bind_secret bytea not null,
  -- Sign-in names with this ending (@so.vidu.invalid) are asked here too.
  domain text unique check (domain ~ '^[a-z0-9.-]+$'),
  name_attribute text not null,
  mail_attribute text not null,
  phone_attribute text not null,
  enabled boolean not null default true,
  changed_by text not null,
  changed_at timestamptz not null
);
create index directory_by_organisation on identity.directory (organisation);

-- Where the person proves himself; null: here, by password. And the first day on which the account is no longer in use.
alter table identity.account add column directory text references identity.directory;
alter table identity.account add column leaves_on date;
alter table identity.account add column leave_reason text;
create index account_by_leaving on identity.account (leaves_on) where leaves_on is not null and disabled_at is null;

-- Links by which a person chooses his first password: used once, within 72 hours. Only the hash of the token is kept.
create table identity.activation (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  account text not null references identity.account,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index activation_by_account on identity.activation (account);

-- A list of accounts between its upload and what became of it; its rows hold personal data and are dropped after a week.
create table identity.account_list (
  id uuid primary key default gen_random_uuid(),
  file_name text not null,
  content_sha256 text not null,
  rows jsonb,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  applied_at timestamptz,
  outcome jsonb
);
create index account_list_by_age on identity.account_list (uploaded_at);
