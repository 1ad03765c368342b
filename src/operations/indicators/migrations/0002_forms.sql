-- Official Excel forms: their definitions, as data of a pack, and every workbook that came back, as it came.
create table indicators.form (
  code text primary key,
  pack text not null,
  version int not null,
  body jsonb not null
);

create table indicators.form_upload (
  id bigint generated always as identity primary key,
  form text not null,
  form_version int not null,
  organisation text not null,
  period text not null,
  file_name text not null,
  bytes bytea not null,
  sha256 bytea not null,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  state text not null check (state in ('accepted', 'faulty')),
  -- [{cell, label, value, rule, message}]
  faults jsonb not null default '[]',
  -- The same workbook with a note at each faulty cell.
  marked bytea,
  entries bigint[] not null default '{}'
);
create index form_upload_latest on indicators.form_upload (organisation, form, period, id desc);
