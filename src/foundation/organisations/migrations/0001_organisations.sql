-- Agencies and areas in two times. Valid time (days, both ends included) says when a name or a parent held in the world;
-- record time says when this system knew it. A row is never changed: it is closed (recorded_to) and another is written.
-- Null at the beginning of either means "since before anything recorded here", null at the end "still".
create schema if not exists organisations;
create extension if not exists btree_gist;

create table organisations.pack (
  code text primary key,
  card jsonb not null,
  -- The pack the program was started with, as against packs loaded for their samples.
  is_home boolean not null default false,
  content_sha256 text not null,
  loaded_at timestamptz not null
);
create unique index pack_home on organisations.pack (is_home) where is_home;

-- One row; its version is new with every change of structure and so names a state of the tables, in any database.
create table organisations.structure (
  only_row boolean primary key default true check (only_row),
  version uuid not null default gen_random_uuid(),
  changed_at timestamptz not null default now()
);
insert into organisations.structure default values;

create table organisations.organisation (
  code text primary key check (code ~ '^[A-Z0-9-]+(\.[A-Z0-9-]+)*$' and length(code) <= 35),
  pack text references organisations.pack (code)
);

create table organisations.organisation_version (
  id bigint generated always as identity primary key,
  code text not null references organisations.organisation (code),
  name text collate "vi-x-icu" not null,
  short_name text collate "vi-x-icu",
  name_en text,
  kind text not null check (kind in
    ('province', 'department', 'office', 'commune', 'centre', 'external', 'national', 'authority', 'unit')),
  line text not null default 'own' check (line in ('own', 'external')),
  parent text references organisations.organisation (code),
  area text,
  peer_group text,
  local_code boolean not null default false,
  unverified boolean not null default false,
  decision text,
  note text,
  valid_from date,
  valid_to date,
  -- `pack`: as the files say; `edit`: decided here, and no longer overwritten by the files.
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null,
  check (valid_to >= valid_from),
  check (recorded_to > recorded_from),
  check (parent <> code),
  exclude using gist (code with =, daterange(valid_from, valid_to, '[]') with &&,
    tstzrange(recorded_from, recorded_to) with &&)
);
create index organisation_version_parent on organisations.organisation_version (parent) where recorded_to is null;

create table organisations.organisation_succession (
  id bigint generated always as identity primary key,
  successor text references organisations.organisation (code),
  predecessor text references organisations.organisation (code),
  -- An earlier agency that has no row of its own here.
  predecessor_name text,
  how text not null check (how in ('rename', 'merge', 'split', 'move', 'dissolve')),
  effective_on date,
  decision text,
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null,
  check (predecessor is not null or predecessor_name is not null),
  check (successor is not null or how = 'dissolve')
);
create index organisation_succession_successor on organisations.organisation_succession (successor);
create index organisation_succession_predecessor on organisations.organisation_succession (predecessor);

create table organisations.area (
  code text primary key check (code ~ '^[A-Za-z0-9-]+$' and length(code) <= 35),
  -- The statistics code, which passes on to other units at a merger.
  official_code text,
  pack text references organisations.pack (code)
);
create index area_official on organisations.area (official_code);

create table organisations.area_version (
  id bigint generated always as identity primary key,
  code text not null references organisations.area (code),
  name text collate "vi-x-icu" not null,
  name_en text,
  kind text not null check (kind in ('country', 'province', 'municipality', 'district', 'town', 'city', 'commune', 'ward',
    'township', 'special-zone', 'borough', 'neighbourhood', 'place')),
  parent text references organisations.area (code),
  area_km2 numeric check (area_km2 > 0),
  population bigint check (population > 0),
  peer_group text,
  unverified boolean not null default false,
  decision text,
  note text,
  valid_from date,
  valid_to date,
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null,
  check (valid_to >= valid_from),
  check (recorded_to > recorded_from),
  check (parent <> code),
  exclude using gist (code with =, daterange(valid_from, valid_to, '[]') with &&,
    tstzrange(recorded_from, recorded_to) with &&)
);

create table organisations.area_succession (
  id bigint generated always as identity primary key,
  successor text not null references organisations.area (code),
  predecessor text not null references organisations.area (code),
  how text not null check (how in ('rename', 'merge', 'split', 'move', 'dissolve')),
  share text not null check (share in ('whole', 'part')),
  -- Declared share of the predecessor's figures; null where none has been declared.
  weight numeric check (weight > 0 and weight <= 1),
  effective_on date,
  decision text,
  origin text not null check (origin in ('pack', 'edit')),
  recorded_from timestamptz,
  recorded_to timestamptz,
  recorded_by text not null
);
create index area_succession_successor on organisations.area_succession (successor);
create index area_succession_predecessor on organisations.area_succession (predecessor);

-- Other names for the same thing: old agency codes (scheme `qd20-old`), names in the files of others (`papi`, `vn-budget`).
create table organisations.alias (
  subject text not null check (subject in ('organisation', 'area')),
  scheme text not null,
  value text not null,
  code text not null,
  pack text not null references organisations.pack (code),
  primary key (subject, scheme, value, code)
);
create index alias_code on organisations.alias (subject, code);
