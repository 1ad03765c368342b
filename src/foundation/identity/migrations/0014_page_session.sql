-- The platform's own pages are a client of its provider: `identity.session` is the sign-in at the provider, and what the pages keep of it is here.

create table identity.page_session (
  session uuid primary key references identity.session on delete cascade,
  -- sha-256 of the token in the browser's cookie of the pages.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- As the identity token said.
  acr text not null check (acr in ('password', 'two-factor', 'vneid:1', 'vneid:2')),
  authenticated_at timestamptz not null,
  opened_at timestamptz not null
);
-- Who is signed in stays so.
insert into identity.page_session (session, token_hash, acr, authenticated_at, opened_at)
select id, token_hash, acr, authenticated_at, created_at from identity.session;

-- Authorization requests of the pages that have not come back yet.
create table identity.page_flow (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  -- Of the cookie of the browser that asked.
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  nonce text not null,
  verifier text not null,
  return_to text not null,
  -- Who was signed in then.
  account text,
  level text check (level in ('password', 'two-factor', 'vneid:1', 'vneid:2')),
  within_minutes integer check (within_minutes >= 0),
  -- A form that waits for its sender, sealed under a key that only his browser has; where it goes.
  form_sealed bytea,
  form_to text,
  form_lost boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  check ((form_sealed is null) = (form_to is null))
);
create index page_flow_by_expiry on identity.page_flow (expires_at);
