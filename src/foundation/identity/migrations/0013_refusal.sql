-- Refusals that are being counted: the same one again within some minutes is no second event. Nothing of the request itself is kept.
create table identity.refusal (
  account text not null,
  -- Method and pattern of the route: `GET /nhat-ky/:id`.
  route text not null,
  organisation text not null,
  code text not null,
  permission text,
  address text not null,
  begun_at timestamptz not null,
  last_at timestamptz not null,
  times integer not null check (times > 0),
  primary key (account, route, organisation, code)
);
create index refusal_by_age on identity.refusal (begun_at);
