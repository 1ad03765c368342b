-- Words as they are searched for: without diacritics, in small letters.
create function ledger.plain_words(words text) returns text language sql immutable strict parallel safe
  return replace(lower(regexp_replace(normalize(words, NFD), '[\u0300-\u036f]', '', 'g') collate "vi-x-icu"), 'đ', 'd');

-- Why personal data was opened: few entries have a purpose.
create index entry_by_purpose on ledger.entry using gin (to_tsvector('simple', ledger.plain_words(purpose)))
  where purpose is not null;
-- All subjects of a kind, in order of time.
create index entry_by_subject_kind on ledger.entry (split_part(subject, ':', 1), id);
-- One kind of deed in an organisation, in order of time.
create index entry_by_organisation_action on ledger.entry (organisation, action, id);

-- A wish to destroy the key of sealed bodies: one asks, another decides.
create table ledger.destruction (
  id bigint generated always as identity primary key,
  key_name text not null,
  -- The deciding document: number, date, who issued it.
  ground text not null,
  reason text not null,
  asked_by text not null,
  asked_at timestamptz(3) not null,
  decided_by text,
  decided_at timestamptz(3),
  outcome text check (outcome in ('destroyed', 'refused', 'withdrawn')),
  check ((decided_at is null) = (outcome is null) and (decided_by is null) = (outcome is null)),
  check (outcome is null or outcome = 'withdrawn' or decided_by <> asked_by)
);
create unique index destruction_open on ledger.destruction (key_name) where outcome is null;
