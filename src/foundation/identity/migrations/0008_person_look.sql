-- Each time an officer looked a person up, found or not, refused or not. The ledger has the same; from here the person reads it.
create table identity.person_look (
  id uuid primary key,
  at timestamptz not null,
  person uuid references identity.person,
  -- Of the number that was asked for: who gets a record only later sees who asked before.
  number_hash bytea not null check (octet_length(number_hash) = 32),
  actor text not null,
  actor_name text not null,
  position text,
  on_behalf_of text,
  organisation text not null,
  purpose text not null,
  purpose_name text not null,
  legal_basis text not null,
  reference text not null,
  outcome text not null check (outcome in ('found', 'not-found', 'refused')),
  -- What was shown in full.
  fields text[] not null default '{}',
  -- Why it was refused, by the code of the refusal.
  refusal text,
  entry uuid not null,
  check ((outcome = 'refused') = (refusal is not null))
);
create index person_look_by_person on identity.person_look (person, at desc, id);
create index person_look_by_number on identity.person_look (number_hash, at desc, id);
create index person_look_by_actor on identity.person_look (actor, at desc);

-- "Tôi không đồng ý": what the person says against a look-up, and what the agency answers.
create table identity.person_objection (
  id uuid primary key,
  look uuid not null unique references identity.person_look,
  person uuid not null references identity.person,
  organisation text not null,
  text text not null check (text <> ''),
  raised_at timestamptz not null,
  answer text,
  answered_by text,
  answered_name text,
  answered_at timestamptz,
  check ((answer is null) = (answered_at is null))
);
create index person_objection_by_organisation on identity.person_objection (organisation, raised_at);
