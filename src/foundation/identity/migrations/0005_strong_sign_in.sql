-- How surely a session is its person's, and the second factors that people have beside their passwords.

alter table identity.session
  add column acr text not null default 'password' check (acr in ('password', 'two-factor', 'vneid:1', 'vneid:2')),
  -- When the person last proved who he is: at the sign-in, or when he stepped up.
  add column authenticated_at timestamptz not null default now();
update identity.session set authenticated_at = created_at;

create table identity.passkey (
  -- The authenticator's own name for it.
  id bytea primary key check (octet_length(id) between 1 and 1023),
  account text not null references identity.account,
  name text not null check (name <> ''),
  -- COSE key.
  public_key bytea not null,
  -- Of signatures made; stays 0 with authenticators that do not count. One that goes back was copied.
  counter bigint not null default 0,
  transports text[] not null default '{}',
  -- Copied between the person's devices by their maker, or bound to one.
  synced boolean not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index passkey_by_account on identity.passkey (account);

-- Random words that an authenticator signs: each once, and soon.
create table identity.passkey_challenge (
  challenge text primary key,
  purpose text not null check (purpose in ('register', 'sign-in', 'confirm')),
  -- Whose; at sign-in nobody is known yet.
  account text references identity.account,
  expires_at timestamptz not null,
  check ((purpose = 'sign-in') = (account is null))
);
create index passkey_challenge_by_expiry on identity.passkey_challenge (expires_at);

-- The secret of one-time codes (RFC 6238), sealed under the key in `<var>/secrets/provider-key`.
create table identity.one_time_code (
  account text primary key references identity.account,
  sealed bytea not null,
  created_at timestamptz not null,
  -- Absent while it is being set up.
  confirmed_at timestamptz,
  -- The last 30 seconds a code was taken for: none is taken twice.
  last_step bigint not null default 0
);

create table identity.recovery_code (
  account text not null references identity.account,
  -- sha-256 of 79 random bits with the account's name.
  code_hash bytea not null check (octet_length(code_hash) = 32),
  used_at timestamptz,
  primary key (account, code_hash)
);
