-- Who stands in for an absent colleague (xử lý thay), from a day to a day. Apart from the legal ways of signing (KT., TL., TUQ.).
create table identity.stand_in (
  id bigint primary key generated always as identity,
  absent text not null references identity.account,
  substitute text not null references identity.account,
  valid_from date not null,
  valid_to date not null,
  reason text not null check (reason <> ''),
  given_by text not null,
  given_at timestamptz not null,
  revoked_by text,
  revoked_at timestamptz,
  check (absent <> substitute),
  check (valid_to >= valid_from),
  check ((revoked_by is null) = (revoked_at is null))
);
create index stand_in_by_absent on identity.stand_in (absent, valid_to);
create index stand_in_by_substitute on identity.stand_in (substitute, valid_to);

-- For whom this session acts now. Whether that still holds is asked with every request.
alter table identity.session add column stand_in bigint references identity.stand_in;
create index session_by_stand_in on identity.session (stand_in) where stand_in is not null;
