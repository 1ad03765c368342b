-- How rows stood before each change, so that a page can be asked as of an earlier moment: the row as it was, without what was null in it.
-- In force at a moment is the first of a row's former ones that ended after it, else the row itself.
create table duties.duty_former (
  id bigint generated always as identity primary key,
  duty_id bigint not null,
  until timestamptz not null,
  agency text not null,
  body jsonb not null
);
create index duty_former_of on duties.duty_former (duty_id, until, id);
create index duty_former_until on duties.duty_former (until);
create index duty_former_agency on duties.duty_former (agency, until);

create table duties.obligation_former (
  id bigint generated always as identity primary key,
  obligation_id bigint not null,
  until timestamptz not null,
  body jsonb not null
);
create index obligation_former_of on duties.obligation_former (obligation_id, until, id);

create table duties.setting_former (
  id bigint generated always as identity primary key,
  pack text not null,
  until timestamptz not null,
  body jsonb not null
);
create index setting_former_of on duties.setting_former (pack, until, id);

-- Since when former rows are kept; none where they have been kept from the beginning.
create table duties.kept_since (at timestamptz not null);
insert into duties.kept_since select now() where exists (select from duties.duty);

-- What had not come yet at a moment.
create index duty_arrival on duties.duty (arrived_at);
