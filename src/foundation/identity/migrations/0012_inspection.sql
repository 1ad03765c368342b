-- The right of an inspector: it comes from the decision of an inspection, reaches no further than that says, and ends with it.
create table identity.inspection (
  id bigint primary key generated always as identity,
  account text not null references identity.account,
  decision_number text not null check (decision_number <> ''),
  decided_on date not null,
  issued_by text not null check (issued_by <> ''),
  about text not null check (about <> ''),
  -- The period that is inspected, and the days on which he may look.
  period_from date not null,
  period_to date not null,
  valid_from date not null,
  valid_to date not null,
  organisations text[] not null check (cardinality(organisations) > 0),
  -- Codes of what is inspected; none: everything of these agencies in this period.
  subjects text[] not null default '{}',
  asked_by text not null,
  asked_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  outcome text check (outcome in ('approved', 'refused')),
  ended_by text,
  ended_at timestamptz,
  end_reason text,
  check (period_to >= period_from and valid_to >= valid_from and valid_from >= decided_on),
  check ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
  -- A second person, and never the inspector himself.
  check (decided_by <> asked_by and decided_by <> account),
  check ((ended_by is null) = (ended_at is null) and (ended_at is null or outcome = 'approved'))
);
create index inspection_by_account on identity.inspection (account, valid_to);
