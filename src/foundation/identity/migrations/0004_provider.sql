-- The OpenID Connect provider: who relies on it, what it has handed out, what it signs with.

-- Names a person to other systems for good; the account's name is for signing in and may be given to another one day.
alter table identity.account add column subject uuid not null default gen_random_uuid();
create unique index account_by_subject on identity.account (subject);

-- How he signed in, by the names of RFC 8176.
alter table identity.session add column amr text[] not null default '{pwd}' check (cardinality(amr) > 0);

create table identity.relying_client (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{2,62}$'),
  name text not null check (name <> ''),
  kind text not null check (kind in ('public', 'confidential', 'machine')),
  -- Who answers for it.
  organisation text not null,
  -- The account of a machine: it may do what both the account's roles and the client's scopes allow.
  account text references identity.account,
  redirect_uris text[] not null default '{}',
  post_logout_uris text[] not null default '{}',
  backchannel_uri text,
  scopes text[] not null check (cardinality(scopes) > 0),
  -- sha-256 of a secret of 256 random bits.
  secret_hash bytea check (octet_length(secret_hash) = 32),
  -- Public keys, as a JSON Web Key Set.
  jwks jsonb,
  signing_alg text not null default 'ES256' check (signing_alg in ('ES256', 'RS256')),
  -- The province's own: nobody is asked for his consent.
  trusted boolean not null default false,
  created_by text not null,
  created_at timestamptz not null,
  disabled_at timestamptz,
  check ((kind = 'machine') = (account is not null)),
  check ((kind = 'machine') = (cardinality(redirect_uris) = 0)),
  check (case when kind = 'public' then secret_hash is null and jwks is null else (secret_hash is null) <> (jwks is null) end)
);
create index relying_client_by_account on identity.relying_client (account);

-- Sessions, codes, tokens, consents and pending sign-ins of the provider. Who reads this table holds no token: ids are kept as their hash.
create table identity.provider_artifact (
  id_hash bytea primary key check (octet_length(id_hash) = 32),
  model text not null,
  payload jsonb not null,
  client text references identity.relying_client,
  grant_id text,
  -- Sessions: the name that tokens know them by, and the sign-in at the platform that they end with.
  uid text,
  session uuid,
  consumed_at timestamptz,
  expires_at timestamptz not null
);
create index provider_artifact_by_grant on identity.provider_artifact (grant_id) where grant_id is not null;
create unique index provider_artifact_by_uid on identity.provider_artifact (uid) where uid is not null;
create index provider_artifact_by_client on identity.provider_artifact (client);
create index provider_artifact_by_expiry on identity.provider_artifact (expires_at);

-- Private halves are sealed under the key in `<var>/secrets/provider-key`.
create table identity.signing_key (
  kid text primary key,
  alg text not null check (alg in ('ES256', 'RS256')),
  public_jwk jsonb not null,
  sealed bytea not null,
  created_at timestamptz not null,
  -- Published from the first moment, signed with from here on until the next one's turn.
  signs_from timestamptz not null,
  unique (alg, signs_from)
);
