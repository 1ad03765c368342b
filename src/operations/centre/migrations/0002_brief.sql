-- What was told to leaders of a day or a month, word for word: the numbers may be corrected afterwards, the brief is not.
create table centre.brief (
  code text primary key,
  kind text not null check (kind in ('day', 'month')),
  -- '2026-11-23' or '2026-10'.
  period text not null,
  organisation text not null,
  made_at timestamptz not null,
  -- [{title, words?, table?}], as they are printed.
  sections jsonb not null,
  unique (kind, period, organisation)
);
create index brief_made on centre.brief (made_at desc, code desc);
