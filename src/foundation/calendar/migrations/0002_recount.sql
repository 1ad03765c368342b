-- A change of days that may have moved due times. The rooms that keep clocks reckon them anew, book by book and batch by batch.
create table calendar.recount (
  id bigint generated always as identity primary key,
  calendar text not null references calendar.calendar,
  -- Midnight of the first day that has changed: what was due before it stays.
  since timestamptz not null,
  -- The deed of the ledger that changed the days, and the document that ordered it.
  deed text not null,
  citation text,
  asked_by text not null,
  asked_at timestamptz not null,
  finished_at timestamptz,
  seen int,
  moved int,
  -- Of the list of what moved, as it is downloaded line by line.
  sha256 text,
  check ((finished_at is null) = (sha256 is null))
);
create index recount_open on calendar.recount (id) where finished_at is null;
create index recount_calendar on calendar.recount (calendar, id desc);

-- How far each book has come; a program that dies goes on from here.
create table calendar.recount_book (
  recount bigint not null references calendar.recount,
  book text not null,
  last_key text,
  seen int not null default 0,
  finished_at timestamptz,
  primary key (recount, book)
);

-- No foreign key: a row is written a hundred thousand times in the transaction that holds its recount's progress.
create table calendar.moved_clock (
  recount bigint not null,
  book text not null,
  key text not null,
  code text not null,
  url text not null,
  organisation text not null,
  before timestamptz,
  after timestamptz,
  primary key (recount, book, key)
);
