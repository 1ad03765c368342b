-- What became of kept files besides lying there: who keeps them for how long, holds, disposal, scans for malware.

-- How long a use is kept, as the pack says it; an office may set it otherwise.
create table files.retention (
  use text primary key,
  title text not null,
  -- Absent: for ever.
  years int check (years between 1 and 100),
  citation text not null,
  verified boolean not null default false,
  changed_by text,
  changed_at timestamptz
);

-- Each time somebody kept a content. It stays while one keeping has not been disposed of.
create table files.keeping (
  id bigint generated always as identity primary key,
  sha256 text not null references files.content (sha256),
  use text not null,
  name text not null,
  -- Of the bytes as they came, where they were cleaned.
  original_sha256 text,
  kept_by text not null,
  organisation text,
  kept_at timestamptz not null,
  -- The last day on which it has to be kept; absent: for ever, or no rule yet.
  ends_on date,
  disposed_in bigint
);
create index keeping_content on files.keeping (sha256) where disposed_in is null;
create index keeping_ends on files.keeping (ends_on, id) where disposed_in is null;
create index keeping_use on files.keeping (use) where disposed_in is null;

insert into files.keeping (sha256, use, name, kept_by, kept_at)
  select sha256, 'attachment', first_name, kept_by, kept_at from files.content;

create table files.hold (
  id bigint generated always as identity primary key,
  sha256 text not null references files.content (sha256),
  reason text not null check (reason <> ''),
  document text not null check (document <> ''),
  placed_by text not null,
  placed_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz,
  lifted_why text
);
create index hold_open on files.hold (sha256) where lifted_at is null;

-- A list for disposal: drawn up by one, approved by another.
create table files.disposal (
  id bigint generated always as identity primary key,
  drawn_by text not null,
  drawn_at timestamptz not null,
  until_on date not null,
  state text not null default 'drawn' check (state in ('drawn', 'approved', 'dropped')),
  decided_by text,
  decided_at timestamptz,
  document text,
  check (decided_by is distinct from drawn_by or state = 'dropped')
);
create table files.disposal_item (
  disposal bigint not null references files.disposal (id),
  keeping bigint not null references files.keeping (id),
  -- After approval: done, or what kept it.
  outcome text check (outcome in ('disposed', 'held', 'kept-elsewhere')),
  primary key (disposal, keeping)
);
alter table files.keeping add foreign key (disposed_in) references files.disposal (id);

-- The bytes of these are gone by right; the row of the content stays and says what it was.
create table files.disposed (
  sha256 text primary key references files.content (sha256),
  disposal bigint not null references files.disposal (id),
  at timestamptz not null
);

create table files.scan (
  sha256 text primary key references files.content (sha256),
  state text not null check (state in ('waiting', 'clean', 'infected')),
  signature text,
  at timestamptz not null
);
create index scan_waiting on files.scan (at) where state = 'waiting';

-- What the scanner found in files that were sent; those that were refused are kept nowhere but in quarantine.
create table files.finding (
  id bigint generated always as identity primary key,
  -- Of the bytes as they came: their name in quarantine.
  sha256 text not null,
  name text not null,
  use text not null,
  size_bytes bigint not null,
  sent_by text not null,
  organisation text,
  signature text not null,
  -- The content had been taken in before the scanner answered.
  was_kept boolean not null default false,
  found_at timestamptz not null
);
create index finding_at on files.finding (found_at desc, id desc);

